import MPI
import RankChecks
import Testing

@testable import Multiprocessing

@Suite("How far clocks are apart")
struct ClockOffsetTests {
    @Test("each rank with a clock of its own learns how far it is behind rank 0's", arguments: [2, 3, 4])
    func measured(ranks: Int) async throws {
        try await onRanks(ranks) {
            let world = Communicator.world
            let clocks = (0..<world.size).map { Optional("clock \($0 % 3)") }
            let offset = try ClockOffset.measure(world, clocks: clocks)
            // In truth it is one clock.
            #expect(abs(offset) < 10_000_000_000 && (world.rank % 3 != 0 || offset == 0))
        }
    }

    @Test(
        "where ranks may be lost, one that does not answer is not waited for for ever, by rank 0 or by those after it"
    )
    func silentRank() async throws {
        try await onRanks(3) {
            let world = Communicator.world
            if world.rank == 1 {
                // Nothing but the end of the others tells it that they have gone on.
                for other in [0, 2] {
                    _ = try world.receive(Bool.self, from: other, tag: 3, timeout: .seconds(50))
                }
            } else {
                _ = try ClockOffset.measure(world, clocks: ["a", "b", "c"], patience: .seconds(1))
                try world.send(true, to: 1, tag: 3)
            }
        }
    }

    @Test("where rank 0 does not answer, the others go on")
    func silentMainRank() async throws {
        try await onRanks(2) {
            let world = Communicator.world
            if world.rank == 0 {
                _ = try world.receive(Bool.self, from: 1, tag: 3, timeout: .seconds(50))
            } else {
                #expect(
                    try ClockOffset.measure(world, clocks: ["a", "b"], patience: .milliseconds(300)) == 0
                )
                try world.send(true, to: 0, tag: 3)
            }
        }
    }
}
