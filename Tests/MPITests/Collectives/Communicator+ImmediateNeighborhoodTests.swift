import MPI
import RankChecks
import Testing

@Suite("Communicator+ImmediateNeighborhood")
struct CommunicatorImmediateNeighborhoodTests {
    @Test("neighbours in a ring exchange elements", arguments: [1, 2, 3, 4, 7])
    func ring(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
                let ring = try team.makeDistributedGraph(from: [left], to: [right])
                let mine = row(rank, 0..<3)
                #expect(try ring.immediateNeighborAllGather(keeping: mine).wait() == row(left, 0..<3))
                #expect(try ring.immediateNeighborAllToAll(keeping: mine).wait() == row(left, 0..<3))
                // Each rank gives as many elements as its number.
                let some = row(rank, 0..<rank)
                #expect(
                    try ring.immediateNeighborAllGather(keeping: some, counts: [left]).wait()
                        == row(left, 0..<left)
                )
                #expect(
                    try ring.immediateNeighborAllToAll(keeping: some, counts: [rank], resultCounts: [left])
                        .wait() == row(left, 0..<left)
                )
                try ring.free()
            }
        }
    }
}
