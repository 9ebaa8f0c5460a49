import MPI
import RankChecks
import Testing

@Suite("Communicator+GatherCounts")
struct CommunicatorGatherCountsTests {
    @Test(
        "parts of different lengths come together and go apart, and the gaps between them stay",
        arguments: [1, 2, 3, 4, 7]
    )
    func gaps(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let parts = PartsWithGaps(ranks: size)
                let (counts, displacements) = (parts.counts, parts.displacements)
                let mine = row(rank, 0..<counts[rank])
                let spread = parts.filled { row($0, 0..<$1) }
                let close = (0..<size).flatMap { row($0, 0..<counts[$0]) }
                for root in 0..<size {
                    var gathered = parts.empty
                    try team.gather(
                        mine.span,
                        counts: counts,
                        displacements: displacements,
                        into: &gathered,
                        to: root
                    )
                    #expect(gathered == (rank == root ? spread : parts.empty))
                    // Room behind the last part stays as well.
                    gathered = [Int64](repeating: -7, count: close.count + 1)
                    try team.gather(mine.span, counts: counts, into: &gathered, to: root)
                    if rank == root { #expect(gathered == close + [-7]) }

                    var part = [Int64](repeating: -7, count: counts[rank])
                    if rank == root {
                        try team.scatter(
                            spread.span,
                            counts: counts,
                            displacements: displacements,
                            into: &part,
                            from: root
                        )
                    } else {
                        try team.scatter(nil, counts: [], into: &part, from: root)
                    }
                    #expect(part == mine)
                }
                var gathered = parts.empty
                try team.allGather(mine.span, counts: counts, displacements: displacements, into: &gathered)
                #expect(gathered == spread)
                #expect(try team.allGatherElements(mine.span) == (0..<size).map { row($0, 0..<counts[$0]) })
            }
        }
    }
}
