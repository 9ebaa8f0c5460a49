/// The end of a lane at which messages come out.
struct LaneReader: Sendable {
    enum Outcome {
        case message([UInt8])
        case empty
        /// The next message is so long.
        case tooLong(Int)
        /// The lane is closed; nothing was taken.
        case closed
    }

    private let memory: LaneMemory
    /// What was taken so far.
    private var taken: UInt64 = 0

    /// The end of a new lane.
    init(_ memory: LaneMemory) { self.memory = memory }

    /// Whether `take` would find something other than that the lane is empty.
    var hasNews: Bool { memory.hasNews(after: taken) }

    /// Takes the next message, if it is not longer than that.
    mutating func take(maximumCount: Int = .max) -> Outcome {
        let written = memory.load(.written)
        guard !LaneMemory.isClosed(written), !LaneMemory.isClosed(taken) else { return .closed }
        var position = taken
        while position != written {
            // A writer that has gone astray is of no use any more.
            guard let record = memory.record(at: position, before: written) else { return .closed }
            switch record {
            case .skipped(let next): position = next
            case .message(let range, let next):
                guard range.count <= maximumCount else { return .tooLong(range.count) }
                let message = memory.copy(range)
                guard memory.advance(.taken, from: taken, to: next) else { return .closed }
                taken = next
                return .message(message)
            }
        }
        // If it says there that something else was taken, the Host sees messages where there are none.
        return memory.load(.taken) == taken ? .empty : .closed
    }

    /// Whether the writer waits for room, and is to be woken by the caller, who has taken something.
    func mustWakeWriter() -> Bool { memory.mustWakeWriter(at: taken) }
}
