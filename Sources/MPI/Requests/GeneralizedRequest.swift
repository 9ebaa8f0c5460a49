internal import Synchronization

/// The end of an operation that the program does itself: whoever does it says when it is complete, and others wait for it as for any
/// other request.
///
/// ```swift
/// let computation = GeneralizedRequest<Int>()
/// Thread.detachNewThread { computation.succeed(compute()) }
/// let value = try computation.makeRequest().wait(timeout: .seconds(5))
/// ```
/// `MPI_Grequest_start`, `MPI_Grequest_complete` (MPI 3.1 §12.2)
public struct GeneralizedRequest<Value: Sendable>: Sendable {
    private let operation = OwnOperation<Value>()

    /// Begins an operation of the program.
    public init() {}

    /// A request for it, to be waited for.
    ///
    /// - Returns: The request. If there are several, one that is cancelled or dropped, or whose time is up, ends them all.
    public func makeRequest() -> Request<Value, any Error> {
        let operation = operation
        return Request(operation) { outcome in
            _ = try outcome.get()
            return try operation.result()
        }
    }

    /// Completes the request; nothing happens if it is complete or cancelled.
    ///
    /// - Parameters:
    ///   - value: What has come of it.
    ///   - status: What ``Request/waitWithStatus(timeout:)`` says of it.
    public func succeed(_ value: Value, status: Status = Status(byteCount: 0)) {
        operation.end(.success(value), status)
    }

    /// Completes the request with an error; nothing happens if it is complete or cancelled.
    ///
    /// - Parameter error: What whoever waits gets.
    public func fail(_ error: any Error) { operation.end(.failure(error), .empty) }

    /// Whether nobody waits any more: the request was cancelled or dropped, or the time was up.
    public var isCancelled: Bool { operation.isAbandoned }
}

/// An operation that the program does.
private final class OwnOperation<Value: Sendable>: RequestOperation {
    private struct State {
        var outcome: Result<Value, any Error>?
        var status = Status.empty
        var isAbandoned = false
    }

    private let state = Mutex(State())

    var title: StaticString { "an operation of the program" }

    func end(_ outcome: Result<Value, any Error>, _ status: Status) {
        state.withLock { state in
            guard !state.isAbandoned, state.outcome == nil else { return }
            state.outcome = outcome
            state.status = status
        }
    }

    // Nothing comes any more when it has been given up: whoever still waits must not do so for ever.
    func advance() -> Bool { state.withLock { $0.outcome != nil || $0.isAbandoned } }

    // It is looked for now and then, as everything is.
    func block() {}

    func result() throws -> Value {
        let (outcome, isAbandoned) = state.withLock { ($0.outcome, $0.isAbandoned) }
        guard let outcome else {
            let text = isAbandoned ? "was cancelled, dropped or given up" : "has not ended yet"
            throw MPIError(.request, call: "MPI_Wait", text: "\(title) \(text)")
        }
        return try outcome.get()
    }

    func completion() throws(MPIError) -> Completion {
        Completion(status: state.withLock { $0.status }, memory: nil)
    }

    func cancel() -> Bool {
        state.withLock { state in
            if state.outcome == nil { state.isAbandoned = true }
            return state.outcome == nil
        }
    }

    func withdraw() { _ = cancel() }

    func expire() -> Bool { cancel() }

    func abandon() { _ = cancel() }

    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }
}
