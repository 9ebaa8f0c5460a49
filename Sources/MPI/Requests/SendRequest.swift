/// An immediate send that is under way.
///
/// It owns what is sent until the MPI library no longer needs it.
///
/// Wait for it, test it until it is complete, or await its value. Waiting for it twice does not compile. If it is dropped before it
/// is complete, it is completed behind the scenes, with a warning.
///
/// A noncopyable value cannot be consumed out of a top-level variable of `main.swift`; there, await its ``value``, test it,
/// or write the code in a function.
///
/// Point to point · `MPI_Request` (MPI 3.1 §3.7)
public struct SendRequest: ~Copyable, Sendable {
    private let operation: SendOperation

    init(_ operation: SendOperation) {
        self.operation = operation
    }

    /// Waits until the message has left.
    ///
    /// That does not mean that it has been received.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. A send cannot be taken back: if the time is up it is
    ///   completed behind the scenes.
    /// - Throws: `MPIError` of class `timedOut` if the time is up, or what the MPI library reports.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    public consuming func wait(timeout: Duration? = nil) throws(MPIError) {
        guard timeout != nil else { return try operation.wait() }
        let deadline = Deadline(after: timeout)
        var backoff = Backoff()
        while !operation.advance() {
            if deadline.isOver {
                operation.park()
                throw MPIError(
                    .timedOut,
                    call: "MPI_Wait",
                    text: "the message has not left in the time given"
                )
            }
            backoff.pause()
        }
        try operation.wait()
    }

    /// Moves the send along.
    ///
    /// - Returns: Whether the message has left.
    /// - Throws: `MPIError` if the send has failed.
    ///
    /// `MPI_Test` (MPI 3.1 §3.7.3)
    public func test() throws(MPIError) -> Bool {
        guard operation.advance() else { return false }
        try operation.wait()
        return true
    }

    /// Nothing, once the message has left: to be awaited.
    ///
    /// The thread of the caller is free meanwhile. If the task is cancelled the send goes on.
    public var value: Void {
        get async throws {
            await ProgressThread.shared.completion(of: operation)
            try operation.wait()
        }
    }

    deinit {
        if !operation.isParked, !operation.advance() {
            ParkedRequests.warn("a send")
            operation.park()
        }
    }
}
