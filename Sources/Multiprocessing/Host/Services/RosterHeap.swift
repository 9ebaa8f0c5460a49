internal import HeapModule

/// Workers in the order of what decides between them, the first one at hand.
///
/// When something about a worker changes, it is put in anew; what was put in before is passed over once it comes to the front, and
/// swept out when there is too much of it.
struct RosterHeap<Rank: Comparable> {
    struct Entry: Comparable {
        let rank: Rank
        let worker: Address
        /// The worker's version, by which an entry is known to be out of date.
        let version: UInt64

        func isCurrent(among members: [Address: PoolMember]) -> Bool { members[worker]?.version == version }

        static func < (first: Entry, second: Entry) -> Bool { first.rank < second.rank }
    }

    private var heap = Heap<Entry>()

    /// How many there are, with those that are out of date.
    var count: Int { heap.count }

    mutating func insert(
        _ rank: Rank,
        _ worker: Address,
        version: UInt64,
        among members: [Address: PoolMember]
    ) {
        heap.insert(Entry(rank: rank, worker: worker, version: version))
        // A worker has two entries at most that are current, so most of these are not: sweeping costs each a fixed share.
        guard heap.count > 4 * members.count + 16 else { return }
        heap = Heap(heap.unordered.filter { $0.isCurrent(among: members) })
    }

    /// The first one of those that are not out of date.
    mutating func first(among members: [Address: PoolMember]) -> Entry? {
        while let first = heap.min {
            if first.isCurrent(among: members) { return first }
            heap.removeMin()
        }
        return nil
    }

    /// Takes out the one that `first` has found.
    mutating func removeFirst() { _ = heap.popMin() }
}
