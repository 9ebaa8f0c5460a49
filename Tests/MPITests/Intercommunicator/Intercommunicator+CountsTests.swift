import MPI
import RankChecks
import Testing

/// What a rank of one side gives at some indices.
private func row(_ side: Int, _ rank: Int, _ range: Range<Int>) -> [Int] {
    range.map { side * 1_000_000 + rank * 1000 + $0 }
}

@Suite("Intercommunicator, different numbers of elements")
struct IntercommunicatorCountsTests {
    @Test("two groups exchange different numbers of elements in every way", arguments: [2, 3, 4, 5, 7])
    func exchange(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let first = world.size / 2
            let (side, otherSide) = world.rank < first ? (0, 1) : (1, 0)
            let own = try #require(try world.split(color: side))
            let between = try own.makeIntercommunicator(peer: world, remoteLeader: side == 0 ? first : 0)
            let (rank, others) = (between.rank, between.remoteSize)
            func count(_ rank: Int) -> Int { (rank * 2 + 1) % 4 }
            let mine = row(side, rank, 0..<count(rank))
            let counts = (0..<others).map(count)
            let theirs = (0..<others).map { row(otherSide, $0, 0..<count($0)) }
            // A gap before each.
            var places: [Int] = []
            for (index, count) in counts.enumerated() {
                places.append(index == 0 ? 1 : (places.last ?? 0) + counts[index - 1] + 1)
                #expect(count >= 0)
            }
            let length = (places.last ?? 0) + (counts.last ?? 0)
            let spread = theirs.flatMap { [-1] + $0 }

            for (rootSide, rootRank) in [(0, first - 1), (1, 0)] {
                let isTarget = side != rootSide
                let root: Intercommunicator.Root =
                    isTarget ? .remote(rootRank) : rank == rootRank ? .here : .nobody
                let isRoot = root == .here
                var gathered = [Int](repeating: -1, count: isRoot ? length : 0)
                try between.gather(
                    mine.span,
                    counts: isRoot ? counts : [],
                    displacements: isRoot ? places : nil,
                    into: &gathered,
                    to: root
                )
                #expect(gathered == (isRoot ? spread : []))
                var part = [Int](repeating: -1, count: isTarget ? count(rank) : 1)
                let given = (0..<others).flatMap { [-2] + row(rootSide, rootRank, 0..<count($0)) }
                try between.scatter(
                    isRoot ? given : [],
                    counts: isRoot ? counts : [],
                    displacements: isRoot ? places : nil,
                    into: &part,
                    from: root
                )
                #expect(part == (isTarget ? row(rootSide, rootRank, 0..<count(rank)) : [-1]))
                if isRoot {
                    let error = #expect(throws: MPIError.self) {
                        try between.gather(mine.span, counts: counts + [1], into: &gathered, to: .here)
                    }
                    #expect(error?.errorClass == .count)
                }
            }
            var all = [Int](repeating: -1, count: length)
            try between.allGather(mine.span, counts: counts, displacements: places, into: &all)
            #expect(all == spread)
            #expect(try between.allGatherElements(mine.span) == theirs)
            #expect(
                try between.immediateAllGather(keeping: mine, counts: counts).wait() == theirs.flatMap { $0 }
            )

            // Rank r gives rank d of the other group r + d elements.
            let lengths = (0..<others).map { rank + $0 }
            let given = lengths.flatMap { row(side, rank, 0..<$0) }
            var taken = [Int](repeating: -1, count: given.count)
            try between.allToAll(given.span, counts: lengths, into: &taken, resultCounts: lengths)
            #expect(taken == (0..<others).flatMap { row(otherSide, $0, 0..<lengths[$0]) })
            let later = try between.immediateAllToAll(keeping: given, counts: lengths, resultCounts: lengths)
            #expect(try later.wait() == taken)

            // What one group has combined is scattered over the other one.
            let total = between.size * others * 2
            var sums = [Int](repeating: -1, count: total / between.size)
            try between.reduceScatter(row(side, rank, 0..<total).span, .sum, into: &sums)
            func sum(_ index: Int) -> Int {
                (0..<others).reduce(0) { $0 + row(otherSide, $1, index..<(index + 1))[0] }
            }
            #expect(sums == (0..<sums.count).map { sum(rank * sums.count + $0) })
            // All of it to the last rank of each group.
            let parts = (0..<between.size).map { $0 == between.size - 1 ? 5 : 0 }
            var part = [Int](repeating: -1, count: parts[rank])
            try between.reduceScatter(row(side, rank, 0..<5).span, counts: parts, .sum, into: &part)
            #expect(part == (rank == between.size - 1 ? (0..<5).map(sum) : []))

            var inPlace = [1, 2]
            #expect(throws: MPIError.self) { try between.allGather(inPlace: &inPlace, counts: [1, 1]) }
            try between.disconnect()
            try own.free()
        }
    }
}
