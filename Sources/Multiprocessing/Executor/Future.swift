/// The result of a call that an executor has not necessarily done yet.
///
/// As `concurrent.futures.Future` in Python.
public final class Future<Value: Sendable>: Sendable {
    let job: PoolJob<Value>

    init(_ job: PoolJob<Value>) { self.job = job }

    /// Waits for the result and returns it.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: What the call returned.
    /// - Throws: The error that the call threw; a `CancellationError` when it was cancelled; `WorkerLost` when its worker ended
    ///   meanwhile; a `ProcessingError` of kind `timedOut` when the time is up. See `AsyncResult.get`.
    public func result(timeout: Duration? = nil) throws -> Value {
        try AsyncResult(job: job).get(timeout: timeout)
    }

    /// Waits for the result without blocking the thread.
    ///
    /// When the task is cancelled, the wait ends with a `CancellationError`; the call goes on.
    public func result(timeout: Duration? = nil) async throws -> Value {
        try await AsyncResult(job: job).value(timeout: timeout)
    }

    /// The result, without blocking the thread until it is there.
    public var value: Value {
        get async throws { try await result() }
    }

    /// Waits until the call has ended and returns its error, if it ended with one.
    ///
    /// - Throws: A `CancellationError` when the call was cancelled; a `ProcessingError` of kind `timedOut` when the time is up.
    public func exception(timeout: Duration? = nil) throws -> (any Error)? {
        guard job.wait(timeout: timeout) else {
            throw ProcessingError(.timedOut, "the call has not ended in time")
        }
        guard case .failure(let error) = job.outcome() else { return nil }
        if error is CancellationError { throw error }
        return error
    }

    /// Cancels the call unless it has begun; then its result is a `CancellationError`.
    ///
    /// - Returns: Whether it is cancelled.
    @discardableResult
    public func cancel() -> Bool {
        if job.isComplete { return isCancelled }
        guard let frame = request(.withdrawJob), let reply = try? frame.endpoint.call(frame.frame) else {
            return isCancelled
        }
        return reply.argument == 1 || isCancelled
    }

    /// Cancels the call unless it has begun, without blocking the thread.
    @discardableResult
    public func cancel() async -> Bool {
        if job.isComplete { return isCancelled }
        guard let frame = request(.withdrawJob), let reply = try? await frame.endpoint.call(frame.frame)
        else { return isCancelled }
        return reply.argument == 1 || isCancelled
    }

    private func request(_ operation: Operation) -> (endpoint: Endpoint, frame: Frame)? {
        guard let link = job.link else { return nil }
        return (link.endpoint, link.endpoint.makeFrame(operation, to: link.pool, argument: link.correlation))
    }

    /// Whether the call was cancelled before it began.
    public var isCancelled: Bool {
        guard job.isComplete, case .failure(let error) = job.outcome() else { return false }
        return error is CancellationError
    }

    /// Whether the call has ended, one way or the other.
    public var isDone: Bool { job.isComplete }

    /// Whether a worker has been handed the call, and it has not ended.
    ///
    /// As in Python, the worker need not have begun it.
    public var isRunning: Bool {
        guard !job.isComplete, let frame = request(.jobState),
            let reply = try? frame.endpoint.call(frame.frame)
        else { return false }
        return reply.argument == 1 && !job.isComplete
    }

    /// Has a function called with this future when the call has ended, on a thread for callbacks.
    ///
    /// As `Future.add_done_callback` in Python.
    public func addDoneCallback(_ callback: @escaping @Sendable (Future<Value>) -> Void) {
        job.observe { _ in callback(self) }
    }
}
