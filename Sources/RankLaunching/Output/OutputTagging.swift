import Subprocess
import Synchronization

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// How a launcher marks the lines of its ranks.
enum OutputTagging: Sendable {
    /// Not at all.
    case none
    /// As `[1,0]<stdout>:text`: Open MPI up to version 4.
    case plain
    /// As `[1,0]<stdout>: text`: Open MPI from version 5 on.
    case spaced
    /// As `[0,0]<stdout>:text`, whatever the stream: Hydra, the launcher of MPICH.
    case streamless

    /// What makes the launcher mark lines in this way.
    var launcherArguments: [String] {
        switch self {
        case .none: []
        case .plain, .spaced: ["--tag-output"]
        case .streamless: ["-prepend-pattern", "[0,%r]<stdout>:"]
        }
    }

    /// What has been found out about launchers, by their paths.
    private static let known = Mutex<[String: OutputTagging]>([:])

    /// Asks a launcher for its version, once, to know how it marks lines.
    ///
    /// - Parameter launcher: The path of an executable file.
    /// - Returns: Its way; the older one if it does not say.
    static func ofLauncher(_ launcher: String) async -> OutputTagging {
        if let tagging = known.withLock({ $0[launcher] }) { return tagging }
        let output = try? await Subprocess.run(
            .path(FilePath(launcher)),
            arguments: ["--version"],
            output: .string(limit: 4096)
        )
        let tagging = ofVersion(output?.standardOutput ?? "")
        known.withLock { $0[launcher] = tagging }
        return tagging
    }

    /// Reads the words `mpirun (Open MPI) 5.0.11`, or `HYDRA build details:`.
    static func ofVersion(_ text: String) -> OutputTagging {
        if text.hasPrefix("HYDRA") { return .streamless }
        let name = "(Open MPI) "
        guard let end = text.firstRange(of: name)?.upperBound else { return .plain }
        let major = Int(text[end...].prefix { $0.isNumber })
        return (major ?? 4) >= 5 ? .spaced : .plain
    }
}
