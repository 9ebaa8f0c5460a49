import MPI
import RankChecks
import Testing

@Suite("Communicator+PersistentMovement")
struct CommunicatorPersistentMovementTests {
    @Test("operations are started again and again with other elements", arguments: [1, 2, 3, 4])
    func persistent(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let counts = (0..<size).map { $0 + 1 }
            let barrier: PersistentRequest<UInt8>
            do {
                barrier = try world.makePersistentBarrier()
            } catch let error as MPIError where error.errorClass == .notSupported {
                return print("no persistent collective operations: \(error)")
            }
            let last = size - 1
            let broadcast = try world.makePersistentBroadcast(count: 2, of: Int64.self, from: last)
            let gather = try world.makePersistentGather(count: 2, of: Int64.self, to: last)
            let gatherCounts = try world.makePersistentGather(
                count: counts[rank],
                of: Int64.self,
                counts: counts,
                to: 0
            )
            let scatter = try world.makePersistentScatter(count: 2, of: Int64.self, from: 0)
            let scatterCounts = try world.makePersistentScatter(
                count: counts[rank],
                of: Int64.self,
                counts: counts,
                from: last
            )
            let allGather = try world.makePersistentAllGather(count: 2, of: Int64.self)
            let allGatherCounts = try world.makePersistentAllGather(of: Int64.self, counts: counts)
            let allToAll = try world.makePersistentAllToAll(count: 1, of: Int64.self)
            let allToAllCounts = try world.makePersistentAllToAll(
                of: Int64.self,
                counts: counts,
                resultCounts: [Int](repeating: rank + 1, count: size)
            )
            for round in 0..<3 {
                func fill(_ request: borrowing PersistentRequest<Int64>) throws {
                    try request.withInput { input in
                        for index in input.indices { input[index] = element(rank, index + round) }
                    }
                    try request.start()
                    try request.wait(timeout: .seconds(20))
                }
                try barrier.start()
                try barrier.wait()
                try fill(broadcast)
                #expect(try broadcast.output == row(last, round..<(round + 2)))
                try fill(gather)
                let all = (0..<size).flatMap { row($0, round..<(round + 2)) }
                if rank == last { #expect(try gather.output == all) }
                let parts = (0..<size).flatMap { row($0, round..<(round + counts[$0])) }
                try fill(gatherCounts)
                if rank == 0 { #expect(try gatherCounts.output == parts) }
                try fill(scatter)
                #expect(try scatter.output == row(0, (2 * rank + round)..<(2 * rank + round + 2)))
                try fill(scatterCounts)
                let start = round + rank * (rank + 1) / 2
                #expect(try scatterCounts.output == row(last, start..<(start + rank + 1)))
                try fill(allGather)
                #expect(try allGather.output == all)
                try fill(allGatherCounts)
                #expect(try allGatherCounts.output == parts)
                try fill(allToAll)
                #expect(try allToAll.output == (0..<size).map { element($0, rank + round) })
                try fill(allToAllCounts)
                #expect(
                    try allToAllCounts.output == (0..<size).flatMap { row($0, start..<(start + rank + 1)) }
                )
            }
        }
    }
}
