internal import Synchronization

/// An operation that the library moves along by itself: a send, a collective operation, an access to a window or a file.
final class LibraryOperation: RequestOperation {
    private struct State {
        var request: RawRequest
        var outcome: Result<Status, MPIError>?
        var isAbandoned = false
    }

    private let state: Mutex<State>
    private let memory: RequestMemory?
    // Kept, not used: what else the library reads until the operation is complete.
    private let others: [any Sendable]

    private let isCancellable: Bool

    let title: StaticString

    /// An operation that the library has begun.
    ///
    /// The memory is what its result is made from, or what is sent; the others are kept as long.
    init(
        _ request: RawRequest,
        _ title: StaticString,
        memory: RequestMemory? = nil,
        keeping others: [any Sendable] = [],
        isCancellable: Bool = false
    ) {
        state = Mutex(State(request: request))
        self.title = title
        self.memory = memory
        self.others = others
        self.isCancellable = isCancellable
    }

    func advance() -> Bool {
        state.withLock { state in
            guard state.outcome == nil else { return true }
            do throws(MPIError) {
                if let status = try state.request.test() { state.outcome = .success(status) }
            } catch {
                state.outcome = .failure(error)
            }
            return state.outcome != nil
        }
    }

    func block() {
        state.withLock { state in
            guard state.outcome == nil else { return }
            do throws(MPIError) {
                state.outcome = .success(try state.request.wait())
            } catch {
                state.outcome = .failure(error)
            }
        }
    }

    func completion() throws(MPIError) -> Completion {
        let outcome: Result<Status, MPIError> = state.withLock { state in
            state.outcome
                ?? .failure(MPIError(.request, call: "MPI_Wait", text: "\(title) has not ended yet"))
        }
        return Completion(status: try outcome.get(), memory: memory)
    }

    // Other ranks count on it.
    func withdraw() {}

    func cancel() throws(MPIError) -> Bool {
        guard isCancellable else {
            throw MPIError(
                .request,
                call: "MPI_Cancel",
                text: "\(title) cannot be cancelled, since other ranks count on it"
            )
        }
        let result: Result<Bool, MPIError> = state.withLock { state in
            guard state.outcome == nil else { return .success(false) }
            do throws(MPIError) {
                let (hasEnded, isCancelled) = try state.request.cancel()
                if hasEnded { state.outcome = .success(.empty) }
                return .success(isCancelled)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    func abandon() {
        state.withLock { $0.isAbandoned = true }
        if !advance() { ParkedRequests.park(self) }
    }
}
