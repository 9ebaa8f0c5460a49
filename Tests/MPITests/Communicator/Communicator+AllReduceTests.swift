import MPI
import RankChecks
import Testing

private struct AllReduceCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        #expect(try team.allReduce([samples[team.rank]]) { $0 + $1 } == samples[0..<team.size])
        #expect(try team.allReduce(samples[team.rank]) { $1 } == samples[team.size - 1])
    }
}

@Suite("Communicator+AllReduce")
struct CommunicatorAllReduceTests {
    @Test("values of any size are combined in the order of the ranks", arguments: [1, 2, 3, 4, 5, 7])
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for count in [1, 3000, 50_000] {
                func text(_ rank: Int) -> String { String(repeating: "\(rank)", count: count) }
                #expect(
                    try world.allReduce(text(world.rank)) { $0 + $1 } == (0..<world.size).map(text).joined()
                )
            }
            #expect(try world.allReduce("\(world.rank)", max) == "\(world.size - 1)")
        }
    }

    @Test("every kind of value is combined in the order of the ranks, for all", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await AllReduceCheck().everywhere() }
    }

    @Test("an error while combining reaches every rank", arguments: [2, 3, 4, 5])
    func combineFails(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            // Rank 0 combines its own with that of rank 1 first.
            func combine(_ left: Int, _ right: Int) throws -> Int {
                if left == 0 { throw Unencodable() }
                return left + right
            }
            if world.rank == 0 {
                #expect(throws: Unencodable.self) { try world.allReduce(world.rank, combine) }
            } else {
                let error = #expect(throws: MPIError.self) { try world.allReduce(world.rank, combine) }
                #expect(error?.errorClass == .remoteFailure && error?.text.contains("rank 0") == true)
            }
            #expect(try world.allReduce(1) { $0 + $1 } == world.size)
        }
    }

    @Test("a value that cannot be encoded makes every rank throw", arguments: [2, 3, 4])
    func unencodable(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            #expect(throws: (any Error).self) {
                try world.allReduce(Moody(world.rank != 1)) { Moody($0.isWilling && $1.isWilling) }
            }
            #expect(try world.allReduce(1) { $0 + $1 } == world.size)
        }
    }

    @Test("elements are combined index by index for all, into memory or in place", arguments: [1, 2, 3, 4])
    func buffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for count in [0, 1, 3, 50_000] {
                let own = (0..<count).map { Double($0 + world.rank) }
                let ranks = world.size * (world.size - 1) / 2
                let sum = (0..<count).map { Double($0 * world.size + ranks) }
                var everywhere = [Double](repeating: -1, count: count)
                try world.allReduce(own.span, .sum, into: &everywhere)
                #expect(everywhere == sum)
                var inPlace = own
                try world.allReduce(inPlace: &inPlace, .sum)
                #expect(inPlace == sum)
            }
        }
    }

    @Test("a result of another length on one rank is an error there before anything is sent")
    func wrongLength() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let own = [1, 2]
            var result = [0, 0]
            if world.rank == 1 {
                var short = [0]
                let errors = [
                    #expect(throws: MPIError.self) { try world.allReduce(own.span, .sum, into: &short) },
                    #expect(throws: MPIError.self) { try world.reduce(own.span, .sum, into: &short, to: 1) },
                ]
                for error in errors {
                    #expect(error?.errorClass == .count)
                    #expect(error?.text.contains("1 elements where 2 are needed") == true)
                }
            }
            // The other rank has waited for this one; nothing of the wrong one is in the way.
            try world.allReduce(own.span, .sum, into: &result)
            #expect(result == [2, 4])
            try world.reduce(own.span, .product, into: &result, to: 1)
            #expect(result == (world.rank == 1 ? [1, 4] : [2, 4]))
        }
    }
}
