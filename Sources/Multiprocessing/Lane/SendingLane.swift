internal import Synchronization

/// The lane by which messages leave this process for one place of a service, while there is one.
final class SendingLane: Sendable {
    private struct State {
        var writer: LaneWriter?
        var admission = LaneAdmission()
        /// That of the last message.
        var memory: [UInt8] = []
    }

    /// Larger memory is not kept.
    private static let largestMemory = 4096

    private let service: Address
    private let fullness: Int
    private let state = Mutex(State())

    /// The lane counts as full when so many bytes have not been taken.
    init(for service: Address, fullness: Int) { (self.service, self.fullness) = (service, fullness) }

    /// What a request to send says: 1 when this process can have a lane, else 0.
    func mark(at endpoint: Endpoint) -> UInt64 {
        state.withLock { $0.admission.isOpen(to: service, at: endpoint) } && PrintedOutput.isKnowable ? 1 : 0
    }

    /// Takes up what the answer to a request says.
    func note(_ ticket: UInt64) {
        guard let ticket = LaneTicket(rawValue: ticket) else { return }
        let memory = LaneMemory(ticket)
        state.withLock { state in
            if let memory = state.admission.admit(memory) {
                state.writer = LaneWriter(memory, fullness: fullness)
            }
        }
    }

    /// Writes a message; `closed` if there is no lane, or something printed is not shown, for which it may wait for a moment.
    ///
    /// Returns as well whether the reader is to be woken.
    func write(_ message: UnsafeRawBufferPointer, mayWait: Bool) -> (
        outcome: LaneWriter.Outcome, mustWake: Bool
    ) {
        if let result = tryWriting(message) { return result }
        if mayWait, PrintedOutput.waitForMoment(), let result = tryWriting(message) { return result }
        // What goes past the lane closes it.
        drop()
        return (.closed, false)
    }

    /// Writes a message, unless something that was printed before is not shown: then the result is `nil`.
    private func tryWriting(_ message: UnsafeRawBufferPointer) -> (
        outcome: LaneWriter.Outcome, mustWake: Bool
    )? {
        state.withLock { state in
            guard state.writer != nil else { return (.closed, false) }
            guard PrintedOutput.isShown, let outcome = state.writer?.write(message) else { return nil }
            switch outcome {
            case .written: return (.written, state.writer?.mustWakeReader() == true)
            case .full: return (.full, false)
            case .closed:
                state.writer = nil
                return (.closed, false)
            }
        }
    }

    /// The memory of the last message, for the next one; nothing if there is none.
    func takeMemory() -> [UInt8] {
        state.withLock { state in
            var memory: [UInt8] = []
            swap(&memory, &state.memory)
            return memory
        }
    }

    /// Keeps the memory of a frame whose body was written.
    func giveBack(_ frame: consuming Frame) {
        guard frame.bytes.count <= SendingLane.largestMemory else { return }
        state.withLock { $0.memory = frame.bytes }
    }

    /// Whether `write` would not find the lane full.
    var hasRoom: Bool { state.withLock { $0.writer?.hasRoom() ?? true } }

    /// Has the reader say when there is room again.
    func announceSleep() { state.withLock { $0.writer?.announceSleep() } }

    /// Lets go of the lane, if there is one.
    func drop() { state.withLock { $0.writer = nil } }
}

extension Endpoint {
    /// Tells a service that one who sleeps at its lane is to look again.
    func wakeLane(of service: Address, argument: UInt64 = 0) throws(ProcessingError) {
        try notify(makeFrame(.wakeLane, to: service, argument: argument))
    }
}
