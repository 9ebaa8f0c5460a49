import MPI
import RankChecks
import Testing

@Suite("Awaiting for a limited time")
struct AwaitedTimeoutTests {
    @Test("what is awaited too long is an error, and can be awaited again")
    func limits() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world
            let other = 1 - world.rank
            let persistent = try world.makePersistentReceive(count: 1, of: Int.self, from: other, tag: 1)
            try persistent.start()
            await #expect(throws: MPIError.self) {
                try await persistent.completion(timeout: .milliseconds(1))
            }
            var group = RequestGroup<[Int], any Error>()
            group.add(try world.immediateReceiveElements(of: Int.self, from: other, tag: 2))
            do {
                _ = try await group.next(timeout: .milliseconds(1))
                Issue.record("nobody has sent anything yet")
            } catch let error as MPIError {
                #expect(error.errorClass == .timedOut)
            }
            // Both have waited in vain.
            try world.barrier()
            try world.send([10 + world.rank].span, to: other, tag: 1)
            try world.send([20 + world.rank].span, to: other, tag: 2)
            try await persistent.completion(timeout: .seconds(50))
            #expect(try persistent.output == [10 + other])
            let next = try #require(try await group.next(timeout: .seconds(50)))
            #expect(try next.result.get() == [20 + other])
            let none = try await group.next(timeout: .seconds(50))
            #expect(none == nil)
        }
    }
}
