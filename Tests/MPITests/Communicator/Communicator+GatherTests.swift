import MPI
import RankChecks
import Testing

private struct GatherCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        for root in 0..<team.size {
            #expect(
                try team.gather(samples[team.rank], to: root)
                    == (team.rank == root ? samples[0..<team.size] : nil)
            )
        }
    }
}

@Suite("Communicator+Gather")
struct CommunicatorGatherTests {
    @Test(
        "gather puts rank r's value at index r, whatever its size and whoever is root",
        arguments: [1, 2, 3, 4, 7]
    )
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 10, 220, 230, 240, 250, 260, 4000, 100_000] {
                    func text(_ rank: Int) -> String { String(repeating: "\(rank)", count: count + rank) }
                    let texts = try world.gather(text(world.rank), to: root)
                    #expect(texts == (world.rank == root ? (0..<world.size).map(text) : nil))
                }
            }
        }
    }

    @Test("every kind of value reaches every root", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await GatherCheck().everywhere() }
    }

    @Test("a rank that cannot encode throws, and so does the root, which names it", arguments: [2, 3, 4])
    func oneFails(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let culprit = world.size - 1
            let mood = Moody(world.rank != culprit)
            if world.rank == culprit {
                #expect(throws: Unencodable.self) { try world.gather(mood, to: 0) }
            } else if world.rank == 0 {
                let error = #expect(throws: MPIError.self) { try world.gather(mood, to: 0) }
                #expect(
                    error?.errorClass == .remoteFailure && error?.text.contains("rank \(culprit)") == true
                )
            } else {
                #expect(try world.gather(mood, to: 0) == nil)
            }
            #expect(try world.gather(1, to: 0)?.count == (world.rank == 0 ? world.size : nil))
        }
    }

    @Test("gather puts rank r's elements at the r-th part", arguments: [1, 2, 3, 4])
    func buffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 1, 3, 50_000] {
                    let own = [Int32](repeating: Int32(world.rank), count: count)
                    let all = (0..<world.size).flatMap { [Int32](repeating: Int32($0), count: count) }
                    #expect(try world.gather(own.span, to: root) == (world.rank == root ? all : nil))
                    var result = [Int32](repeating: -1, count: world.rank == root ? all.count : 2)
                    try world.gather(own.span, into: &result, to: root)
                    #expect(result == (world.rank == root ? all : [-1, -1]))
                }
            }
        }
    }

    @Test("memory of the wrong length for the result is an error")
    func wrongLength() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            var result = [0, 0]
            let error = #expect(throws: MPIError.self) { try world.gather([1].span, into: &result, to: 0) }
            #expect(error?.errorClass == .count)
            #expect(throws: MPIError.self) { try world.allGather([1].span, into: &result) }
            #expect(throws: MPIError.self) { try world.scatter([1].span, into: &result, from: 0) }
            #expect(throws: MPIError.self) { try world.reduce([1].span, .sum, into: &result, to: 0) }
            #expect(throws: MPIError.self) { try world.allReduce([1].span, .sum, into: &result) }
            #expect(result == [0, 0])
        }
    }
}
