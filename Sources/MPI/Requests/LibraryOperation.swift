internal import Synchronization

/// An operation that the library moves along by itself: a send, the receive of a small buffer, a collective operation, an access to a window or a file.
@usableFromInline
final class LibraryOperation: RequestOperation {
    private struct State {
        var request: RawRequest
        var outcome: Result<Status, MPIError>?
        var isAbandoned = false
        /// The library has been asked to give it up, and has not done so yet.
        var isCancelling = false
        /// Somebody waits for it in the library together with others.
        var isLent = false
    }

    // As small as can be: there may be many at a time.
    private let state: Mutex<State>
    private let isCancellable: Bool
    private let memory: RequestMemory?
    /// What a receive lands in.
    private let landing: GuardedMemory?
    // Kept, not used: what else the library reads until the operation is complete.
    private let others: [any Sendable]

    @usableFromInline let title: StaticString

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
        landing = nil
    }

    /// A receive that the library has begun.
    ///
    /// It can be given up, and it frees the memory in the end. A message that is too long is no failure of it: its status says how long it is.
    init(receiving request: RawRequest, into landing: GuardedMemory) {
        state = Mutex(State(request: request))
        title = "a receive"
        memory = nil
        others = []
        isCancellable = true
        self.landing = landing
    }

    deinit { landing?.free() }

    private var isReceive: Bool { landing != nil }

    /// Beyond how many bytes a message is too long; `nil` if it is no receive.
    private var capacity: Int? { landing?.length }

    @usableFromInline
    func advance() -> Bool {
        state.withLock { state in
            if state.outcome != nil { return true }
            if state.isLent { return false }
            do throws(MPIError) {
                if state.isCancelling {
                    note(try state.request.testCancelled(capacity: capacity), &state)
                } else if let status = try state.request.test(capacity: capacity) {
                    state.outcome = .success(status)
                }
            } catch {
                state.outcome = .failure(error)
            }
            return state.outcome != nil
        }
    }

    @usableFromInline
    func block() {
        state.withLock { state in
            guard state.outcome == nil, !state.isLent, !state.isCancelling else { return }
            do throws(MPIError) {
                state.outcome = .success(try state.request.wait(capacity: capacity))
            } catch {
                state.outcome = .failure(error)
            }
        }
    }

    @usableFromInline
    func completion() throws(MPIError) -> Completion {
        let outcome: Result<Status, MPIError> = state.withLock { state in
            state.outcome
                ?? .failure(MPIError(.request, call: "MPI_Wait", text: "\(title) has not ended yet"))
        }
        return Completion(status: try outcome.get(), memory: memory, landing: landing)
    }

    // MARK: Giving up

    /// Takes down whether the library has given it up, if it has ended.
    private func note(_ end: (status: Status, isCancelled: Bool)?, _ state: inout State) {
        guard let end else { return }
        guard isReceive, end.isCancelled else {
            state.outcome = .success(end.status)
            return
        }
        state.isAbandoned = true
        state.outcome = .failure(
            MPIError(.request, call: "MPI_Wait", text: "the receive was given up")
        )
    }

    /// Asks the library to give it up, and says whether it has.
    private func giveUp(_ state: inout State) throws(MPIError) -> Bool {
        guard state.outcome == nil, !state.isLent, !state.isCancelling else { return state.isAbandoned }
        let end = try state.request.cancel(capacity: capacity)
        state.isCancelling = end == nil
        note(end, &state)
        return end?.isCancelled ?? false
    }

    // On anything else other ranks count.
    @usableFromInline
    func withdraw() {
        if isReceive { _ = expire() }
    }

    // A message that has been found already would be lost to the receives that come later.
    @usableFromInline
    func expire() -> Bool {
        guard isReceive else {
            abandon()
            return true
        }
        return state.withLock { state in
            do throws(MPIError) {
                return try giveUp(&state)
            } catch {
                return false
            }
        }
    }

    @usableFromInline
    func cancel() throws(MPIError) -> Bool {
        guard isCancellable else {
            throw MPIError(
                .request,
                call: "MPI_Cancel",
                text: "\(title) cannot be cancelled, since other ranks count on it"
            )
        }
        let result: Result<Bool, MPIError> = state.withLock { state in
            do throws(MPIError) {
                return .success(try giveUp(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    @usableFromInline var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    @usableFromInline
    func abandon() {
        withdraw()
        state.withLock { $0.isAbandoned = true }
        if !advance() { ParkedRequests.park(self) }
    }

    // MARK: All at once

    /// Waits for some operations in the library, if it has all of them and may wait.
    ///
    /// Whoever waits for them has them, so that they are not counted once more.
    ///
    /// - Returns: Whether all have ended.
    @usableFromInline
    static func waitForAll(_ count: Int, _ operation: (Int) -> Unmanaged<AnyObject>) -> Bool {
        guard Gate.isOpen, WaitingPolicy.ofProgram == .spin else { return false }
        for index in 0..<count
        where !operation(index)._withUnsafeGuaranteedRef({ $0 is LibraryOperation }) { return false }
        var haveEnded = true
        // So many at a time that all tables have room on the stack: the rest gets on meanwhile.
        for start in stride(from: 0, to: count, by: 32) {
            let end = min(count, start + 32)
            RawRequest.waitForAll(end - start) { index in
                operation(start + index)._withUnsafeGuaranteedRef {
                    unsafeDowncast($0, to: LibraryOperation.self).lend()
                }
            } settle: { index, request, status, error in
                let hasEnded = operation(start + index)._withUnsafeGuaranteedRef {
                    unsafeDowncast($0, to: LibraryOperation.self).takeBack(request, status, error)
                }
                if !hasEnded { haveEnded = false }
            }
        }
        return haveEnded
    }

    /// Gives the request to somebody who waits for it; null if there is nothing to wait for.
    private func lend() -> RawRequest {
        state.withLock { state in
            guard state.outcome == nil, !state.isLent, !state.isCancelling else { return .null }
            state.isLent = true
            return state.request
        }
    }

    /// Takes the request back with what came of it, and says whether it has ended.
    private func takeBack(_ request: RawRequest, _ status: Status?, _ error: MPIError?) -> Bool {
        state.withLock { state in
            // It was not lent.
            guard state.isLent else { return state.outcome != nil }
            state.isLent = false
            state.request = request
            if let error, !Self.isTooLong(status, capacity) {
                state.outcome = .failure(error)
            } else if let status {
                state.outcome = .success(status)
            }
            return state.outcome != nil
        }
    }

    private static func isTooLong(_ status: Status?, _ capacity: Int?) -> Bool {
        guard let status, let capacity else { return false }
        return status.byteCount > capacity
    }
}
