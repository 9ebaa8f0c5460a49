/// The end of a lane at which messages go in.
struct LaneWriter: Sendable {
    enum Outcome {
        case written
        /// Too much has not been taken.
        case full
        /// The lane is closed; nothing was written.
        case closed
    }

    /// After how many bytes it is worth it to begin at the front again, where the memory is warm, if everything was taken.
    private static let warmth: UInt64 = 64 << 10

    private let memory: LaneMemory
    private let fullness: Int
    private var written: UInt64 = 0
    /// What the reader had taken when it was last looked at.
    private var taken: UInt64 = 0
    /// The last part that was skipped.
    private var skipped: Range<UInt64> = 0..<0
    /// Where it is looked next whether everything was taken.
    private var nextLook = warmth
    /// Where the message would end for which there was no room; else 0.
    private var wantedEnd: UInt64 = 0

    /// The end of a new lane, which is full when so many bytes have not been taken: at most half of what it holds.
    init(_ memory: LaneMemory, fullness: Int) {
        self.fullness = min(fullness, LaneMemory.capacity / 2)
        self.memory = memory
    }

    /// Writes a message, which is not longer than the longest that passes.
    mutating func write(_ message: UnsafeRawBufferPointer) -> Outcome {
        guard message.count <= LaneMemory.largestMessage, !LaneMemory.isClosed(written) else {
            return .closed
        }
        if unreadCount >= fullness || written >= nextLook {
            guard look() else { return .closed }
            guard unreadCount < fullness else { return .full }
        }
        let (offset, space) = (LaneMemory.offset(of: written), LaneMemory.space(for: message.count))
        // Where everything was taken, the front is as good, and warmer.
        let mayRewind = written >= nextLook && unreadCount == 0 && space <= offset
        if written >= nextLook { nextLook = written + LaneWriter.warmth / 4 }
        let mustSkip = mayRewind || space > LaneMemory.capacity - offset
        let start = mustSkip ? written + UInt64(LaneMemory.capacity - offset) : written
        let end = start + UInt64(space)
        if !fits(end) {
            guard look() else { return .closed }
            guard fits(end) else {
                wantedEnd = end
                return .full
            }
        }
        if mustSkip {
            memory.putSkip(of: LaneMemory.capacity - offset, at: written)
            skipped = written..<start
            nextLook = start + LaneWriter.warmth
        }
        memory.put(message, at: start)
        guard memory.advance(.written, from: written, to: end) else { return .closed }
        (written, wantedEnd) = (end, 0)
        return .written
    }

    /// Whether nothing that was not taken lies where a message would come that ends there.
    private func fits(_ end: UInt64) -> Bool { end &- taken <= UInt64(LaneMemory.capacity) }

    /// How many bytes have not been taken, as far as is known; what was skipped takes no room.
    private var unreadCount: Int {
        let count = written &- taken
        let isBeforeSkipped = taken <= skipped.lowerBound && skipped.upperBound <= written
        return Int(truncatingIfNeeded: isBeforeSkipped ? count &- UInt64(skipped.count) : count)
    }

    /// Looks what has been taken; false when the lane is closed, or the reader has gone astray.
    private mutating func look() -> Bool {
        let position = memory.load(.taken)
        guard position <= written, position >= taken else { return false }
        taken = position
        return true
    }

    /// Whether `write` would find room for the message for which there was none, or the lane closed.
    mutating func hasRoom() -> Bool {
        !look() || unreadCount < fullness && (wantedEnd == 0 || fits(wantedEnd))
    }

    /// Has the reader say so when about half of what is full was taken; whether there is room has to be looked at once more after that.
    func announceSleep() {
        let half = written - min(written, UInt64(fullness / 2))
        let wanted = wantedEnd - min(wantedEnd, UInt64(LaneMemory.capacity))
        memory.announceSleep(.writerSleeps, at: max(1, half, wanted))
    }

    /// Whether the reader sleeps, and is to be woken by the caller, who has written something.
    func mustWakeReader() -> Bool { memory.mustWakeReader() }
}
