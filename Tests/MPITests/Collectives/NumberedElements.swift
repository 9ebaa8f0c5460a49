/// What rank `rank` gives at index `index`.
func element(_ rank: Int, _ index: Int) -> Int64 { Int64(rank * 1_000_000 + index) }

/// What rank `rank` gives at several indices.
func row(_ rank: Int, _ range: Range<Int>) -> [Int64] { range.map { element(rank, $0) } }

/// Parts of different lengths, one for every rank, and where they lie in an array with holes between them.
struct PartsWithGaps {
    /// What is in the holes.
    static let untouched: Int64 = -7

    let counts: [Int]
    let displacements: [Int]

    /// An array with holes only.
    let empty: [Int64]

    /// The same part for every rank of a number of ranks, if `count` is given; otherwise a longer or shorter one for each, some of them empty.
    ///
    /// There is a hole before each part, and one behind the last. The last rank's part comes first.
    init(ranks: Int, count: Int? = nil) {
        counts = (0..<ranks).map { count ?? ($0 * 3 + 1) % 5 }
        var next = 2
        var displacements = [Int](repeating: 0, count: ranks)
        for rank in (0..<ranks).reversed() {
            displacements[rank] = next
            next += counts[rank] + 2
        }
        self.displacements = displacements
        empty = [Int64](repeating: Self.untouched, count: next)
    }

    /// The array whose parts hold what `make` gives for a rank and its number of elements.
    func filled(_ make: (Int, Int) -> [Int64]) -> [Int64] {
        var all = empty
        for (rank, (count, start)) in zip(counts, displacements).enumerated() {
            all.replaceSubrange(start..<(start + count), with: make(rank, count))
        }
        return all
    }
}
