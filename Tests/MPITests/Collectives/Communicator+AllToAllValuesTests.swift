import MPI
import RankChecks
import Testing

private struct AllToAllCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        let received = (0..<size).map { samples[$0 * size + rank] }
        #expect(try team.allToAll(samples[(rank * size)..<((rank + 1) * size)]) == received)
    }
}

/// On a line of ranks, or a ring of them.
private struct NeighborCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (before, after) = try team.bothNeighbors()
        #expect(
            try team.neighborAllGather(samples[team.rank])
                == [before.map { samples[$0] }, after.map { samples[$0] }]
        )
        #expect(
            try team.neighborAllToAll(samples[(2 * team.rank)..<(2 * team.rank + 2)])
                == [before.map { samples[2 * $0 + 1] }, after.map { samples[2 * $0] }]
        )
    }
}

@Suite("Communicator+AllToAllValues")
struct CommunicatorAllToAllValuesTests {
    @Test("every kind of value goes from every rank to every rank", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await AllToAllCheck().everywhere() }
    }

    @Test("every kind of value goes from neighbour to neighbour", arguments: [1, 2, 3, 4, 7])
    func everyKindAmongNeighbors(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            try await NeighborCheck().onLines()
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let ring = try world.makeDistributedGraph(
                from: [(rank + size - 1) % size],
                to: [(rank + 1) % size]
            )
            #expect(try ring.neighborAllGather("from \(rank)") == ["from \((rank + size - 1) % size)"])
            #expect(try ring.neighborAllToAll(["only \(rank)"]) == ["only \((rank + size - 1) % size)"])
            try ring.free()
            #expect(throws: MPIError.self) { try world.neighborAllGather(1) }
        }
    }

    @Test("values of any size are told apart by rank, and kept in order", arguments: [1, 2, 3, 4, 7])
    func order(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for count in [0, 200, 5000] {
                // Some fit into the first step and some do not.
                func text(_ from: Int, _ to: Int) -> String {
                    "\(from)>\(to)" + String(repeating: "x", count: from.isMultiple(of: 2) ? count : 3)
                }
                let texts = try world.allToAll((0..<size).map { text(rank, $0) })
                #expect(texts == (0..<size).map { text($0, rank) })
            }
        }
    }

    @Test("a rank that fails makes every rank that needs it throw, and all go on", arguments: [2, 3, 4])
    func failures(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for culprit in 0..<size {
                let mine = Moody(rank != culprit)
                let many = [Moody](repeating: mine, count: size)
                let few = [Int](repeating: 0, count: rank == culprit ? 1 : size)
                #expect(throws: (any Error).self) { try world.allToAll(many) }
                #expect(throws: (any Error).self) { try world.allToAll(few) }
                #expect(throws: (any Error).self) { try world.immediateAllToAll(few).wait() }
                #expect(try world.allReduce(1, .sum) == size)
            }
            let ring = try world.makeDistributedGraph(
                from: [(rank + 1) % size],
                to: [(rank + size - 1) % size]
            )
            if rank == 0 || (rank + 1) % size == 0 {
                #expect(throws: (any Error).self) {
                    try ring.neighborAllToAll(rank == 0 ? [] : [Int](repeating: 1, count: 1))
                }
            } else {
                _ = try ring.neighborAllToAll([1])
            }
            try ring.free()
        }
    }
}
