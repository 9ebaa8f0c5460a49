/// Something immediate that is under way: a send, a receive, a collective operation, an access to a window or a file.
///
/// It owns the memory that the MPI library reads or writes meanwhile.
///
/// Wait for it, test it until it is complete, or await its value. Waiting for it twice does not compile. If it is dropped before it
/// is complete there is a warning: a receive is given up then; everything else, which other ranks count on, goes on without anybody
/// who waits for it, and its memory is kept as long.
///
/// ```swift
/// let request = try world.immediateSend(results, to: 0)
/// compute()
/// try request.wait()
/// ```
/// A noncopyable value cannot be consumed out of a top-level variable of `main.swift`; there, await its ``value``, or write
/// the code in a function.
///
/// `MPI_Request` (MPI 3.1 §3.7)
public struct Request<Value, Failure: Error>: ~Copyable, @unchecked Sendable {
    // The operation is guarded by its lock, and the closure captures what is immutable or guarded in the same way: hence the unchecked
    // conformance.
    @usableFromInline let operation: any RequestOperation
    @usableFromInline let finish: (Result<Completion, MPIError>) throws(Failure) -> Value
    @usableFromInline var isTaken = false

    /// Makes a request for an operation that has begun.
    ///
    /// The closure makes the value of what the operation has left behind, when it has ended.
    @inlinable
    init(
        _ operation: any RequestOperation,
        finish: @escaping (Result<Completion, MPIError>) throws(Failure) -> Value
    ) {
        self.operation = operation
        self.finish = finish
    }

    /// Waits until it is complete.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up it is as if the request had been
    ///   dropped, without a warning. A message that is arriving by then is waited for, so that it is not lost.
    /// - Returns: What came of it: for a receive what was received, for a send nothing.
    /// - Throws: `MPIError` of class `timedOut` if the time is up, or what the MPI library reports; for a receive also what decoding
    ///   throws, and `MPIError` of class `mismatch` if the message is not what was expected.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    public consuming func wait(timeout: Duration? = nil) throws(Failure) -> Value {
        try finish(end(within: timeout))
    }

    /// Waits until it is complete, and says who sent the message with which tag.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: What came of it, and what is known of the message that was received; of what is no receive, nothing is.
    /// - Throws: As ``wait(timeout:)`` does.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    public consuming func waitWithStatus(timeout: Duration? = nil) throws(Failure) -> (
        value: Value, status: Status
    ) {
        let outcome = end(within: timeout)
        let value = try finish(outcome)
        return (value, (try? outcome.get())?.status ?? .empty)
    }

    private borrowing func end(within timeout: Duration?) -> Result<Completion, MPIError> {
        let deadline = Deadline(after: timeout)
        var backoff = Backoff()
        var isLate = false
        while !operation.advance() {
            if deadline.isNever { operation.block() }
            isLate = deadline.isOver
            if isLate, operation.expire() { return .failure(timedOut()) }
            backoff.pause()
        }
        // The library may take its time to give something up.
        return isLate && operation.isAbandoned ? .failure(timedOut()) : outcome()
    }

    private borrowing func outcome() -> Result<Completion, MPIError> {
        do throws(MPIError) {
            return .success(try operation.completion())
        } catch {
            return .failure(error)
        }
    }

    private borrowing func timedOut() -> MPIError {
        MPIError(
            .timedOut,
            call: "MPI_Wait",
            text: "\(operation.title) was not complete within the time given"
        )
    }

    /// Moves it along.
    ///
    /// - Returns: Whether it is complete, so that waiting takes no time.
    /// - Throws: `MPIError` if it has failed.
    ///
    /// `MPI_Test` (MPI 3.1 §3.7.3)
    public func test() throws(MPIError) -> Bool {
        guard operation.advance() else { return false }
        _ = try operation.completion()
        return true
    }

    /// What came of it, once it is complete: to be awaited.
    ///
    /// The thread of the caller is free meanwhile. If the task is cancelled a receive whose message has not arrived is given up, and
    /// `CancellationError` thrown; anything else goes on.
    public var value: Value {
        get async throws {
            let operation = operation
            await withTaskCancellationHandler {
                await ProgressThread.shared.completion(of: operation)
            } onCancel: {
                operation.withdraw()
            }
            if operation.isAbandoned { throw CancellationError() }
            return try finish(outcome())
        }
    }

    /// What came of it, if it is complete in time: to be awaited.
    ///
    /// - Parameter timeout: How long to wait at most. If the time is up it is as if the request had been dropped, without a warning.
    ///   A message that is arriving by then is waited for, so that it is not lost.
    /// - Returns: What came of it.
    /// - Throws: As ``wait(timeout:)`` does, and `CancellationError` if it is a receive and the task is cancelled.
    public consuming func value(timeout: Duration) async throws -> Value {
        let operation = operation
        let hasExpired = await withTaskCancellationHandler {
            await ProgressThread.shared.completion(of: operation, deadline: Deadline(after: timeout))
            if operation.advance() { return false }
            if operation.expire() { return true }
            await ProgressThread.shared.completion(of: operation)
            // The library may take its time to give something up.
            return operation.isAbandoned && !Task.isCancelled
        } onCancel: {
            operation.withdraw()
        }
        if hasExpired { return try finish(.failure(timedOut())) }
        if operation.isAbandoned { throw CancellationError() }
        return try finish(outcome())
    }

    /// Gives it up, if it has not ended yet.
    ///
    /// A receive can be given up until its message begins to arrive. Whether a send can is up to the library; Open MPI gives none up, and then the
    /// send goes on without anybody who waits for it. A ``GeneralizedRequest`` can be until it is complete; nothing else can.
    ///
    /// - Returns: Whether it was given up: then nothing has been received, or will arrive.
    /// - Throws: `MPIError` of class `request` if it is something that cannot be given up, or what the MPI library reports.
    ///
    /// `MPI_Cancel`, `MPI_Test_cancelled` (MPI 3.1 §3.8.4)
    public consuming func cancel() throws(MPIError) -> Bool {
        let isCancelled = try operation.cancel()
        operation.abandon()
        return isCancelled
    }

    /// Takes what the request stands for out of it.
    @inlinable
    consuming func take() -> (any RequestOperation, (Result<Completion, MPIError>) throws(Failure) -> Value) {
        isTaken = true
        return (operation, finish)
    }

    @inlinable
    deinit {
        if !isTaken { ParkedRequests.drop(operation) }
    }
}

/// An immediate send that is under way.
public typealias SendRequest = Request<Void, MPIError>

/// An immediate receive that is under way.
public typealias ReceiveRequest<Value> = Request<Value, any Error>

extension Request where Value == Void, Failure == MPIError {
    /// Makes a request of which nothing is wanted but that it is complete.
    @inlinable
    init(_ operation: any RequestOperation) {
        self.init(operation) { outcome throws(MPIError) in _ = try outcome.get() }
    }
}
