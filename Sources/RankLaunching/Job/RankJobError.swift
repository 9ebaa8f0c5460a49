/// Why a job could not be started, or what was awaited of it did not come.
public enum RankJobError: Error, Sendable, Hashable {
    /// The program that starts the ranks is not installed, or not in `PATH`.
    case launcherNotFound(name: String)
    /// A program of the job is not there, or may not be executed.
    case executableNotFound(path: String)
    /// The job asks for a number of ranks that cannot be, or for none where several programs run side by side.
    case invalidRankCount(Int?)
    /// A profile cannot be read; the line is `nil` if the file is missing.
    case unreadableProfile(path: String, line: Int?, reason: String)
    /// The system refused to start the process.
    case cannotStart(command: String, reason: String)
    /// The job ended before it had printed what was waited for; the report shows everything it did print.
    case endedBeforeLine(containing: String, report: String)
}

extension RankJobError: CustomStringConvertible {
    /// What is wrong and how to mend it.
    public var description: String {
        switch self {
        case .launcherNotFound(let name):
            """
            \(name) was not found in PATH. Install Open MPI: on Debian and Ubuntu `apt-get install openmpi-bin \
            libopenmpi-dev` (as root), on Fedora `dnf install openmpi-devel` and `module load mpi`, with Homebrew \
            `brew install open-mpi`; on a cluster load its MPI module.
            """
        case .executableNotFound(let path):
            """
            \(path) is not a program that can be executed: it is missing, or lacks the permission. If it belongs to \
            this package, build it first with `swift build`.
            """
        case .invalidRankCount(let count?):
            "a job needs at least one rank, not \(count)"
        case .invalidRankCount(nil):
            "a job of several programs needs a number of ranks for each of them"
        case .unreadableProfile(let path, let line?, let reason):
            "\(path):\(line): \(reason)"
        case .unreadableProfile(let path, nil, let reason):
            "\(path): \(reason)"
        case .cannotStart(let command, let reason):
            "\(command) could not be started: \(reason)"
        case .endedBeforeLine(let text, let report):
            "the job ended before it printed a line with \"\(text)\"\n\(report)"
        }
    }
}
