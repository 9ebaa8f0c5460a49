internal import DequeModule

/// What waits to be taken, in the order in which it came; what was taken and comes back finds its old place.
struct Backlog {
    /// A frame, and its place among all that have come.
    struct Item {
        let ordinal: UInt64
        var frame: Frame
    }

    private var items: Deque<Item> = []
    private var nextOrdinal: UInt64 = 0
    /// What the frames take up, with their headers.
    private(set) var byteCount = 0

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }
    /// The size of the first body in bytes.
    var firstBodySize: Int? { items.first?.frame.bodySize }

    mutating func append(_ frame: Frame) {
        byteCount += frame.bytes.count
        items.append(Item(ordinal: nextOrdinal, frame: frame))
        nextOrdinal += 1
    }

    mutating func popFirst() -> Item? {
        guard let item = items.popFirst() else { return nil }
        byteCount -= item.frame.bytes.count
        return item
    }

    /// Puts back what was taken: before everything that came after it.
    mutating func putBack(_ returned: [Item]) {
        for item in returned.sorted(by: { $0.ordinal < $1.ordinal }) {
            byteCount += item.frame.bytes.count
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
