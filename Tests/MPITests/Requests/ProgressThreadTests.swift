import MPI
import RankChecks
import Testing

/// What several threads do to requests at the same time; `Scripts/check-threads.sh` has ThreadSanitizer watch it.
@Suite("ProgressThread")
struct ProgressThreadTests {
    @Test("tasks send, await, cancel and complete at the same time, and each gets what is its own")
    func crowd() async throws {
        try await onRanks(2, timeout: .seconds(120)) { () async throws in
            let world = Communicator.world
            let other = 1 - world.rank
            try await withThrowingTaskGroup(of: Void.self) { group in
                for tag in 0..<6 {
                    group.addTask {
                        for round in 0..<30 {
                            let send = try world.immediateSend([tag, round], to: other, tag: tag)
                            let pending = try world.immediateReceive([Int].self, from: other, tag: tag)
                            let received = try await pending.value
                            #expect(received == [tag, round])
                            try await send.value
                        }
                    }
                }
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<10 {
                            // Nobody sends with this tag.
                            let vain = Task {
                                try await world.immediateReceive(Int.self, from: other, tag: 99).value
                            }
                            vain.cancel()
                            await #expect(throws: CancellationError.self) { try await vain.value }
                        }
                    }
                }
                group.addTask {
                    for number in 0..<50 {
                        let own = GeneralizedRequest<Int>()
                        Task.detached { own.succeed(number) }
                        let value = try await own.makeRequest().value
                        #expect(value == number)
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
