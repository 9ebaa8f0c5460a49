#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks for launchers, of which a machine may have several, and for the one that belongs to a library.
package enum LauncherSearch {
    /// What launchers are called; the names with a make in them are those of machines with several.
    private static let names = [
        "mpirun", "mpiexec", "mpirun.openmpi", "mpiexec.openmpi", "orterun", "prterun", "mpirun.mpich",
        "mpiexec.mpich", "mpiexec.hydra",
    ]

    /// The paths of all launchers, each file once: those that `PATH` leads to, in its order, then those of the library's installation.
    ///
    /// - Parameters:
    ///   - searchPath: What `PATH` says.
    ///   - library: The file of an MPI library, beside whose folder there may be one with programs.
    /// - Returns: Paths of executable files.
    package static func paths(searchPath: String?, library: String?) -> [String] {
        var folders = (searchPath ?? "").split(separator: ":").map(String.init)
        if let library {
            let parts = library.split(separator: "/").dropLast(2)
            if !parts.isEmpty { folders.append("/" + parts.joined(separator: "/") + "/bin") }
        }
        var files: Set<String> = []
        return folders.flatMap { folder in names.map { "\(folder)/\($0)" } }
            .filter { SystemFile.isExecutable($0) && files.insert(file(of: $0)).inserted }
    }

    /// Asks a launcher what it is.
    ///
    /// - Parameter path: The path of an executable file.
    /// - Returns: The launcher; its description is empty if it does not answer within ten seconds.
    package static func launcher(at path: String) async -> Launcher {
        let job = RankJob(executable: path, arguments: ["--version"], ranks: nil, timeout: .seconds(10))
        let lines = (try? await job.run())?.lines.map(\.text) ?? []
        return Launcher(
            path: path,
            file: file(of: path),
            description: Launcher.description(inLines: lines) ?? ""
        )
    }

    /// The launcher that a program is to be started with.
    ///
    /// - Parameters:
    ///   - library: The library that the program uses, in its own words.
    ///   - paths: Where launchers are, in the order of preference.
    /// - Returns: The first that fits; else the first of another version of the same make. And all that were asked.
    package static func choose(
        for library: String,
        from paths: [String]
    ) async -> (chosen: Launcher?, asked: [Launcher]) {
        let library = MPIImplementation(library)
        var asked: [Launcher] = []
        for path in paths {
            let launcher = await launcher(at: path)
            asked.append(launcher)
            if launcher.implementation.fit(library) == .fits { return (launcher, asked) }
        }
        return (asked.first { $0.implementation.fit(library) == .otherVersion }, asked)
    }

    /// The file behind all symbolic links.
    private static func file(of path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
