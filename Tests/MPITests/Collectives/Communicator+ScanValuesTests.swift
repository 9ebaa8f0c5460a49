import MPI
import RankChecks
import Testing

private struct ScanCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let rank = team.rank
        #expect(try team.scan([samples[rank]]) { $0 + $1 } == samples[0..<(rank + 1)])
        #expect(try team.scan(samples[rank]) { left, _ in left } == samples[0])
        let before = rank == 0 ? nil : samples[0..<rank]
        #expect(try team.exclusiveScan([samples[rank]]) { $0 + $1 } == before)
    }
}

@Suite("Communicator+ScanValues")
struct CommunicatorScanValuesTests {
    @Test("every kind of value is combined with those of the ranks before", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            try await ScanCheck().everywhere()
            let world = Communicator.world
            let rank = world.rank
            #expect(try world.scan("\(rank)") { $0 + $1 } == (0...rank).map { "\($0)" }.joined())
            #expect(
                try world.exclusiveScan("\(rank)") { $0 + $1 }
                    == (rank == 0 ? nil : (0..<rank).map { "\($0)" }.joined())
            )
        }
    }

    @Test("a rank that fails makes those throw that need its value, and all go on", arguments: [2, 3, 4])
    func failures(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for culprit in 0..<size {
                func scan() throws {
                    _ = try world.scan([rank]) { lower, higher in
                        if lower.contains(culprit) || higher.contains(culprit) { throw Unencodable() }
                        return lower + higher
                    }
                }
                // Whoever combines with the culprit's value, and all that need what comes of it.
                if rank >= culprit, rank > 0 {
                    #expect(throws: (any Error).self) { try scan() }
                } else {
                    try scan()
                }
                #expect(try world.allReduce(1, .sum) == size)
            }
        }
    }
}
