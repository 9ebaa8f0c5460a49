/// An immediate receive that is under way.
///
/// It owns the memory that is received into.
///
/// Wait for it, test it until it is complete, or await its value. Waiting for it twice does not compile. If it is dropped before it
/// is complete the receive is given up, with a warning.
///
/// A noncopyable value cannot be consumed out of a top-level variable of `main.swift`; there, await its ``value``, or write
/// the code in a function.
///
/// Point to point · `MPI_Request` (MPI 3.1 §3.7)
public struct ReceiveRequest<Value>: ~Copyable, @unchecked Sendable {
    // The operation is guarded by its lock, and the closure captures nothing but types: hence the unchecked conformance.
    private let operation: ReceiveOperation
    private let finish: (ReceiveOperation.Received) throws -> Value

    init(_ operation: ReceiveOperation, finish: @escaping (ReceiveOperation.Received) throws -> Value) {
        self.operation = operation
        self.finish = finish
    }

    /// Waits until the message has arrived.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up the receive is given up.
    /// - Returns: What was received.
    /// - Throws: What decoding throws; `MPIError` of class `mismatch` if the message is not what was expected, of class `timedOut`
    ///   if the time is up, or what the MPI library reports.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    public consuming func wait(timeout: Duration? = nil) throws -> Value {
        try waitWithStatus(timeout: timeout).value
    }

    /// Waits until the message has arrived, and says who sent it with which tag.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up the receive is given up.
    /// - Returns: What was received, and what is known of its message.
    /// - Throws: As ``wait(timeout:)`` does.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    public consuming func waitWithStatus(timeout: Duration? = nil) throws -> (value: Value, status: Status) {
        let deadline = Deadline(after: timeout)
        var backoff = Backoff()
        while !operation.advance() {
            if timeout == nil { operation.waitForArrival() }
            if deadline.isOver {
                operation.withdraw()
                throw Communicator.timedOut("MPI_Wait")
            }
            backoff.pause()
        }
        let received = try operation.result()
        return (try finish(received), received.status)
    }

    /// Moves the receive along.
    ///
    /// - Returns: Whether the message has arrived, so that waiting takes no time.
    /// - Throws: `MPIError` if the receive has failed.
    ///
    /// `MPI_Test` (MPI 3.1 §3.7.3)
    public func test() throws(MPIError) -> Bool {
        guard operation.advance() else { return false }
        _ = try operation.result()
        return true
    }

    /// What was received, once it has arrived: to be awaited.
    ///
    /// The thread of the caller is free meanwhile. If the task is cancelled the receive is given up, and `CancellationError` thrown.
    public var value: Value {
        get async throws {
            let operation = operation
            await withTaskCancellationHandler {
                await ProgressThread.shared.completion(of: operation)
            } onCancel: {
                operation.withdraw()
            }
            if operation.isGivenUp { throw CancellationError() }
            return try finish(operation.result())
        }
    }

    /// What was received, if it arrives in time: to be awaited.
    ///
    /// - Parameter timeout: How long to wait at most. If the time is up the receive is given up.
    /// - Returns: What was received.
    /// - Throws: As ``wait(timeout:)`` does, and `CancellationError` if the task is cancelled.
    public consuming func value(timeout: Duration) async throws -> Value {
        let operation = operation
        await withTaskCancellationHandler {
            await ProgressThread.shared.completion(of: operation, deadline: Deadline(after: timeout))
        } onCancel: {
            operation.withdraw()
        }
        if operation.isGivenUp { throw CancellationError() }
        guard operation.advance() else {
            operation.withdraw()
            throw Communicator.timedOut("MPI_Wait")
        }
        return try finish(operation.result())
    }

    deinit {
        if !operation.isGivenUp, !operation.advance() {
            ParkedRequests.warn("a receive")
            operation.withdraw()
        }
    }
}
