internal import Synchronization

/// An operation that consists of several steps, which the thread of a lane does one after the other.
final class LaneOperation<Value: Sendable, Failure: Error>: RequestOperation {
    private struct State {
        var outcome: Result<Value, Failure>?
        var isAbandoned = false
    }

    private let state = Mutex(State())
    private let bell = Bell()

    let title: StaticString

    /// Has the steps done on a lane, after those that were begun there before.
    init(
        _ title: StaticString,
        on lane: BlockingLane,
        _ steps: @escaping @Sendable () throws(Failure) -> Value
    ) {
        self.title = title
        lane.enter { [self] in
            let outcome = Result { () throws(Failure) in try steps() }
            state.withLock { $0.outcome = outcome }
            bell.ring()
        }
    }

    func advance() -> Bool { state.withLock { $0.outcome != nil } }

    func block() {
        if !advance() { bell.wait(nanoseconds: nil) }
    }

    /// What the steps have led to.
    ///
    /// To be asked for when it has ended.
    func result() throws(Failure) -> Value {
        guard let outcome = state.withLock({ $0.outcome }) else {
            preconditionFailure("\(title) has not ended yet")
        }
        return try outcome.get()
    }

    func completion() throws(MPIError) -> Completion { Completion(status: .empty, memory: nil) }

    // Other ranks count on it.
    func withdraw() {}

    func cancel() throws(MPIError) -> Bool {
        throw MPIError(
            .request,
            call: "MPI_Cancel",
            text: "\(title) cannot be cancelled, since other ranks count on it"
        )
    }

    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func abandon() { state.withLock { $0.isAbandoned = true } }
}

extension Request where Value: Sendable, Failure == any Error {
    /// Makes a request for an operation that a lane does.
    init(_ operation: LaneOperation<Value, any Error>) {
        self.init(operation) { outcome in
            _ = try outcome.get()
            return try operation.result()
        }
    }
}

extension Request where Value: Sendable, Failure == MPIError {
    /// Makes a request for an operation that a lane does, in which nothing fails but MPI.
    init(_ operation: LaneOperation<Value, MPIError>) {
        self.init(operation) { (outcome) throws(MPIError) in
            _ = try outcome.get()
            return try operation.result()
        }
    }
}
