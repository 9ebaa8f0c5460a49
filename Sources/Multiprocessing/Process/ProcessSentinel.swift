/// Waits for the end of a process, wherever it runs and whoever started it.
///
/// It travels to other processes, which then can wait too. It is good for one `withProcesses`. Two are equal if they stand for the
/// same process; `Process.sentinel` is the same object each time.
///
/// As `Process.sentinel` in Python, which works in the process that started the other one only.
public final class ProcessSentinel: Codable, Hashable, Sendable {
    let address: Address
    private let epoch: UInt32?
    /// For messages.
    private let name: String

    init(address: Address, epoch: UInt32?, name: String) {
        self.address = address
        self.epoch = epoch
        self.name = name
    }

    /// Whether both stand for the same process.
    public static func == (first: ProcessSentinel, second: ProcessSentinel) -> Bool {
        first.address == second.address
    }

    /// What tells sentinels apart in sets and dictionaries.
    public func hash(into hasher: inout Hasher) { hasher.combine(address) }

    /// Waits until the process has ended, or the time is up.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether the process has ended.
    /// - Throws: `ProcessingError` outside of the `withProcesses` that the process belongs to.
    ///
    /// As `multiprocessing.connection.wait([process.sentinel], timeout)` in Python.
    @discardableResult
    public func wait(timeout: Duration? = nil) throws -> Bool {
        let (endpoint, frame) = try waitFrame(timeout)
        return try hasEnded(endpoint.call(frame))
    }

    /// Waits until the process has ended, or the time is up, without blocking the thread.
    ///
    /// When the task is cancelled, a `CancellationError` is thrown. See `wait(timeout:)`.
    @discardableResult
    public func wait(timeout: Duration? = nil) async throws -> Bool {
        let (endpoint, frame) = try waitFrame(timeout)
        let reply = try await endpoint.call(frame)
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        return try hasEnded(reply)
    }

    /// Whether the process has ended by now.
    public var hasEnded: Bool { get throws { try wait(timeout: .zero) } }

    func waitFrame(_ timeout: Duration?) throws(ProcessingError) -> (Endpoint, Frame) {
        let endpoint = try Endpoint.required(for: "waiting for the end of a process", epoch: epoch)
        let frame = endpoint.makeFrame(
            .joinProcess,
            to: .host(ofRank: Int(address.rank)),
            argument: UInt64(address.serial),
            timeout: Timeout(timeout)
        )
        return (endpoint, frame)
    }

    func hasEnded(_ reply: Frame) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue { return false }
        try reply.checkOutcome(of: "waiting for the end of '\(name)'")
        return true
    }
}
