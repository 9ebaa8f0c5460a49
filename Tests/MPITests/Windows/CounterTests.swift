import MPI
import RankChecks
import Testing

@Suite("Counter and RankMutex")
struct CounterTests {
    @Test("every value of a counter is taken once", arguments: [1, 2, 3, 4])
    func counter(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let counter = try world.makeCounter(from: 5, step: 2, on: world.size - 1)
            let mine = try (0..<200).map { _ in try counter.next() }
            #expect(mine == mine.sorted())
            let all = try world.allGather(mine).flatMap { $0 }.sorted()
            #expect(all == (0..<(200 * world.size)).map { 5 + 2 * $0 })
            #expect(try counter.value == 5 + 400 * world.size)
            try world.barrier()
            if world.rank == 0 { #expect(try counter.next(by: 100) == 5 + 400 * world.size) }
            try counter.free()
            #expect(throws: MPIError.self) { try counter.next() }
        }
    }

    @Test("a lock keeps others out, however many ranks want it", arguments: [1, 2, 3, 4])
    func mutex(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let mutex = try world.makeMutex()
            let cell = try world.makeWindow([0])
            for _ in 0..<100 {
                try mutex.withLock {
                    // Two steps, between which another rank would do harm.
                    let value = try cell.get(count: 1, from: 0)[0]
                    try cell.put([value + 1], to: 0)
                }
            }
            try world.barrier()
            #expect(try cell.get(count: 1, from: 0) == [100 * world.size])
            if world.rank == 0 {
                #expect(try mutex.tryLock() && mutex.isLocked)
                #expect(throws: MPIError.self) { try mutex.lock() }
            }
            try world.barrier()
            if world.rank == 1 { #expect(try !mutex.tryLock()) }
            try world.barrier()
            if world.rank == 0 { try mutex.unlock() }
            #expect(throws: MPIError.self) { try mutex.unlock() }
            #expect(throws: CancellationError.self) { try mutex.withLock { throw CancellationError() } }
            #expect(!mutex.isLocked)
            try cell.free()
            try mutex.free()
        }
    }
}
