internal import Synchronization

/// What a ``PersistentRequest`` stands for: a request of the library that is started again and again, and its memory.
final class PersistentOperation: PendingOperation {
    private struct State {
        var request: RawRequest
        var isActive = false
        var outcome: Result<Status, MPIError>?
        var isAbandoned = false
    }

    private let state: Mutex<State>
    // Kept, not used: what else the library reads as long as the request exists.
    private let others: [any Sendable]
    private let remake: @Sendable () throws(MPIError) -> RawRequest
    private let isBegunAnew: Bool

    let title: StaticString

    /// Takes a request that the library has made and that is not active.
    ///
    /// What is to be kept is what the library reads or writes. The closure makes the request anew when it has failed, if that can be; or for
    /// every start, which is an operation of its own then.
    init(
        _ request: RawRequest,
        _ title: StaticString,
        keeping others: [any Sendable],
        isBegunAnew: Bool = false,
        remake: @escaping @Sendable () throws(MPIError) -> RawRequest
    ) {
        state = Mutex(State(request: request))
        self.title = title
        self.others = others
        self.remake = remake
        self.isBegunAnew = isBegunAnew
    }

    func start() throws(MPIError) {
        let result: Result<Void, MPIError> = state.withLock { state in
            guard !state.isActive || state.outcome != nil else {
                return .failure(
                    MPIError(.request, call: "MPI_Start", text: "\(title) is under way; wait for it first")
                )
            }
            do throws(MPIError) {
                if isBegunAnew || state.request.isNull { state.request = try remake() }
                if !isBegunAnew { try state.request.start() }
                state.isActive = true
                state.outcome = nil
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    func advance() -> Bool {
        state.withLock { state in
            guard state.isActive, state.outcome == nil else { return true }
            do throws(MPIError) {
                if let status = try state.request.testPersistent() { state.outcome = .success(status) }
            } catch {
                state.outcome = .failure(error)
            }
            if state.outcome != nil, state.isAbandoned { state.request.freePersistent() }
            return state.outcome != nil
        }
    }

    /// Lets the library wait for it.
    func block() {
        state.withLock { state in
            guard state.isActive, state.outcome == nil else { return }
            do throws(MPIError) {
                state.outcome = .success(try state.request.waitPersistent())
            } catch {
                state.outcome = .failure(error)
            }
        }
    }

    /// Does something with the request while it is under way.
    func withRequest<Value: Sendable>(_ body: (RawRequest) throws(MPIError) -> Value) throws(MPIError)
        -> Value
    {
        let result: Result<Value, MPIError> = state.withLock { state in
            guard state.isActive, state.outcome == nil else {
                return .failure(MPIError(.request, call: "MPI_Start", text: "\(title) was not started"))
            }
            do throws(MPIError) {
                return .success(try body(state.request))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Waits until what was started is complete; returns at once if nothing was.
    func wait(within timeout: Duration?) throws(MPIError) -> Status {
        let deadline = Deadline(after: timeout)
        if deadline.isNever, Gate.isOpen { block() }
        var backoff = Backoff()
        while !advance() {
            if deadline.isOver {
                throw MPIError(
                    .timedOut,
                    call: "MPI_Wait",
                    text: "\(title) was not complete within the time given"
                )
            }
            backoff.pause()
        }
        return try status()
    }

    /// What came of the last start; nothing has if there was none.
    func status() throws(MPIError) -> Status {
        try state.withLock { $0.outcome ?? .success(.empty) }.get()
    }

    /// Frees it, now or when it has ended.
    func abandon() {
        let isActive = state.withLock { state in
            state.isAbandoned = true
            let isActive = state.isActive && state.outcome == nil
            if !isActive { state.request.freePersistent() }
            return isActive
        }
        if isActive, !advance() {
            ParkedRequests.warn(title)
            ParkedRequests.park(self)
        }
    }
}
