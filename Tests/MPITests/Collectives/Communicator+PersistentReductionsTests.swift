import MPI
import RankChecks
import Testing

@Suite("Communicator+PersistentReductions")
struct CommunicatorPersistentReductionsTests {
    @Test("reductions are started again and again with other elements", arguments: [1, 2, 3, 4])
    func persistent(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            let counts = (0..<size).map { $0 + 1 }
            let reduce: PersistentRequest<Int64>
            do {
                reduce = try world.makePersistentReduce(count: 2, of: Int64.self, .sum, to: 0)
            } catch let error as MPIError where error.errorClass == .notSupported {
                return print("no persistent collective operations: \(error)")
            }
            let allReduce = try world.makePersistentAllReduce(count: 2, of: Int64.self, .max)
            let scan = try world.makePersistentScan(count: 1, of: Int64.self, .sum)
            let exclusive = try world.makePersistentExclusiveScan(count: 1, of: Int64.self, .sum)
            let reduceScatter = try world.makePersistentReduceScatter(count: 1, of: Int64.self, .sum)
            let parts = try world.makePersistentReduceScatter(of: Int64.self, counts: counts, .sum)
            let last = try world.makePersistentAllReduce(count: 2, of: Int64.self, ReduceOperation { $1 })
            for round in 0..<3 {
                func fill(_ request: borrowing PersistentRequest<Int64>) throws {
                    try request.withInput { input in
                        for index in input.indices { input[index] = element(rank, index + round) }
                    }
                    try request.start()
                    try request.wait(timeout: .seconds(20))
                }
                func sum(_ ranks: Range<Int>, _ index: Int) -> Int64 {
                    ranks.reduce(0) { $0 + element($1, index) }
                }
                try fill(reduce)
                if rank == 0 { #expect(try reduce.output[0] == sum(0..<size, round)) }
                try fill(allReduce)
                #expect(try allReduce.output == row(size - 1, round..<(round + 2)))
                try fill(scan)
                #expect(try scan.output == [sum(0..<(rank + 1), round)])
                try fill(exclusive)
                if rank > 0 { #expect(try exclusive.output == [sum(0..<rank, round)]) }
                try fill(reduceScatter)
                #expect(try reduceScatter.output == [sum(0..<size, rank + round)])
                try fill(parts)
                let start = rank * (rank + 1) / 2
                #expect(
                    try parts.output == (start..<(start + rank + 1)).map { sum(0..<size, $0 + round) }
                )
                try fill(last)
                #expect(try last.output == row(size - 1, round..<(round + 2)))
            }
        }
    }

    @Test("counts that are none are refused")
    func counts() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            func refuses(_ body: () throws -> Void) {
                let error = #expect(throws: MPIError.self) { try body() }
                #expect(error?.errorClass == .count)
            }
            for count in [-1, .max, .min] {
                refuses { _ = try world.makePersistentReduce(count: count, of: Int64.self, .sum, to: 0) }
                refuses { _ = try world.makePersistentAllReduce(count: count, of: Int64.self, .sum) }
                refuses { _ = try world.makePersistentScan(count: count, of: Int64.self, .sum) }
                refuses { _ = try world.makePersistentExclusiveScan(count: count, of: Int64.self, .sum) }
                refuses { _ = try world.makePersistentReduceScatter(count: count, of: Int64.self, .sum) }
            }
        }
    }
}
