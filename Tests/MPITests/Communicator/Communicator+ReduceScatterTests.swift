import MPI
import RankChecks
import Testing

@Suite("Communicator+ReduceScatter")
struct CommunicatorReduceScatterTests {
    @Test("each rank gets its part of what all combine to", arguments: [1, 2, 3, 4, 7])
    func parts(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let own = FoldedOperation.element(ofRank: rank)
                for sample in FoldedOperation.samples {
                    let whole = sample.result(ofRanksTo: size - 1)
                    for count in [0, 1, 4000] {
                        let elements = [Int64](repeating: own, count: size * count)
                        var part = [Int64](repeating: -1, count: count)
                        try team.reduceScatter(elements.span, sample.operation, into: &part)
                        #expect(part == [Int64](repeating: whole, count: count))
                    }
                    let counts = (0..<size).map { ($0 + 1) % 3 }
                    let elements = [Int64](repeating: own, count: counts.reduce(0, +))
                    var part = [Int64](repeating: -1, count: counts[rank])
                    try team.reduceScatter(elements.span, counts: counts, sample.operation, into: &part)
                    #expect(part == [Int64](repeating: whole, count: counts[rank]))
                }
            }
        }
    }
}
