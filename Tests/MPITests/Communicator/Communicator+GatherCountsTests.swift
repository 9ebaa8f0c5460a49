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

    @Test("a part that is longer than its memory is refused everywhere, and all go on", arguments: [2, 3, 4])
    func truncation(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                guard size > 1 else { return }
                func refused(isOwnFault: Bool, _ body: () throws -> Void) throws {
                    let error = #expect(throws: MPIError.self) { try body() }
                    #expect(error?.errorClass == (isOwnFault ? .truncation : .remoteFailure))
                    #expect(try team.allGather(rank) == Array(0..<size))
                }
                for excess in [1, 3000] {
                    for root in 0..<size {
                        // All but the root give more than it expects.
                        let mine = row(rank, 0..<(rank == root ? 2 : 2 + excess))
                        var all = [Int64](repeating: -7, count: 2 * size)
                        try refused(isOwnFault: rank != root) {
                            let counts = [Int](repeating: 2, count: size)
                            try team.gather(mine.span, counts: counts, into: &all, to: root)
                        }
                        #expect(all == [Int64](repeating: -7, count: 2 * size))
                        // The root gives more than the others have room for.
                        let elements = row(root, 0..<(size * (2 + excess)))
                        var part = [Int64](repeating: -7, count: rank == root ? 2 + excess : 2)
                        try refused(isOwnFault: rank != root) {
                            let counts = rank == root ? [Int](repeating: 2 + excess, count: size) : []
                            let given = rank == root ? elements.span : nil
                            try team.scatter(given, counts: counts, into: &part, from: root)
                        }
                        #expect(part.allSatisfy { $0 == -7 })
                    }
                }
            }
        }
    }
}
