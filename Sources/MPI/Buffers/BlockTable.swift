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

    /// The least number of elements that an array with these blocks has.
    private let end: Int

    /// Blocks that are known to be some.
    init(knownCounts counts: [Int], _ displacements: [Int]? = nil) {
        self.counts = counts
        places = displacements
        var (next, greatest, end) = (0, 0, 0)
        for index in counts.indices {
            let (count, start) = (counts[index], displacements?[index] ?? next)
            greatest = max(greatest, count, start)
            if count > 0 { end = max(end, start + count) }
            next += count
        }
        (self.greatest, self.end) = (greatest, end)
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
        self.init(knownCounts: counts, displacements)
        guard end <= elementCount else {
            throw MPIError(
                .count,
                call: name,
                text: "the blocks reach to element \(end) of an array that has \(elementCount)"
            )
        }
    }

    /// Blocks of these lengths; none if they are no blocks, which is noted as a failure then, unless there is one already.
    init(
        _ counts: [Int],
        _ displacements: [Int]?,
        for rankCount: Int,
        in elementCount: Int,
        _ name: StaticString,
        noting failure: inout MPIError?
    ) {
        do throws(MPIError) {
            self = try BlockList(counts, displacements, for: rankCount, in: elementCount, name)
        } catch {
            self = .none
            failure = failure ?? error
        }
    }

    // MARK: For C

    /// Whether C cannot count some block, or where it begins.
    func isLarge(unitCount: Int) -> Bool { CountLimit.isExceeded(by: greatest, unitCount: unitCount) }

    /// Lends the tables that C reads, the lengths and where the blocks begin, for the time of a call: on the stack, unless there are many.
    ///
    /// - Throws: `MPIError` of class `count` if C has no numbers of that size.
    @inline(__always)
    func withTable(
        unitCount: Int,
        _ name: StaticString,
        _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>) throws(MPIError) -> Void
    ) throws(MPIError) {
        guard !isLarge(unitCount: unitCount) else { throw CountLimit.error(name) }
        let blockCount = counts.count
        try withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, 2 * blockCount)) {
            (memory) throws(MPIError) in
            guard let numbers = memory.baseAddress else { return }
            write(to: numbers, unitCount: unitCount)
            try body(UnsafePointer(numbers), UnsafePointer(numbers + blockCount))
        }
    }

    /// Writes the lengths, and behind them where the blocks begin, all of which C can count.
    fileprivate func write(to numbers: UnsafeMutablePointer<Int32>, unitCount: Int) {
        let blockCount = counts.count
        var (index, next) = (0, 0)
        while index < blockCount {
            numbers[index] = Int32(truncatingIfNeeded: counts[index] * unitCount)
            numbers[blockCount + index] = Int32(truncatingIfNeeded: (places?[index] ?? next) * unitCount)
            next += counts[index]
            index += 1
        }
    }
}
