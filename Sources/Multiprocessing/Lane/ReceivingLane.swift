internal import Synchronization

/// The lane by which messages come to this process from one place of a service, while there is one.
final class ReceivingLane: Sendable {
    private struct State {
        var reader: LaneReader?
        var admission = LaneAdmission()
    }

    private let service: Address
    private let state = Mutex(State())

    init(for service: Address) { self.service = service }

    /// What a request to receive says: 2 when there is a lane, 1 when this process can have one, else 0.
    func mark(at endpoint: Endpoint) -> UInt64 {
        state.withLock { state in
            guard state.admission.isOpen(to: service, at: endpoint) else { return 0 }
            return state.reader != nil ? 2 : 1
        }
    }

    /// Takes up what the answer to a request says.
    func note(_ ticket: UInt64) {
        guard let ticket = LaneTicket(rawValue: ticket) else { return }
        let memory = LaneMemory(ticket)
        state.withLock { state in
            if let memory = state.admission.admit(memory) { state.reader = LaneReader(memory) }
        }
    }

    /// Takes the next message, if there is one; `closed` if there is no lane.
    ///
    /// Returns as well whether the writer is to be woken.
    func take(maximumCount: Int) -> (outcome: LaneReader.Outcome, mustWake: Bool) {
        state.withLock { state in
            guard let outcome = state.reader?.take(maximumCount: maximumCount) else {
                return (.closed, false)
            }
            switch outcome {
            case .message: return (outcome, state.reader?.mustWakeWriter() == true)
            case .empty, .tooLong: return (outcome, false)
            case .closed:
                state.reader = nil
                return (.closed, false)
            }
        }
    }

    /// The next message, if there is one; for a writer that is never to be woken.
    func take() -> [UInt8]? {
        if case .message(let message) = take(maximumCount: .max).outcome { message } else { nil }
    }

    /// Whether there is a lane.
    var isOpen: Bool { state.withLock { $0.reader != nil } }

    /// Looks for a moment whether something comes.
    func look() {
        var wait = SpinWait()
        while state.withLock({ $0.reader?.hasNews == false }), wait.goOn() {}
    }

    /// Lets go of the lane, if there is one.
    func drop() { state.withLock { $0.reader = nil } }
}
