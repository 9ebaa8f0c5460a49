import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Launchers")
struct LauncherTests {
    @Test(
        "makes and versions are found in what libraries and launchers call themselves",
        arguments: [
            ("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4", .openMPI, "4.1.4"),
            ("mpirun (Open MPI) 5.0.3rc1", .openMPI, "5.0.3"), ("HYDRA 4.0.2", .mpich, "4.0.2"),
            ("MPICH Version:\t4.0.2", .mpich, "4.0.2"), ("prterun (PRRTE) 3.0.1", .openMPI, "3.0.1"),
            ("Intel(R) MPI Library 2021.9 for Linux", .mpich, "2021.9"), ("mpirun 3", .other, nil),
        ] as [(String, MPIImplementation.Make, String?)]
    )
    func reads(text: String, make: MPIImplementation.Make, version: String?) {
        #expect(MPIImplementation(text).make == make)
        #expect(MPIImplementation(text).version == version)
    }

    @Test("a launcher fits the library of its make and version")
    func fit() {
        let library = MPIImplementation("Open MPI v4.1.4")
        #expect(MPIImplementation("mpirun (Open MPI) 4.1.4").fit(library) == .fits)
        #expect(MPIImplementation("mpirun (Open MPI)").fit(library) == .fits)
        #expect(MPIImplementation("mpirun (Open MPI) 5.0.3").fit(library) == .otherVersion)
        #expect(MPIImplementation("HYDRA 4.1.4").fit(library) == .otherMake)
    }

    @Test("MPICH's launcher is known by its first word and its version")
    func hydra() {
        let lines = [
            "HYDRA build details:", "    Version:                                 4.0.2", "    CC: gcc 12.2",
        ]
        #expect(Launcher.description(inLines: lines) == "HYDRA 4.0.2")
        #expect(Launcher.description(inLines: ["mpirun (Open MPI) 4.1.4", ""]) == "mpirun (Open MPI) 4.1.4")
        #expect(Launcher.description(inLines: []) == nil)
    }

    @Test("each make is told in its own words where ranks run")
    func arguments() {
        let openMPI = Launcher(path: "/a/mpirun", description: "mpirun (Open MPI) 4.1.4")
        let mpich = Launcher(path: "/a/mpiexec", description: "HYDRA 4.0.2")
        #expect(
            openMPI.arguments(hostFile: "hosts", hosts: "a,b", ranks: 3) == [
                "--hostfile", "hosts", "--host", "a,b", "-n", "3",
            ]
        )
        #expect(
            mpich.arguments(hostFile: "hosts", hosts: "a,b", ranks: 3) == [
                "-f", "hosts", "-hosts", "a,b", "-n", "3",
            ]
        )
        #expect(openMPI.arguments(hostFile: nil, hosts: nil, ranks: nil).isEmpty)
    }

    /// A folder of scripts that answer as launchers do; removed afterwards.
    private func withLaunchers(
        _ texts: [String: String],
        _ body: (String) async throws -> Void
    ) async throws {
        var path = Array("/tmp/launchers-XXXXXX".utf8CString)
        try #require(mkdtemp(&path) != nil)
        let folder = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer {
            for name in SystemFile.names(in: folder) { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        for (name, text) in texts {
            let file = open("\(folder)/\(name)", O_WRONLY | O_CREAT, 0o755)
            let script = "#!/bin/sh\necho '\(text)'\n"
            #expect(write(file, script, script.utf8.count) == script.utf8.count)
            close(file)
        }
        try await body(folder)
    }

    @Test("the launcher that fits the library is chosen, wherever it is in PATH")
    func chooses() async throws {
        try await withLaunchers([
            "mpirun": "HYDRA 4.0.2", "mpiexec": "mpirun (Open MPI) 5.0.3",
            "mpirun.openmpi": "mpirun (Open MPI) 4.1.4",
        ]) { folder in
            let paths = LauncherSearch.paths(searchPath: "/nowhere:\(folder)", library: nil)
            #expect(paths == ["mpirun", "mpiexec", "mpirun.openmpi"].map { "\(folder)/\($0)" })
            let right = await LauncherSearch.choose(for: "Open MPI v4.1.4", from: paths)
            #expect(right.chosen?.path == "\(folder)/mpirun.openmpi")
            let other = await LauncherSearch.choose(for: "Open MPI v6.0.0", from: paths)
            #expect(other.chosen?.path == "\(folder)/mpiexec")
            let none = await LauncherSearch.choose(for: "Some MPI 1.0", from: paths)
            #expect(none.chosen == nil && none.asked.count == 3)
        }
    }

    @Test("a file with several names counts once, and the library's installation is looked into as well")
    func paths() async throws {
        try await withLaunchers(["mpirun": "mpirun (Open MPI) 4.1.4"]) { folder in
            #expect(symlink("mpirun", "\(folder)/mpiexec") == 0)
            #expect(LauncherSearch.paths(searchPath: folder, library: nil) == ["\(folder)/mpirun"])
        }
        #expect(
            LauncherSearch.paths(searchPath: "", library: "/usr/lib/libmpi.so.40")
                == LauncherSearch.paths(searchPath: "/usr/bin", library: nil)
        )
    }
}
