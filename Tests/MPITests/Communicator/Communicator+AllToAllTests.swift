import MPI
import RankChecks
import Testing

@Suite("Communicator+AllToAll")
struct CommunicatorAllToAllTests {
    @Test("rank r gets the r-th part of every rank's elements", arguments: [1, 2, 3, 4, 7])
    func parts(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                for count in [0, 1, 5, 3000] {
                    let parts = row(rank, 0..<(size * count))
                    let received = (0..<size).flatMap { row($0, (rank * count)..<((rank + 1) * count)) }
                    var result = [Int64](repeating: -1, count: size * count)
                    try team.allToAll(parts.span, into: &result)
                    #expect(result == received)
                    var inPlace = parts
                    try team.allToAll(inPlace: &inPlace)
                    #expect(inPlace == received)
                }
            }
        }
    }

    @Test(
        "parts of different lengths change places, and the gaps between them stay",
        arguments: [1, 2, 3, 4, 7]
    )
    func gaps(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                // Rank r gives rank d as many as d's count: the first of its row.
                let given = PartsWithGaps(ranks: size)
                let taken = PartsWithGaps(ranks: size, count: given.counts[rank])
                let elements = given.filled { row(rank, 0..<$1) }
                var result = taken.empty
                try team.allToAll(
                    elements.span,
                    counts: given.counts,
                    displacements: given.displacements,
                    into: &result,
                    resultCounts: taken.counts,
                    resultDisplacements: taken.displacements
                )
                #expect(result == taken.filled { row($0, 0..<$1) })
            }
        }
    }
}
