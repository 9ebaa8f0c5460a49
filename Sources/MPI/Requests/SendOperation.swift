internal import Synchronization

/// An immediate send.
final class SendOperation: PendingOperation {
    private struct State {
        var request: RawRequest
        var outcome: Result<Void, MPIError>?
        var isParked = false
    }

    private let state: Mutex<State>
    private let memory: RequestMemory

    init(_ request: RawRequest, keeping memory: RequestMemory) {
        state = Mutex(State(request: request))
        self.memory = memory
    }

    func advance() -> Bool {
        state.withLock { state in
            guard state.outcome == nil else { return true }
            do throws(MPIError) {
                if try state.request.test() != nil { state.outcome = .success(()) }
            } catch {
                state.outcome = .failure(error)
            }
            return state.outcome != nil
        }
    }

    /// Whether nobody waits for it any more.
    var isParked: Bool { state.withLock { $0.isParked } }

    /// Has it completed behind the scenes.
    func park() {
        state.withLock { $0.isParked = true }
        ParkedRequests.park(self)
    }

    /// Waits in the library.
    func wait() throws(MPIError) {
        let outcome: Result<Void, MPIError> = state.withLock { state in
            if let outcome = state.outcome { return outcome }
            let outcome: Result<Void, MPIError>
            do throws(MPIError) {
                try state.request.wait()
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            state.outcome = outcome
            return outcome
        }
        try outcome.get()
    }
}
