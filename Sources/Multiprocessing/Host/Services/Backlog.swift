internal import DequeModule

/// What waits to be taken, in the order in which it came; what was taken and comes back finds its old place.
struct Backlog {
    /// A frame, or a part of one that brought several items, and its place among all that have come.
    struct Item {
        let ordinal: UInt64
        var frame: Frame
        /// The part of the body, unless it is all of it.
        var part: Range<Int>?

        var bodySize: Int { part?.count ?? frame.bodySize }
        fileprivate var byteCount: Int { Frame.headerSize + bodySize }

        func withBody<Result>(_ use: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
            try frame.withBody { body in
                try use(part.map { UnsafeRawBufferPointer(rebasing: body[$0]) } ?? body)
            }
        }
    }

    private var items: Deque<Item> = []
    private var nextOrdinal: UInt64 = 0
    /// What the frames take up, with their headers.
    private(set) var byteCount = 0

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }
    /// The size of the first body in bytes.
    var firstBodySize: Int? { items.first?.bodySize }

    mutating func append(_ frame: Frame, part: Range<Int>? = nil) {
        let item = Item(ordinal: nextOrdinal, frame: frame, part: part)
        byteCount += item.byteCount
        items.append(item)
        nextOrdinal += 1
    }

    mutating func popFirst() -> Item? {
        guard let item = items.popFirst() else { return nil }
        byteCount -= item.byteCount
        return item
    }

    /// Takes out the first items, so many at most and with bodies of so many bytes together at most.
    mutating func popFirst(_ maximumCount: Int, bytes limit: Int) -> [Item] {
        var (count, size) = (0, 0)
        while count < min(maximumCount, items.count), size + items[count].bodySize <= limit {
            size += items[count].bodySize
            count += 1
        }
        let first = Array(items.prefix(count))
        items.removeFirst(count)
        byteCount -= size + count * Frame.headerSize
        return first
    }

    /// Puts back what was taken: before everything that came after it.
    mutating func putBack(_ returned: [Item]) {
        // Mostly they were the first ones, one after the other.
        for item in returned.sorted(by: { $0.ordinal > $1.ordinal }) {
            byteCount += item.byteCount
            // What was taken is older than nearly everything that was not.
            let index = items.firstIndex { $0.ordinal > item.ordinal } ?? items.endIndex
            items.insert(item, at: index)
        }
    }
}

/// What was handed to processes that have not said yet that they have it: whatever they have not said so of when they
/// end can be given to others.
struct Deliveries {
    private struct Key: Hashable {
        let address: Address
        let correlation: UInt64
    }

    private var items: [Key: [Backlog.Item]] = [:]

    var isEmpty: Bool { items.isEmpty }

    /// Whether that process has something it has not acknowledged.
    func contains(of address: Address) -> Bool { items.keys.contains { $0.address == address } }

    /// Notes what answers a request.
    mutating func note(_ handedOut: [Backlog.Item], to waiter: Waiter) {
        items[Key(address: waiter.address, correlation: waiter.correlation), default: []] += handedOut
    }

    /// Takes out what answered that request.
    mutating func remove(_ correlation: UInt64, of address: Address) -> [Backlog.Item]? {
        items.removeValue(forKey: Key(address: address, correlation: correlation))
    }

    /// Takes out everything that a process has not acknowledged.
    mutating func removeAll(of address: Address) -> [Backlog.Item] {
        var removed: [Backlog.Item] = []
        for key in items.keys where key.address == address { removed += items[key] ?? [] }
        if !removed.isEmpty { items = items.filter { $0.key.address != address } }
        return removed
    }
}
