internal import MessageCoding
internal import Synchronization

/// A process that was started to return a value: the result of `Process.running`.
///
/// ```swift
/// let process = try Process.running { compute() }
/// let value = try await process.value
/// ```
/// The value, or the error that the process's work threw, can be asked for as often as one likes, by several tasks. It
/// is there even when the process has ended long since; it is let go with this handle, and with `withProcesses`.
///
/// There is no such thing in Python's `multiprocessing`; it is what a `Future` is in `concurrent.futures`.
public final class RunningProcess<Value: Sendable>: Waitable, Sendable, CustomStringConvertible {
    private let state: ProcessState
    private let handle: ServiceHandle
    private let decode: @Sendable (UnsafeRawBufferPointer) throws -> Value
    private let outcome = Mutex<Result<Value, any Error>?>(nil)

    init(
        _ state: ProcessState,
        _ handle: ServiceHandle,
        decode: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Value
    ) {
        self.state = state
        self.handle = handle
        self.decode = decode
    }

    /// Starts it.
    func started() throws -> RunningProcess {
        try process.start()
        return self
    }

    /// Starts it without blocking the thread.
    func started() async throws -> RunningProcess {
        try await process.start()
        return self
    }

    // MARK: Its value

    /// What the process's work returned, once it has.
    ///
    /// When the task is cancelled the wait ends with a `CancellationError`; the process goes on.
    ///
    /// - Throws: The error that the work threw: as it is if it is `Codable`, else a `RemoteError`. `ProcessLost` when the
    ///   process ended without a value. An error of encoding or decoding when the value cannot travel.
    ///
    /// As `Future.result` in Python's `concurrent.futures`.
    public var value: Value {
        get async throws { try await result() }
    }

    /// What the process's work returned, once it has; blocks the thread until then.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: The value.
    /// - Throws: As `value`, and `ProcessingError` of kind `timedOut` when there was neither value nor error in time.
    ///
    /// As `Future.result` in Python's `concurrent.futures`.
    public func result(timeout: Duration? = nil) throws -> Value {
        if let known = outcome.withLock({ $0 }) { return try known.get() }
        let (endpoint, frame) = try waitFrame(timeout)
        return try settle(try endpoint.call(frame)).get()
    }

    /// What the process's work returned, once it has, without blocking the thread.
    ///
    /// See `value` and `result(timeout:)`.
    public func result(timeout: Duration? = nil) async throws -> Value {
        if let known = outcome.withLock({ $0 }) { return try known.get() }
        let (endpoint, frame) = try waitFrame(timeout)
        let reply = try await endpoint.call(frame)
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        return try settle(reply).get()
    }

    private func waitFrame(_ timeout: Duration?) throws(ProcessingError) -> (Endpoint, Frame) {
        try handle.makeFrame(.awaitResult, timeout: timeout, for: "waiting for the value of '\(name)'")
    }

    /// Reads the answer and keeps what it says for the next one who asks.
    private func settle(_ reply: Frame) throws -> Result<Value, any Error> {
        let settled: Result<Value, any Error>
        if reply.code == Outcome.workerLost.rawValue {
            settled = .failure(try reply.withBody { try MessageDecoder().decode(ProcessLost.self, from: $0) })
        } else {
            try reply.checkOutcome(of: "waiting for the value of '\(name)'")
            settled = Result {
                try reply.withBody { body in
                    guard reply.argument == ResultDestination.Content.value.rawValue else {
                        throw try MessageDecoder().decode(TaskFailure.self, from: body).error
                    }
                    return try decode(body)
                }
            }
        }
        outcome.withLock { $0 = settled }
        return settled
    }

    /// For `wait(any:timeout:)`: it is ready when there is a value, or the reason why there will be none.
    public var readiness: Readiness {
        get throws {
            guard outcome.withLock({ $0 == nil }) else { return Readiness(way: .known) }
            let (endpoint, frame) = try waitFrame(nil)
            return Readiness(
                way: .asking(endpoint, frame) { reply in
                    if reply.code == Outcome.timedOut.rawValue { return false }
                    _ = try self.settle(reply)
                    return true
                }
            )
        }
    }

    // MARK: The process

    /// The process itself, for everything else that can be done with one.
    public var process: Process { Process(state) }

    /// The process's name.
    public var name: String { state.name }
    /// The process's number in its operating system.
    ///
    /// Different ranks may be different machines.
    public var pid: Int? { process.pid }
    /// The rank that hosts the process.
    public var rank: Int? { process.rank }
    /// Whether the process has not ended.
    public var isAlive: Bool { process.isAlive }
    /// How the process has ended, as `Process.exitCode` says: 1 if its work threw an error.
    public var exitCode: Int? { process.exitCode }

    /// Waits until the process has ended, or the time is up; see `Process.join`.
    @discardableResult
    public func join(timeout: Duration? = nil) throws -> Bool { try process.join(timeout: timeout) }

    /// Waits until the process has ended, or the time is up, without blocking the thread; see the variants of `Process.join`.
    @discardableResult
    public func join(timeout: Duration? = nil) async throws -> Bool {
        try await process.join(timeout: timeout)
    }

    /// Ends the process with SIGTERM; see `Process.terminate`.
    public func terminate() { process.terminate() }

    /// Ends the process with SIGKILL; see `Process.kill`.
    public func kill() { process.kill() }

    /// As a `Process` is printed.
    public var description: String { process.description }
}
