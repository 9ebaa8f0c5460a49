import MPI
import RankChecks
import Testing

@Suite("Communicator+Barrier")
struct CommunicatorBarrierTests {
    @Test("nobody leaves a barrier before all have come", arguments: [1, 2, 3, 4, 7])
    func barrier(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let arrivals = try team.makeWindow([Int](repeating: 0, count: 1))
                for round in 1...20 {
                    // What has been added before the barrier is there behind it.
                    try arrivals.accumulate([1], .sum, to: 0)
                    if round.isMultiple(of: 2) {
                        try team.barrier()
                    } else {
                        try team.immediateBarrier().wait()
                    }
                    #expect(try arrivals.get(count: 1, from: 0) == [round * team.size])
                    try team.barrier()
                }
                try arrivals.free()
            }
        }
    }
}
