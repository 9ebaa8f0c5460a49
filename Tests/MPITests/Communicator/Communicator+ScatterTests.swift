import MPI
import RankChecks
import Testing

private struct ScatterCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        for root in 0..<team.size {
            let values = team.rank == root ? samples[root..<(root + team.size)] : nil
            #expect(try team.scatter(values, from: root) == samples[root + team.rank])
        }
    }
}

@Suite("Communicator+Scatter")
struct CommunicatorScatterTests {
    @Test(
        "rank r gets the value at index r, whatever its size and whoever is root",
        arguments: [1, 2, 3, 4, 7]
    )
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 10, 220, 230, 240, 250, 260, 4000, 100_000] {
                    func text(_ rank: Int) -> String { String(repeating: "\(rank)", count: count + rank) }
                    let texts = world.rank == root ? (0..<world.size).map(text) : nil
                    #expect(try world.scatter(texts, from: root) == text(world.rank))
                }
            }
        }
    }

    @Test("every kind of value comes from every root", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await ScatterCheck().everywhere() }
    }

    @Test("a wrong number of values, or none, makes every rank throw", arguments: [1, 2, 3, 4])
    func wrongCount(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let root = world.size - 1
            for values in [
                nil, [], [Int](repeating: 0, count: world.size + 1),
                [Int](repeating: 0, count: world.size - 1),
            ] {
                let error = #expect(throws: MPIError.self) { try world.scatter(values, from: root) }
                #expect(error?.errorClass == (world.rank == root ? .count : .remoteFailure))
            }
            #expect(try world.scatter([Int](0..<world.size), from: root) == world.rank)
        }
    }

    @Test("a value that cannot be encoded makes every rank throw", arguments: [2, 3])
    func unencodable(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let moods = (0..<world.size).map { Moody($0 != world.size - 1) }
            if world.rank == 0 {
                #expect(throws: Unencodable.self) { try world.scatter(moods, from: 0) }
            } else {
                let error = #expect(throws: MPIError.self) { try world.scatter(moods, from: 0) }
                #expect(error?.errorClass == .remoteFailure)
            }
        }
    }

    @Test("rank r gets the r-th part of the elements", arguments: [1, 2, 3, 4])
    func buffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 1, 3, 50_000] {
                    let all = (0..<world.size).flatMap { [Int16](repeating: Int16($0), count: count) }
                    var part = [Int16](repeating: -1, count: count)
                    try world.scatter(world.rank == root ? all.span : nil, into: &part, from: root)
                    #expect(part == [Int16](repeating: Int16(world.rank), count: count))
                }
            }
        }
    }
}
