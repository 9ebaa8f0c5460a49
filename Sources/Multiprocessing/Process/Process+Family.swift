extension Process {
    /// The process that started the calling one; `nil` in a main program.
    ///
    /// A worker of a pool has the process that made the pool for its parent.
    ///
    /// As `multiprocessing.parent_process` in Python.
    public static var parent: ParentProcess? {
        guard let address = Lineage.parent else { return nil }
        let current = Process.current
        guard let name = current.parentName else { return nil }
        return ParentProcess(
            name: name,
            pid: current.parentPid,
            rank: Int(address.rank),
            sentinel: ProcessSentinel(address: address, epoch: Endpoint.current?.epoch, name: name)
        )
    }

    /// The processes that the calling process has started and that have not ended.
    ///
    /// Those that have ended are joined by that. The processes that come back are the ones that were started, seen anew:
    /// equal to them, but of type `Process` if it was an instance of a subclass.
    ///
    /// - Returns: The processes, in the order in which they were started.
    ///
    /// As `multiprocessing.active_children` in Python.
    public static func activeChildren() -> [Process] {
        guard let endpoint = Endpoint.current else { return [] }
        let states = endpoint.children.withLock { $0.states }
        return states.map { Process($0) }.filter(\.isAlive)
    }
}

/// Two are equal if they stand for the same process of the operating system, started or not.
extension Process: Hashable {
    /// Whether both stand for the same process.
    public static func == (first: Process, second: Process) -> Bool { first.state === second.state }

    /// What tells processes apart in sets and dictionaries.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(state)) }
}

/// The process that started the calling one: the result of `Process.parent`.
///
/// As what `multiprocessing.parent_process` returns in Python.
public struct ParentProcess: Hashable, Sendable, CustomStringConvertible {
    /// Its name; `MainProcess` for a main program.
    public let name: String
    /// Its number in the operating system, which may be another machine's.
    public let pid: Int
    /// The rank that hosts it, or whose main program it is.
    public let rank: Int
    /// What waits for its end.
    public let sentinel: ProcessSentinel

    /// Whether it has not ended.
    ///
    /// A main program lives as long as its processes do, as they are ended with it.
    public var isAlive: Bool {
        // If its Host is gone, so is it.
        do { return try !sentinel.hasEnded } catch { return false }
    }

    /// Waits until it has ended, or the time is up.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether it has ended.
    /// - Throws: `ProcessingError` outside of the `withProcesses` that it belongs to.
    ///
    /// As `parent_process().join` in Python.
    @discardableResult
    public func join(timeout: Duration? = nil) throws -> Bool { try sentinel.wait(timeout: timeout) }

    /// Waits until it has ended, or the time is up, without blocking the thread.
    ///
    /// See `join(timeout:)`.
    @discardableResult
    public func join(timeout: Duration? = nil) async throws -> Bool {
        try await sentinel.wait(timeout: timeout)
    }

    /// `MainProcess (pid 42, rank 0)`.
    public var description: String { "\(name) (pid \(pid), rank \(rank))" }
}
