import MPI
import RankChecks
import Testing

@Suite("Communicator+Neighborhood")
struct CommunicatorNeighborhoodTests {
    @Test("neighbours in a ring exchange elements", arguments: [1, 2, 3, 4, 7])
    func ring(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
                let ring = try team.makeDistributedGraph(from: [left], to: [right])
                let mine = row(rank, 0..<3)
                var result = [Int64](repeating: -1, count: 3)
                try ring.neighborAllGather(mine.span, into: &result)
                #expect(result == row(left, 0..<3))
                result = [-1, -1, -1]
                try ring.neighborAllToAll(mine.span, into: &result)
                #expect(result == row(left, 0..<3))
                // Each rank gives as many elements as its number.
                let some = row(rank, 0..<rank)
                var fromLeft = [Int64](repeating: -1, count: left)
                try ring.neighborAllGather(some.span, counts: [left], into: &fromLeft)
                #expect(fromLeft == row(left, 0..<left))
                fromLeft = [Int64](repeating: -1, count: left)
                try ring.neighborAllToAll(some.span, counts: [rank], into: &fromLeft, resultCounts: [left])
                #expect(fromLeft == row(left, 0..<left))
                var other = [Int64](repeating: 0, count: 4)
                let error = #expect(throws: MPIError.self) {
                    try ring.neighborAllGather(mine.span, into: &other)
                }
                #expect(error?.errorClass == .count)
                try ring.free()
            }
        }
    }

    @Test("where a line has no neighbour, and between what comes, all stays", arguments: [1, 2, 3, 4, 7])
    func gaps(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let line = try #require(try team.makeCartesian(dimensions: [size]))
                let (hasLeft, hasRight) = (rank > 0, rank < size - 1)
                var around: [Int64] = [-7, -7]
                try line.neighborAllGather([element(rank, 0)].span, into: &around)
                #expect(
                    around == [hasLeft ? element(rank - 1, 0) : -7, hasRight ? element(rank + 1, 0) : -7]
                )
                around = [-7, -7]
                try line.neighborAllToAll(row(rank, 0..<2).span, into: &around)
                #expect(
                    around == [hasLeft ? element(rank - 1, 1) : -7, hasRight ? element(rank + 1, 0) : -7]
                )
                // Each rank gives as many elements as its number and one; a hole of two is before, between and behind.
                let mine = row(rank, 0..<(rank + 1))
                let counts = [hasLeft ? rank : 0, hasRight ? rank + 2 : 0]
                let displacements = [2, counts[0] + 4]
                let hole: [Int64] = [-7, -7]
                let expected =
                    hole + (hasLeft ? row(rank - 1, 0..<rank) : []) + hole
                    + (hasRight ? row(rank + 1, 0..<(rank + 2)) : []) + hole
                var spread = [Int64](repeating: -7, count: expected.count)
                try line.neighborAllGather(
                    mine.span,
                    counts: counts,
                    displacements: displacements,
                    into: &spread
                )
                #expect(spread == expected)
                // The part for the right one comes first, and they overlap; nothing is for nobody.
                spread = [Int64](repeating: -7, count: expected.count)
                try line.neighborAllToAll(
                    ([-9] + mine).span,
                    counts: [hasLeft ? rank + 1 : 0, hasRight ? rank + 1 : 0],
                    displacements: [1, 1],
                    into: &spread,
                    resultCounts: counts,
                    resultDisplacements: displacements
                )
                #expect(spread == expected)
                try line.free()
            }
        }
    }
}
