import MPI
import RankChecks
import Testing

@Suite("Communicator+PersistentNeighborhood")
struct CommunicatorPersistentNeighborhoodTests {
    @Test("exchanges are started again and again with other elements", arguments: [1, 2, 3, 4])
    func persistent(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            let ring = try world.makeDistributedGraph(from: [left], to: [right])
            let gather: PersistentRequest<Int64>
            do {
                gather = try ring.makePersistentNeighborAllGather(count: 3, of: Int64.self)
            } catch let error as MPIError where error.errorClass == .notSupported {
                return print("no persistent collective operations: \(error)")
            }
            let gatherCounts = try ring.makePersistentNeighborAllGather(
                count: rank + 1,
                of: Int64.self,
                counts: [left + 1]
            )
            let exchange = try ring.makePersistentNeighborAllToAll(count: 3, of: Int64.self)
            let exchangeCounts = try ring.makePersistentNeighborAllToAll(
                of: Int64.self,
                counts: [rank + 1],
                resultCounts: [left + 1]
            )
            for round in 0..<3 {
                func fill(_ request: borrowing PersistentRequest<Int64>) throws {
                    try request.withInput { input in
                        for index in input.indices { input[index] = element(rank, index + round) }
                    }
                    try request.start()
                    try request.wait(timeout: .seconds(20))
                }
                for request in 0..<2 {
                    if request == 0 { try fill(gather) } else { try fill(exchange) }
                    let output = request == 0 ? try gather.output : try exchange.output
                    #expect(output == row(left, round..<(round + 3)))
                    if request == 0 { try fill(gatherCounts) } else { try fill(exchangeCounts) }
                    let parts = request == 0 ? try gatherCounts.output : try exchangeCounts.output
                    #expect(parts == row(left, round..<(round + left + 1)))
                }
            }
            // The requests go before their communicator does.
            _ = consume gather
            _ = consume gatherCounts
            _ = consume exchange
            _ = consume exchangeCounts
            try ring.free()
            try world.barrier()
        }
    }
}
