/// How long the blocks of an array are, and where they begin: the tables that C reads, in one piece of memory that is kept as long as it reads them.
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
        blocks.write(to: numbers, unitCount: unitCount)
    }

    deinit { numbers.deallocate() }
}

/// How long the blocks of an array are, and where they begin, in elements.
struct BlockList: Sendable {
    let counts: [Int]

    /// Where they begin; `nil` if they lie one behind the other.
    private let places: [Int]?

    /// The greatest of all lengths and beginnings.
    private let greatest: Int

    /// Blocks that are known to be some.
    init(knownCounts counts: [Int], _ displacements: [Int]? = nil) {
        self.counts = counts
        places = displacements
        greatest = Self.bounds(counts, displacements).greatest
    }

    /// Where they begin.
    var displacements: [Int] {
        if let places { return places }
        var next = 0
        return counts.map { count in
            defer { next += count }
            return next
        }
    }

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
        greatest = try Self.check(counts, displacements, for: rankCount, in: elementCount, name)
        self.counts = counts
        places = displacements
    }

    /// Checks that these are blocks of an array of this length, one for each of so many ranks.
    ///
    /// - Returns: The greatest of all lengths and beginnings.
    /// - Throws: `MPIError` of class `count` or `displacement` if they are not.
    @inline(__always)
    static func check(
        _ counts: [Int],
        _ displacements: [Int]?,
        for rankCount: Int,
        in elementCount: Int,
        _ name: StaticString
    ) throws(MPIError) -> Int {
        // One look at each, as is enough for what is called most often; not so many that their sum could overflow.
        if displacements == nil, counts.count == rankCount, rankCount < 1 << 14 {
            var (bits, next, greatest, last) = (0, 0, 0, 0)
            for count in counts {
                bits |= count
                greatest = max(greatest, count)
                last = next
                next &+= count
            }
            if bits >= 0, bits < 1 << 48, next <= elementCount { return max(greatest, last) }
        }
        return try checkAll(counts, displacements, for: rankCount, in: elementCount, name)
    }

    @inline(never)
    private static func checkAll(
        _ counts: [Int],
        _ displacements: [Int]?,
        for rankCount: Int,
        in elementCount: Int,
        _ name: StaticString
    ) throws(MPIError) -> Int {
        guard counts.count == rankCount, displacements.map({ $0.count == rankCount }) != false else {
            throw MPIError(
                .count,
                call: name,
                text:
                    "\(counts.count) counts and \(displacements?.count ?? counts.count) displacements for \(rankCount) ranks"
            )
        }
        for count in counts { try Communicator.expectCount(count, name) }
        if let displacements {
            for start in displacements where start < 0 || start >= 1 << 62 {
                throw MPIError(.displacement, call: name, text: "no block can begin at \(start)")
            }
        }
        let (greatest, end) = bounds(counts, displacements)
        guard end <= elementCount else {
            throw MPIError(
                .count,
                call: name,
                text: "the blocks reach to element \(end) of an array that has \(elementCount)"
            )
        }
        return greatest
    }

    /// The greatest of all lengths and beginnings, and the least number of elements that an array with these blocks has.
    private static func bounds(_ counts: [Int], _ displacements: [Int]?) -> (greatest: Int, end: Int) {
        var (next, greatest, end) = (0, 0, 0)
        for index in counts.indices {
            let (count, start) = (counts[index], displacements?[index] ?? next)
            greatest = max(greatest, count, start)
            if count > 0 { end = max(end, start + count) }
            next += count
        }
        return (greatest, end)
    }

    // MARK: For C

    /// Whether C cannot count some block, or where it begins.
    func isLarge(unitCount: Int) -> Bool { CountLimit.isExceeded(by: greatest, unitCount: unitCount) }

    /// Lends the tables that C reads, the lengths and where the blocks begin, for the time of a call: on the stack, unless there are many.
    ///
    /// - Throws: `MPIError` of class `count` if C has no numbers of that size.
    func withTable(
        unitCount: Int,
        _ name: StaticString,
        _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>) throws(MPIError) -> Void
    ) throws(MPIError) {
        guard !isLarge(unitCount: unitCount) else { throw CountLimit.error(name) }
        try Self.withTable(counts, places, unitCount: unitCount, body)
    }

    /// Lends the tables of blocks all of which C can count.
    @inline(__always)
    static func withTable(
        _ counts: [Int],
        _ displacements: [Int]?,
        unitCount: Int,
        _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>) throws(MPIError) -> Void
    ) throws(MPIError) {
        let blockCount = counts.count
        try withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, 2 * blockCount)) {
            (memory) throws(MPIError) in
            guard let numbers = memory.baseAddress else { return }
            write(counts, displacements, to: numbers, unitCount: unitCount)
            try body(UnsafePointer(numbers), UnsafePointer(numbers + blockCount))
        }
    }

    /// Writes the lengths, and behind them where the blocks begin.
    private static func write(
        _ counts: [Int],
        _ displacements: [Int]?,
        to numbers: UnsafeMutablePointer<Int32>,
        unitCount: Int
    ) {
        var next = 0
        for index in counts.indices {
            numbers[index] = Int32(truncatingIfNeeded: counts[index] * unitCount)
            numbers[counts.count + index] = Int32(
                truncatingIfNeeded: (displacements?[index] ?? next) * unitCount
            )
            next += counts[index]
        }
    }

    /// Writes the lengths, and behind them where the blocks begin, all of which C can count.
    fileprivate func write(to numbers: UnsafeMutablePointer<Int32>, unitCount: Int) {
        Self.write(counts, places, to: numbers, unitCount: unitCount)
    }
}
