/// A process ended before it had the value that was expected of it.
///
/// It was ended by a signal, called `exit`, or could not make sense of its work, about which it has said more on standard error.
///
/// As `BrokenProcessPool` of Python's `concurrent.futures`, for a process by itself.
public struct ProcessLost: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// The process's name.
    public let process: String
    /// Its number in the operating system of its host.
    public let pid: Int
    /// The rank that hosted it.
    public let rank: Int
    /// The machine.
    public let host: String
    /// What became of it: the status it gave to `exit`, or minus the number of the signal that ended it.
    public let exitCode: Int
    /// Whether its whole rank was lost, and the process with it.
    public private(set) var isRankLost = false

    /// The signal that ended the process, if one did.
    public var signal: Int? { exitCode < 0 ? -exitCode : nil }

    /// `process Process-2 (pid 42, rank 1 on node7) ended by signal 9 (SIGKILL) before it had a value`.
    public var description: String {
        guard !isRankLost else {
            return
                "process \(process) (pid \(pid)) was lost with its rank, \(rank) on \(host), before it had a value"
        }
        let end = exitCode < 0 ? "by" : "with"
        return
            "process \(process) (pid \(pid), rank \(rank) on \(host)) ended \(end) \(ExitStatus(exitCode: exitCode)) before it had a value"
    }
}
