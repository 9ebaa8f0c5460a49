internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// Memory in which a main program leaves the large inputs of a pool's jobs, and from which workers of its rank take them as they are: all that
/// travels is where they are.
///
/// Only inputs that are arrays of plain numbers go this way: whatever is found there is such an array, so it does no harm if
/// somebody writes over it who has gone astray.
///
/// Layout: the store's number 8, and on the next page the inputs.
final class InputStore: @unchecked Sendable {
    // Sendable because each part of the memory belongs to whoever has its lot, and which parts are free is behind a lock.

    /// How much room there is; of its pages those exist that have been used.
    static let capacity = 32 << 20
    /// With less than that, to put chunks together is worth more.
    static let leastSize = 64 << 10
    private static let controlSize = 4096
    private static let lastNumber = Atomic<UInt32>(0)

    /// By what workers find it; for the main program.
    let ticket: LaneTicket?
    private let mapping: SharedMapping
    private let space = Mutex(FreeSpace(capacity: InputStore.capacity))

    /// New memory, in a main program.
    init() throws(ProcessingError) {
        mapping = try SharedMapping(size: InputStore.controlSize + InputStore.capacity)
        let number =
            InputStore.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue % LaneTicket.numberCount
        ticket = LaneTicket(pid: getpid(), descriptor: mapping.descriptor, number: number)
        cps_store_release(mapping.base, UInt64(number))
    }

    /// The memory that a ticket stands for; `nil` if it is not to be had.
    init?(_ ticket: LaneTicket) {
        guard let mapping = SharedMapping(ticket),
            mapping.size == InputStore.controlSize + InputStore.capacity,
            // By now that descriptor may be used for something else.
            cps_load_acquire(mapping.base) == UInt64(ticket.number)
        else { return nil }
        self.mapping = mapping
        self.ticket = nil
    }

    /// So many bytes from an offset on; `nil` if there are not so many.
    func bytes(at offset: Int, count: Int) -> UnsafeMutableRawBufferPointer? {
        guard offset >= 0, count >= 0, offset <= InputStore.capacity, count <= InputStore.capacity - offset
        else { return nil }
        return UnsafeMutableRawBufferPointer(
            start: mapping.base + InputStore.controlSize + offset,
            count: count
        )
    }

    // MARK: In the main program

    /// Room for so many bytes; `nil` if there is not so much.
    func makeLot(_ count: Int, for owner: Address) -> InputLot? {
        guard let range = space.withLock({ $0.take(count) }) else { return nil }
        return InputLot(self, range, count: count, owner: owner)
    }

    fileprivate func free(_ range: Range<Int>) { space.withLock { $0.giveBack(range) } }

    // MARK: In a worker

    private static let latest = Mutex<(ticket: LaneTicket, store: InputStore)?>(nil)

    /// The memory that a ticket stands for, which is kept until another one is wanted; `nil` if it is not to be had.
    static func known(_ ticket: LaneTicket) -> InputStore? {
        latest.withLock { latest in
            if let latest, latest.ticket == ticket { return latest.store }
            guard let store = InputStore(ticket) else { return nil }
            latest = (ticket, store)
            return store
        }
    }
}

/// A part of a store with the inputs of one chunk, which is free again when nobody has the lot any more: neither the job, nor a worker that was
/// given the chunk.
final class InputLot: Sendable {
    let store: InputStore
    private let range: Range<Int>
    let count: Int
    let owner: Address
    /// By which the pool finds it that is told of it.
    let token: UInt64

    private static let lastToken = Atomic<UInt64>(0)
    private static let unclaimed = Mutex<[UInt64: InputLot]>([:])

    fileprivate init(_ store: InputStore, _ range: Range<Int>, count: Int, owner: Address) {
        (self.store, self.range, self.count, self.owner) = (store, range, count, owner)
        token = InputLot.lastToken.wrappingAdd(1, ordering: .relaxed).newValue
    }

    deinit { store.free(range) }

    var offset: Int { range.lowerBound }

    /// Its memory, which belongs to the one that makes the lot until a pool is told of it, and from then on is only read.
    var bytes: UnsafeMutableRawBufferPointer {
        store.bytes(at: offset, count: count) ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    /// Keeps it for the pool that will be told of it.
    func leave() { InputLot.unclaimed.withLock { $0[token] = self } }

    /// For a pool: the lot that somebody has left.
    static func claim(_ token: UInt64, of owner: Address) -> InputLot? {
        unclaimed.withLock { lots in
            guard lots[token]?.owner == owner else { return nil }
            return lots.removeValue(forKey: token)
        }
    }

    /// Those of the tokens whose lots nobody has claimed.
    static func unclaimed(among tokens: [UInt64]) -> [UInt64] {
        unclaimed.withLock { lots in tokens.filter { lots[$0] != nil } }
    }

    /// Nobody will claim these any more.
    static func forget(_ tokens: [UInt64]) {
        // They are freed behind the lock.
        let lots = unclaimed.withLock { lots in tokens.compactMap { lots.removeValue(forKey: $0) } }
        withExtendedLifetime(lots) {}
    }
}

/// Which parts of a memory are free, in order, with something between them.
struct FreeSpace: Equatable {
    private(set) var ranges: [Range<Int>]
    /// What is taken is a multiple of this.
    static let unit = 4096

    init(capacity: Int) { ranges = [0..<capacity] }

    /// Takes the first part that has room for so many bytes.
    mutating func take(_ count: Int) -> Range<Int>? {
        guard count >= 0, count <= Int.max - FreeSpace.unit else { return nil }
        let size = max(1, (count + FreeSpace.unit - 1) / FreeSpace.unit) * FreeSpace.unit
        guard let index = ranges.firstIndex(where: { $0.count >= size }) else { return nil }
        let start = ranges[index].lowerBound
        ranges[index] = start + size..<ranges[index].upperBound
        if ranges[index].isEmpty { ranges.remove(at: index) }
        return start..<start + size
    }

    /// Gives back what was taken.
    mutating func giveBack(_ range: Range<Int>) {
        var (index, merged) = (ranges.firstIndex { $0.lowerBound >= range.upperBound } ?? ranges.count, range)
        if index < ranges.count, ranges[index].lowerBound == merged.upperBound {
            merged = merged.lowerBound..<ranges.remove(at: index).upperBound
        }
        if index > 0, ranges[index - 1].upperBound == merged.lowerBound {
            index -= 1
            merged = ranges.remove(at: index).lowerBound..<merged.upperBound
        }
        ranges.insert(merged, at: index)
    }
}
