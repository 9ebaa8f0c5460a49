/// How long the blocks of an array are, and where they begin: the tables that C reads, in one piece of memory.
final class BlockTable: RequestMemory, @unchecked Sendable {
    // Never changed once it is made: hence the unchecked conformance.
    private let blockCount: Int

    /// The lengths.
    var counts: UnsafePointer<Int32> { UnsafePointer(numbers) }

    /// Where the blocks begin.
    var displacements: UnsafePointer<Int32> { UnsafePointer(numbers + blockCount) }

    private let numbers: UnsafeMutablePointer<Int32>

    /// Makes the tables from numbers of elements.
    ///
    /// - Throws: `MPIError` of class `count` if C has no numbers of that size.
    init(_ blocks: BlockList, unitCount: Int, _ name: StaticString) throws(MPIError) {
        guard !blocks.isLarge(unitCount: unitCount) else { throw CountLimit.error(name) }
        blockCount = blocks.counts.count
        numbers = .allocate(capacity: max(1, 2 * blockCount))
        super.init(borrowing: UnsafeMutableRawPointer(numbers), byteCount: 8 * blockCount)
        for (index, number) in (blocks.counts + blocks.displacements).enumerated() {
            numbers[index] = Int32(number * unitCount)
        }
    }

    deinit { numbers.deallocate() }
}

/// How long the blocks of an array are, and where they begin, in elements.
struct BlockList: Sendable, Equatable {
    let counts: [Int]
    let displacements: [Int]

    /// Blocks that are known to be some.
    init(knownCounts counts: [Int], _ displacements: [Int]) {
        self.counts = counts
        self.displacements = displacements
    }

    /// The least number of elements that an array with these blocks has.
    var end: Int { zip(counts, displacements).map { $0 == 0 ? 0 : $0 + $1 }.max() ?? 0 }

    /// The sum of all lengths.
    var total: Int { counts.reduce(0, +) }

    /// Blocks of these lengths, one behind the other if nothing else is said.
    ///
    /// - Throws: `MPIError` of class `count` or `displacement` if they are no blocks of an array of this length, one for each of so many ranks.
    init(
        _ counts: [Int],
        _ displacements: [Int]?,
        for rankCount: Int,
        in elementCount: Int,
        _ name: StaticString
    ) throws(MPIError) {
        guard counts.count == rankCount, displacements.map({ $0.count == rankCount }) != false else {
            throw MPIError(
                .count,
                call: name,
                text:
                    "\(counts.count) counts and \(displacements?.count ?? counts.count) displacements for \(rankCount) ranks"
            )
        }
        for count in counts { try Communicator.expectCount(count, name) }
        self.counts = counts
        if let displacements {
            self.displacements = displacements
        } else {
            var next = 0
            self.displacements = counts.map { count in
                defer { next += count }
                return next
            }
        }
        if let wrong = self.displacements.first(where: { $0 < 0 || $0 >= 1 << 62 }) {
            throw MPIError(.displacement, call: name, text: "no block can begin at \(wrong)")
        }
        guard end <= elementCount else {
            throw MPIError(
                .count,
                call: name,
                text: "the blocks reach to element \(end) of an array that has \(elementCount)"
            )
        }
    }
}
