import MPI
import RankChecks
import Testing

@Suite("Communicator+Scan")
struct CommunicatorScanTests {
    @Test("each rank gets what the ranks up to it, or before it, combine to", arguments: [1, 2, 3, 4, 7])
    func scan(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let rank = team.rank
                let own = FoldedOperation.element(ofRank: rank)
                for sample in FoldedOperation.samples {
                    let operation = sample.operation
                    #expect(operation(2, 5) == sample.combine(2, 5))
                    let before = rank == 0 ? nil : sample.result(ofRanksTo: rank - 1)
                    #expect(try team.scan(own, operation) == sample.result(ofRanksTo: rank))
                    #expect(try team.exclusiveScan(own, operation) == before)
                    for count in [0, 1, 4000] {
                        let mine = [Int64](repeating: own, count: count)
                        var scanned = mine
                        try team.scan(inPlace: &scanned, operation)
                        #expect(scanned == mine.map { _ in sample.result(ofRanksTo: rank) })
                        var result = [Int64](repeating: -1, count: count)
                        try team.scan(mine.span, operation, into: &result)
                        #expect(result == scanned)
                        var exclusive = mine
                        try team.exclusiveScan(inPlace: &exclusive, operation)
                        #expect(exclusive == mine.map { before ?? $0 })
                    }
                }
            }
        }
    }

    @Test("an exclusive scan stores what the ranks before have together", arguments: [1, 2, 3, 4, 7])
    func exclusiveScan(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let rank = world.rank
            var result = [-1, -1]
            try world.exclusiveScan([rank, 1].span, .sum, into: &result)
            #expect(result == (rank == 0 ? [-1, -1] : [rank * (rank - 1) / 2, rank]))
            #expect(throws: MPIError.self) { try world.exclusiveScan([1].span, .sum, into: &result) }
        }
    }
}
