/// The result of work that a pool has not necessarily done yet.
///
/// As `multiprocessing.pool.AsyncResult` in Python.
public final class AsyncResult<Value: Sendable>: Sendable {
    let job: PoolJob<Value>

    init(job: PoolJob<Value>) { self.job = job }

    /// Waits for the result and returns it.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: The result.
    /// - Throws: The error that the work threw: as it was if its type is `Codable`, else a `RemoteError` with its words;
    ///   `WorkerLost` when the worker ended meanwhile; a `ProcessingError` of kind `timedOut` when the time is up (the
    ///   work goes on), `terminated` when the pool was terminated, `brokenPool` when it cannot keep workers alive.
    public func get(timeout: Duration? = nil) throws -> Value {
        guard job.wait(timeout: timeout) else {
            throw ProcessingError(.timedOut, "the result was not there in time")
        }
        return try job.outcome().get()
    }

    /// Waits until the result is there, or the time is up.
    ///
    /// Returns whether it is there.
    @discardableResult
    public func wait(timeout: Duration? = nil) -> Bool { job.wait(timeout: timeout) }

    /// Whether the result, or the error instead of it, is there.
    public var isReady: Bool { job.isComplete }

    /// Whether the work ended without an error.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` while the result is not there.
    public var isSuccessful: Bool {
        get throws {
            guard job.isComplete else {
                throw ProcessingError(.misuse, "the result is not there yet: ask `isReady` first, or `wait`")
            }
            if case .success = job.outcome() { return true }
            return false
        }
    }

    /// The result, without blocking a thread until it is there.
    ///
    /// See `get(timeout:)` for the errors.
    ///
    /// When the task is cancelled, the wait ends with a `CancellationError`; the work goes on.
    public var value: Value {
        get async throws { try await value(timeout: nil) }
    }

    /// Waits for the result without blocking the thread, but no longer than it is told to.
    ///
    /// See `value`, and `get(timeout:)` for the errors.
    public func value(timeout: Duration?) async throws -> Value {
        let handle = ContinuationHandle<Void>()
        job.whenComplete { handle.resume(with: .success(())) }
        try await handle.value(until: Timeout(timeout).deadline(from: .now))
        return try job.outcome().get()
    }

    /// Withdraws the work: what of it has not begun is not done, and the result is a `CancellationError`.
    ///
    /// It has no counterpart in Python's pools.
    public func cancel() { job.cancel() }
}

/// A continuation that is resumed once, by whoever comes first.
final class ContinuationHandle<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Value, any Error>?
        var early: Result<Value, any Error>?
        var isOver = false
    }
    private let state = Monitor(State())

    func begin(_ continuation: CheckedContinuation<Value, any Error>) {
        let early = state.withLock { state in
            if state.early == nil { state.continuation = continuation }
            return state.early
        }
        if let early { continuation.resume(with: early) }
    }

    func resume(with result: Result<Value, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            guard !state.isOver else { return nil }
            state.isOver = true
            if state.continuation == nil { state.early = result }
            return state.continuation.take()
        }
        continuation?.resume(with: result)
    }

    /// Waits until it is resumed, or the task is cancelled, or the time is up.
    func value(until deadline: ContinuousClock.Instant?) async throws -> Value {
        let timer = deadline.map { deadline in
            Task {
                try await Task.sleep(until: deadline, clock: .continuous)
                resume(
                    with: .failure(ProcessingError(.timedOut, "what was waited for was not there in time"))
                )
            }
        }
        defer { timer?.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { begin($0) }
        } onCancel: {
            resume(with: .failure(CancellationError()))
        }
    }
}
