internal import Synchronization

/// What a ``PersistentRequest`` stands for: a request of the library that is started again and again, and its memory.
///
/// There are several requests only if there are more elements than C can count.
final class PersistentOperation: PendingOperation {
    private struct State {
        var requests: [RawRequest]
        // How many of them were started, and of these how many are complete, in this order.
        var startedCount = 0
        var completeCount = 0
        var isActive = false
        // The first error since the start. The outcome has to wait for the others: until then the memory is the library's.
        var failure: MPIError?
        var outcome: Result<Status, MPIError>?
        var isAbandoned = false

        mutating func start(_ count: Int, _ error: MPIError?) {
            (startedCount, completeCount) = (count, 0)
            (isActive, failure, outcome) = (true, error, nil)
        }

        /// Notes what has come of the first that was not complete.
        mutating func complete(_ result: Result<Status, MPIError>) {
            completeCount += 1
            if failure == nil, case .failure(let error) = result { failure = error }
            guard completeCount == startedCount else { return }
            outcome = failure.map { .failure($0) } ?? result
        }

        func free() {
            for request in requests { request.freePersistent() }
        }
    }

    private let state: Mutex<State>
    // Kept, not used: what else the library reads as long as the request exists.
    private let others: [any Sendable]
    private let make: @Sendable (Int) throws(MPIError) -> RawRequest
    private let isBegunAnew: Bool

    let title: StaticString

    /// Has the library make requests.
    ///
    /// What is to be kept is what the library reads or writes. The closure makes each of them; it may be called again if that has failed, and is
    /// for every start if each is an operation of its own.
    init(
        _ count: Int,
        _ title: StaticString,
        keeping others: [any Sendable],
        isBegunAnew: Bool = false,
        make: @escaping @Sendable (Int) throws(MPIError) -> RawRequest
    ) throws(MPIError) {
        var requests: [RawRequest] = []
        do throws(MPIError) {
            for index in 0..<count { requests.append(isBegunAnew ? .null : try make(index)) }
        } catch {
            for request in requests { request.freePersistent() }
            throw error
        }
        state = Mutex(State(requests: requests))
        self.title = title
        self.others = others
        self.make = make
        self.isBegunAnew = isBegunAnew
    }

    func start() throws(MPIError) {
        let result: Result<Void, MPIError> = state.withLock { state in
            guard !state.isActive || state.outcome != nil else {
                return .failure(
                    MPIError(.request, call: "MPI_Start", text: "\(title) is under way; wait for it first")
                )
            }
            var count = 0
            do throws(MPIError) {
                for index in state.requests.indices {
                    if isBegunAnew || state.requests[index].isNull { state.requests[index] = try make(index) }
                    if !isBegunAnew { try state.requests[index].start() }
                    count += 1
                }
                state.start(count, nil)
                return .success(())
            } catch {
                // Those before it go on, and have to be waited for.
                if count > 0 { state.start(count, error) }
                return .failure(error)
            }
        }
        try result.get()
    }

    func advance() -> Bool {
        state.withLock { state in
            guard state.isActive, state.outcome == nil else { return true }
            while state.outcome == nil {
                do throws(MPIError) {
                    let status = try state.requests[state.completeCount].testPersistent()
                    guard let status else { return false }
                    state.complete(.success(status))
                } catch {
                    state.complete(.failure(error))
                }
            }
            if state.isAbandoned { state.free() }
            return true
        }
    }

    /// Lets the library wait for it.
    func block() {
        state.withLock { state in
            guard state.isActive else { return }
            while state.outcome == nil {
                do throws(MPIError) {
                    state.complete(.success(try state.requests[state.completeCount].waitPersistent()))
                } catch {
                    state.complete(.failure(error))
                }
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
                return .success(try body(state.requests[0]))
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
            if !isActive { state.free() }
            return isActive
        }
        if isActive, !advance() {
            ParkedRequests.warn(title)
            ParkedRequests.park(self)
        }
    }
}
