import MPI
import RankChecks
import Testing

@Suite("Communicator+ImmediateReductions")
struct CommunicatorImmediateReductionsTests {
    @Test("elements are combined as by the blocking operations", arguments: [1, 2, 3, 4, 7])
    func reductions(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let own = FoldedOperation.element(ofRank: rank)
                for sample in FoldedOperation.samples {
                    let operation = sample.operation
                    let whole = sample.result(ofRanksTo: size - 1)
                    for count in [0, 1, 4000] {
                        let mine = [Int64](repeating: own, count: count)
                        let all = mine.map { _ in whole }
                        let upToHere = try team.immediateScan(keeping: mine, operation).wait()
                        #expect(upToHere == mine.map { _ in sample.result(ofRanksTo: rank) })
                        let before = try team.immediateExclusiveScan(keeping: mine, operation).wait()
                        let expected = mine.map { _ in sample.result(ofRanksTo: max(0, rank - 1)) }
                        #expect(before == (rank == 0 ? nil : expected))
                        let everywhere = try team.immediateAllReduce(keeping: mine, operation).wait()
                        #expect(everywhere == all)
                        for root in 0..<size {
                            let result = try team.immediateReduce(keeping: mine, operation, to: root).wait()
                            #expect(result == (rank == root ? all : nil))
                        }
                        let forAll = [Int64](repeating: own, count: size * count)
                        let part = try team.immediateReduceScatter(keeping: forAll, operation).wait()
                        #expect(part == all)
                    }
                    let counts = (0..<size).map { ($0 + 1) % 3 }
                    let elements = [Int64](repeating: own, count: counts.reduce(0, +))
                    let part = try team.immediateReduceScatter(
                        keeping: elements,
                        counts: counts,
                        operation
                    ).wait()
                    #expect(part == [Int64](repeating: whole, count: counts[rank]))
                }
            }
        }
    }
}
