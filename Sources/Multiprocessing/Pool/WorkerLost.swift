/// A worker of a pool ended while it ran a task.
///
/// The task fails with this error; all others go on, and the worker is replaced.
public struct WorkerLost: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// The worker's name.
    public let worker: String
    /// Its number in the operating system of its host.
    public let pid: Int
    /// The rank that hosted it.
    public let rank: Int
    /// The machine.
    public let host: String
    /// What became of it: the status it gave to `exit`, or minus the number of the signal that ended it.
    public let exitCode: Int
    /// Whether its whole rank was lost: what it ran is known from the results that had left the rank by then, so that a task whose result had
    /// not may run again.
    public private(set) var isRankLost = false

    /// The signal that ended the worker, if one did.
    public var signal: Int? { exitCode < 0 ? -exitCode : nil }

    /// `worker PoolWorker-2 (pid 42, rank 1 on node7) was lost by signal 9 (SIGKILL) while it ran this task`.
    public var description: String {
        guard !isRankLost else {
            return
                "worker \(worker) (pid \(pid)) was lost with its rank, \(rank) on \(host), while it ran this task"
        }
        return
            "worker \(worker) (pid \(pid), rank \(rank) on \(host)) was lost by \(ExitStatus(exitCode: exitCode)) while it ran this task"
    }
}
