internal import Synchronization

/// What the service of a pipe has allowed this process: to send messages without asking.
final class SendingPermit: Sendable {
    private struct State {
        var slot: Int?
        var endpoint: Endpoint?
        var generation: UInt16?
    }

    private let service: Address
    private let state = Mutex(State())

    init(for service: Address) { self.service = service }

    deinit {
        let state = state.withLock { $0 }
        if let slot = state.slot { state.endpoint?.claims?.slots.giveBack(slot) }
    }

    /// What a request says of where a permit can be given; 0 for nowhere.
    func mark(at endpoint: Endpoint) -> UInt64 {
        guard service.rank == endpoint.address.rank else { return 0 }
        return state.withLock { state in
            if state.endpoint !== endpoint {
                state = State(slot: endpoint.claims?.slots.take(), endpoint: endpoint)
            }
            return state.slot.map { UInt64($0) + 1 } ?? 0
        }
    }

    /// Uses the permit for one message, if there is one.
    func use(at endpoint: Endpoint) -> Bool {
        state.withLock { state in
            guard let generation = state.generation, let slot = state.slot, state.endpoint === endpoint,
                endpoint.claims?.take(slot, of: generation) == true
            else {
                state.generation = nil
                return false
            }
            return true
        }
    }

    /// Takes note of what an answer says.
    func note(_ mark: UInt64) {
        guard mark > 0 else { return }
        // Of an older permit than the last one no place can be had.
        state.withLock { $0.generation = UInt16(truncatingIfNeeded: mark - 1) }
    }
}
