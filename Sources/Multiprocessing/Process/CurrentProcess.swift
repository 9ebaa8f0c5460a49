internal import Glibc
internal import Synchronization

extension Process {
    /// Who the calling process is: a started process, or a main program, whose name is `MainProcess`.
    ///
    /// As `multiprocessing.current_process` in Python.
    public static var current: CurrentProcess {
        if let current = currentProcess.withLock({ $0 }) { return current }
        let endpoint = Endpoint.current
        return CurrentProcess(
            name: "MainProcess",
            pid: Int(getpid()),
            parentName: nil,
            parentPid: Int(getppid()),
            isDaemon: false,
            rank: endpoint.map { Int($0.address.rank) } ?? 0,
            rankCount: endpoint?.rankCount ?? 1,
            host: endpoint?.hostName ?? HostName.current
        )
    }

    private static let currentProcess = Mutex<CurrentProcess?>(nil)

    /// Called once in a new process.
    static func setCurrent(_ process: CurrentProcess) { currentProcess.withLock { $0 = process } }
}

/// Who a process is: the result of `Process.current`.
public struct CurrentProcess: Sendable, Hashable, CustomStringConvertible {
    /// The name: `Process-1`, or as it was given; `MainProcess` in a main program.
    public let name: String
    /// The number in the operating system.
    public let pid: Int
    /// The name of the process that started it; `nil` in a main program.
    public let parentName: String?
    /// The number of the process that asked for it to be started, which may be on another machine.
    public let parentPid: Int
    /// Whether it is ended with the program instead of being waited for.
    public let isDaemon: Bool
    /// The rank that hosts it.
    public let rank: Int
    /// How many ranks the program has.
    public let rankCount: Int
    /// The name of the machine.
    public let host: String

    /// `Process-1 (pid 42, rank 1 of 4 on node7)`.
    public var description: String { "\(name) (pid \(pid), rank \(rank) of \(rankCount) on \(host))" }
}

/// The name of the machine.
enum HostName {
    static let current: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
