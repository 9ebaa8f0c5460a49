import MPI
import RankChecks
import Testing

private struct AwaitedCollectiveCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) async throws {
        let (rank, size, team) = (team.rank, team.size, team.asynchronous)
        let mine = samples[rank]
        let all = samples[0..<size]
        for root in 0..<size {
            let isRoot = rank == root
            let given = samples[root]
            #expect(try await team.broadcast(from: root) { given } == given)
            #expect(try await team.gather(mine, to: root) == (isRoot ? all : nil))
            let parts = isRoot ? samples[root..<(root + size)] : nil
            #expect(try await team.scatter(parts, from: root) == samples[root + rank])
            #expect(try await team.reduce([mine], to: root) { $0 + $1 } == (isRoot ? all : nil))
        }
        #expect(try await team.allGather(mine) == all)
        #expect(try await team.allReduce([mine]) { $0 + $1 } == all)
        let received = (0..<size).map { samples[$0 * size + rank] }
        #expect(try await team.allToAll(samples[(rank * size)..<((rank + 1) * size)]) == received)
        #expect(try await team.scan([mine]) { $0 + $1 } == samples[0..<(rank + 1)])
        let before = rank == 0 ? nil : samples[0..<rank]
        #expect(try await team.exclusiveScan([mine]) { $0 + $1 } == before)
    }
}

@Suite("AsynchronousCommunicator+Collectives")
struct AsynchronousCommunicatorCollectivesTests {
    @Test("every kind of value goes through every operation and every root", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            try await AwaitedCollectiveCheck().everywhere()
            let (world, rank) = (Communicator.world.asynchronous, Communicator.world.rank)
            try await world.barrier()
            #expect(try await world.allReduce(1, .sum) == Communicator.world.size)
            #expect(try await world.reduce(1, .sum, to: 0) == (rank == 0 ? Communicator.world.size : nil))
        }
    }
}
