internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// Whole messages on their way from one process to another through memory that both have, past their Host: one writes, the other reads.
///
/// The Host has the memory too, and closes the lane at any moment with one step for each side: from then on neither of them gets anything
/// in or out, and what was written and not yet taken is the Host's. So a message is never lost with a process, and never there twice.
///
/// Layout: five numbers, each on a cache line of its own — bytes written · bytes taken · whether the reader is to be woken · from which
/// number of bytes taken on the writer is to be woken (0: it is not) · the lane's number — then, on the next page, the messages. A message is its size, 8 bytes,
/// and its bytes, filled up to a multiple of 8; it lies in one piece. A size with its highest bit set stands for so many bytes that are skipped.
/// The numbers count from the beginning; their highest bit says that the lane is closed.
///
/// Either side may find anything there: the other process may have gone astray.
final class LaneMemory: @unchecked Sendable {
    // Sendable because the numbers are read and written atomically, and of the messages each part belongs to one side at a time, as they say.

    /// The size of the longest message that passes.
    static let largestMessage = 2 << 20
    /// How much room there is; of its pages those exist that have been used.
    static let capacity = 8 << 20

    private static let lineSize = 64
    private static let controlSize = 4096
    private static let highestBit: UInt64 = 1 << 63

    enum Word: Int {
        case written, taken, readerSleeps, writerSleeps, number
    }

    /// By what the two processes find it; for its Host.
    let ticket: LaneTicket?
    private let mapping: SharedMapping
    // Until the Host lets go of it, it counts as one of its lanes.
    private let place: LaneSupply.Place?
    /// Whether the Host has closed it, whatever the memory says.
    private let hasBeenClosed = Atomic(false)

    /// New memory, in the Host.
    init(number: UInt32, place: LaneSupply.Place) throws(ProcessingError) {
        mapping = try SharedMapping(size: LaneMemory.controlSize + LaneMemory.capacity)
        self.place = place
        ticket = LaneTicket(pid: getpid(), descriptor: mapping.descriptor, number: number)
        store(UInt64(number), .number)
    }

    /// The memory that a ticket stands for; `nil` if it is not to be had.
    init?(_ ticket: LaneTicket) {
        guard let mapping = SharedMapping(ticket) else { return nil }
        self.mapping = mapping
        place = nil
        self.ticket = nil
        // By now the Host may use that descriptor for something else.
        guard mapping.size == LaneMemory.controlSize + LaneMemory.capacity,
            load(.number) == UInt64(ticket.number)
        else { return nil }
    }

    // MARK: Its numbers

    private func place(of word: Word) -> UnsafeMutableRawPointer {
        mapping.base + word.rawValue * LaneMemory.lineSize
    }
    func load(_ word: Word) -> UInt64 { cps_load_acquire(place(of: word)) }
    func store(_ value: UInt64, _ word: Word) { cps_store_release(place(of: word), value) }

    /// Goes on from one position to the next; false if the lane was closed meanwhile.
    func advance(_ word: Word, from old: UInt64, to new: UInt64) -> Bool {
        cps_compare_exchange(place(of: word), old, new) != 0
    }

    var isClosed: Bool { LaneMemory.isClosed(load(.written)) }
    static func isClosed(_ position: UInt64) -> Bool { position & highestBit != 0 }

    /// Whether there is anything that was not taken, or the lane was closed.
    func hasNews(after position: UInt64) -> Bool { load(.written) != position }

    // MARK: Sleeping and waking

    /// Says from where on a side is to be woken; what it waits for has to be looked at once more after that.
    func announceSleep(_ word: Word, at position: UInt64 = 1) {
        store(position, word)
        cps_fence()
    }

    /// Whether the reader is to be woken, of which the caller then sees to it.
    func mustWakeReader() -> Bool {
        cps_fence()
        return load(.readerSleeps) != 0 && cps_exchange(place(of: .readerSleeps), 0) != 0
    }

    /// Whether the writer is to be woken as so many bytes were taken, of which the caller then sees to it.
    func mustWakeWriter(at position: UInt64) -> Bool {
        cps_fence()
        let wanted = load(.writerSleeps)
        return wanted != 0 && wanted <= position && cps_exchange(place(of: .writerSleeps), 0) != 0
    }

    // MARK: Its messages

    /// What is at a position.
    enum Record {
        case message(Range<Int>, next: UInt64)
        case skipped(next: UInt64)
    }

    static func offset(of position: UInt64) -> Int { Int(truncatingIfNeeded: position) & (capacity - 1) }

    /// The bytes that a message takes, with its size.
    static func space(for count: Int) -> Int { 8 + (count + 7) & ~7 }

    private var bytes: UnsafeMutableRawPointer { mapping.base + LaneMemory.controlSize }

    /// What is at a position before the end of what was written; `nil` when it cannot be.
    func record(at position: UInt64, before end: UInt64) -> Record? {
        let (count, offset) = (end &- position, LaneMemory.offset(of: position))
        guard (8...UInt64(LaneMemory.capacity)).contains(count), position & 7 == 0 else { return nil }
        let size = (bytes + offset).load(as: UInt64.self)
        if size & LaneMemory.highestBit != 0 {
            let skipped = size & ~LaneMemory.highestBit
            guard skipped == UInt64(LaneMemory.capacity - offset), skipped < count else { return nil }
            return .skipped(next: position &+ skipped)
        }
        guard size <= UInt64(LaneMemory.largestMessage) else { return nil }
        let space = LaneMemory.space(for: Int(size))
        guard space <= LaneMemory.capacity - offset, UInt64(space) <= count else { return nil }
        return .message(offset + 8..<offset + 8 + Int(size), next: position &+ UInt64(space))
    }

    /// Copies a message, whose bytes the writer could still change.
    func copy(_ range: Range<Int>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count) { memory, count in
            UnsafeMutableRawBufferPointer(memory).copyMemory(
                from: UnsafeRawBufferPointer(start: bytes + range.lowerBound, count: range.count)
            )
            count = range.count
        }
    }

    func put(_ message: UnsafeRawBufferPointer, at position: UInt64) {
        let start = bytes + LaneMemory.offset(of: position)
        start.storeBytes(of: UInt64(message.count), as: UInt64.self)
        UnsafeMutableRawBufferPointer(start: start + 8, count: message.count).copyMemory(from: message)
    }

    func putSkip(of count: Int, at position: UInt64) {
        (bytes + LaneMemory.offset(of: position)).storeBytes(
            of: UInt64(count) | LaneMemory.highestBit,
            as: UInt64.self
        )
    }

    // MARK: For the Host

    /// Whether there is anything to take.
    var hasMessage: Bool { (load(.written) ^ load(.taken)) & ~LaneMemory.highestBit != 0 }

    /// Whether the writer sleeps, and nobody has said yet that it is woken.
    var hasSleepingWriter: Bool { load(.writerSleeps) != 0 }

    /// The messages that were not taken, while they may be.
    var unread: (count: Int, byteCount: Int) {
        var result = (count: 0, byteCount: 0)
        forEachMessage(from: load(.taken), to: load(.written)) {
            result.count += 1
            result.byteCount += $0.count
        }
        return result
    }

    /// How many messages it has carried at most: as many as the shortest ones would be.
    var greatestMessageCount: Int {
        Int(truncatingIfNeeded: load(.written) & ~LaneMemory.highestBit) / LaneMemory.space(for: 1)
    }

    /// Closes the lane, and hands over what was written and not taken, in order.
    func close(_ take: ([UInt8]) -> Void) {
        guard !hasBeenClosed.exchange(true, ordering: .relaxed) else { return }
        let end = close(.written)
        forEachMessage(from: close(.taken), to: end) { take(copy($0)) }
        // The two processes may have the memory for a long time yet: it takes no room then.
        madvise(bytes, LaneMemory.capacity, MADV_REMOVE)
    }

    /// Closes one side, and returns how far it had come.
    private func close(_ word: Word) -> UInt64 {
        while true {
            let position = load(word)
            if LaneMemory.isClosed(position) { return position & ~LaneMemory.highestBit }
            if advance(word, from: position, to: position | LaneMemory.highestBit) { return position }
        }
    }

    private func forEachMessage(from start: UInt64, to end: UInt64, _ use: (Range<Int>) -> Void) {
        var position = start & ~LaneMemory.highestBit
        let end = end & ~LaneMemory.highestBit
        while position != end, let record = record(at: position, before: end) {
            switch record {
            case .message(let range, let next):
                use(range)
                position = next
            case .skipped(let next): position = next
            }
        }
    }
}
