import MPI
import RankChecks
import Testing

private struct AllGatherCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        #expect(try team.allGather(samples[team.rank]) == samples[0..<team.size])
    }
}

@Suite("Communicator+AllGather")
struct CommunicatorAllGatherTests {
    @Test("every rank gets rank r's value at index r, whatever its size", arguments: [1, 2, 3, 4, 7])
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for count in [0, 10, 220, 230, 240, 250, 260, 4000, 100_000] {
                // Some fit into the first step and some do not.
                func text(_ rank: Int) -> String {
                    String(repeating: "\(rank)", count: rank.isMultiple(of: 2) ? count : 5)
                }
                #expect(try world.allGather(text(world.rank)) == (0..<world.size).map(text))
            }
        }
    }

    @Test("every kind of value reaches every rank", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await AllGatherCheck().everywhere() }
    }

    @Test("a rank that cannot encode makes every rank throw", arguments: [2, 3, 4])
    func oneFails(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let mood = Moody(world.rank != 1)
            if world.rank == 1 {
                #expect(throws: Unencodable.self) { try world.allGather(mood) }
            } else {
                let error = #expect(throws: MPIError.self) { try world.allGather(mood) }
                #expect(error?.errorClass == .remoteFailure && error?.text.contains("rank 1") == true)
            }
            #expect(try world.allGather(Moody(true)).count == world.size)
        }
    }

    @Test("every rank gets rank r's elements in the r-th part", arguments: [1, 2, 3, 4])
    func buffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for count in [0, 1, 3, 50_000] {
                let own = [Float](repeating: Float(world.rank), count: count)
                var result = [Float](repeating: -1, count: count * world.size)
                try world.allGather(own.span, into: &result)
                let all = (0..<world.size).flatMap { [Float](repeating: Float($0), count: count) }
                #expect(result == all)
                var inPlace = [Float](repeating: -1, count: count * world.size)
                inPlace.replaceSubrange((world.rank * count)..<((world.rank + 1) * count), with: own)
                try world.allGather(inPlace: &inPlace)
                #expect(inPlace == all)
            }
        }
    }
}
