internal import Synchronization

/// What a service has lent this process and nobody has taken yet: whoever wants an item finds it here, without asking the service.
///
/// The service may take it back at any time: the word in the memory that this process shares with its Host says what is still there.
final class LoanDrawer: Sendable {
    /// An item, as a part of the frame that it came in.
    struct Item {
        let frame: Frame
        let range: Range<Int>

        func withBody<Result>(_ use: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
            try frame.withBody { try use(UnsafeRawBufferPointer(rebasing: $0[range])) }
        }
    }

    private struct State {
        /// Which word is used, and whose.
        var slot: Int?
        var endpoint: Endpoint?
        /// How many requests have no answer yet, each of which may bring a loan.
        var requestCount = 0
        /// What was lent last, from the position on; the service may have taken it back, and may bring more.
        var generation: UInt16?
        var batch: Frame?
        var position = 0
    }

    private let service: Address
    private let state = Mutex(State())

    init(for service: Address) { self.service = service }

    deinit { giveBack() }

    /// What a request says of where something can be lent; 0 for nowhere.
    ///
    /// With `looksForMore`, `look` is called before the next request. `noteAnswer` is called when the request has been answered.
    func mark(at endpoint: Endpoint, looksForMore: Bool = false) -> UInt64 {
        // Only what is on the same rank can see at once what this process takes.
        guard service.rank == endpoint.address.rank else { return 0 }
        return state.withLock { state in
            if state.endpoint !== endpoint {
                state = State(slot: endpoint.drawers.add(self, at: endpoint), endpoint: endpoint)
            }
            guard let slot = state.slot else { return 0 }
            state.requestCount += 1
            return LoanPlace.mark(slot: slot, looksForMore: looksForMore)
        }
    }

    /// A request has been answered, whatever came of it.
    func noteAnswer() { state.withLock { $0.requestCount = max(0, $0.requestCount - 1) } }

    /// Takes the next item, if there is one here that is not longer than that.
    func take(maximumSize: Int = .max) -> Item? {
        state.withLock { state in
            guard let batch = state.batch, let endpoint = state.endpoint, let slot = state.slot,
                let generation = state.generation
            else { return nil }
            // In a later `withProcesses` nothing of this is left.
            guard Endpoint.current === endpoint,
                let range = batch.withBody({ ItemBatch.range(at: state.position, in: $0) })
            else {
                state.batch = nil
                return nil
            }
            guard range.count <= maximumSize else { return nil }
            guard endpoint.claims?.take(slot, of: generation) == true else {
                state.batch = nil
                return nil
            }
            state.position = range.upperBound
            if range.upperBound == batch.bodySize { state.batch = nil }
            return Item(frame: batch, range: range)
        }
    }

    /// Takes the next item, if one is here or is brought in a moment.
    ///
    /// To ask for one takes longer; but where the service says that nothing will be brought this does not wait.
    func look(maximumSize: Int = .max) -> Item? {
        if let item = take(maximumSize: maximumSize) { return item }
        guard isPromising, let endpoint = state.withLock({ $0.endpoint }), endpoint === Endpoint.current
        else {
            return nil
        }
        return endpoint.look(while: { self.isPromising }, for: { self.take(maximumSize: maximumSize) })
    }

    /// Whether somebody who waits so long may look for a moment before he asks.
    static func mayLook(_ timeout: Duration?) -> Bool { timeout.map { $0 >= .milliseconds(1) } ?? true }

    /// Whether there is nothing here, but something may be brought.
    private var isPromising: Bool {
        state.withLock { state in
            guard state.batch == nil, let slot = state.slot, let generation = state.generation,
                let claim = state.endpoint?.claims?.claim(slot)
            else { return false }
            // If it belongs to another loan already, that is on its way.
            return claim.generation != generation || !claim.mustAsk
        }
    }

    /// Takes up an answer: returns the item that was asked for, and keeps what was lent with it.
    ///
    /// Returns `nil` when the answer is not to be understood.
    func accept(_ reply: Frame) -> Item? {
        guard reply.argument > 0 else { return Item(frame: reply, range: 0..<reply.bodySize) }
        guard let range = reply.withBody({ ItemBatch.range(at: 0, in: $0) }) else { return nil }
        keep(reply, from: range.upperBound, UInt16(truncatingIfNeeded: reply.argument - 1))
        return Item(frame: reply, range: range)
    }

    /// Keeps what was brought without having been asked for.
    func keep(_ delivery: Frame, _ generation: UInt16) {
        guard delivery.source == service else { return }
        keep(delivery, from: 0, generation)
    }

    private func keep(_ frame: Frame, from position: Int, _ generation: UInt16) {
        state.withLock { state in
            // Of two answers to two threads the later one counts, whichever thread is quicker.
            guard let slot = state.slot, state.endpoint?.claims?.claim(slot).generation == generation else {
                return
            }
            state.generation = generation
            (state.batch, state.position) = (position < frame.bodySize ? frame : nil, position)
        }
    }

    /// Takes nothing more of what is here, so that whoever wants an item asks for it: what this process gives back itself may have its
    /// place before that.
    func leave() {
        state.withLock { state in
            guard let generation = state.generation, let slot = state.slot else { return }
            state.batch = nil
            state.endpoint?.claims?.change(slot) { $0.generation == generation ? $0.closed : nil }
        }
    }

    /// Lets the service have what was not taken; nothing can be lent here any more.
    func giveBack() {
        let (slot, endpoint, hasLoan, requestCount) = state.withLock { state in
            defer { state = State() }
            return (state.slot, state.endpoint, state.generation != nil, state.requestCount)
        }
        guard let slot, let endpoint, endpoint === Endpoint.current else { return }
        // Before the slot can be used for something else. If the Host is gone, so is the service.
        if hasLoan { try? endpoint.notify(endpoint.makeFrame(.returnLoan, to: service)) }
        // A loan that is still to come would be taken for one of whoever has the word then: so nobody has it any more.
        if requestCount == 0 { endpoint.drawers.remove(slot, at: endpoint) }
    }
}
