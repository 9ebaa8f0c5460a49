import Foundation
import MPI
import RankChecks
import Testing

private struct ImmediateValueCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        let mine = samples[rank]
        let all = samples[0..<size]
        for root in 0..<size {
            let isRoot = rank == root
            let given = samples[root]
            #expect(try team.immediateBroadcast(from: root) { given }.wait() == given)
            #expect(try team.immediateGather(mine, to: root).wait() == (isRoot ? all : nil))
            let parts = isRoot ? samples[root..<(root + size)] : nil
            #expect(try team.immediateScatter(parts, from: root).wait() == samples[root + rank])
            #expect(try team.immediateReduce([mine], to: root) { $0 + $1 }.wait() == (isRoot ? all : nil))
        }
        #expect(try team.immediateAllGather(mine).wait() == all)
        #expect(try team.immediateAllReduce([mine]) { $0 + $1 }.wait() == all)
        let received = (0..<size).map { samples[$0 * size + rank] }
        #expect(try team.immediateAllToAll(samples[(rank * size)..<((rank + 1) * size)]).wait() == received)
        #expect(try team.immediateScan([mine]) { $0 + $1 }.wait() == samples[0..<(rank + 1)])
        let before = rank == 0 ? nil : samples[0..<rank]
        #expect(try team.immediateExclusiveScan([mine]) { $0 + $1 }.wait() == before)
    }
}

/// On a line of ranks, or a ring of them.
private struct ImmediateNeighborCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (before, after) = try team.bothNeighbors()
        #expect(
            try team.immediateNeighborAllGather(samples[team.rank]).wait()
                == [before.map { samples[$0] }, after.map { samples[$0] }]
        )
        #expect(
            try team.immediateNeighborAllToAll(samples[(2 * team.rank)..<(2 * team.rank + 2)]).wait()
                == [before.map { samples[2 * $0 + 1] }, after.map { samples[2 * $0] }]
        )
    }
}

@Suite("Communicator+ImmediateValues")
struct CommunicatorImmediateValuesTests {
    @Test("every kind of value goes through every operation and every root", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            try await ImmediateValueCheck().everywhere()
            try await ImmediateNeighborCheck().onLines()
        }
    }

    @Test(
        "several are under way at a time while others block, and are waited for in any order",
        arguments: [1, 2, 4]
    )
    func atATime(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for _ in 0..<20 {
                let gathered = try world.immediateAllGather(rank)
                let sum = try world.immediateAllReduce(rank) { $0 + $1 }
                let word = try world.immediateBroadcast(from: size - 1) { "made" }
                #expect(try world.allReduce(1, .sum) == size)
                #expect(try world.gather(rank, to: 0) == (rank == 0 ? Array(0..<size) : nil))
                #expect(try word.wait(timeout: .seconds(20)) == "made")
                #expect(try sum.wait() == size * (size - 1) / 2)
                #expect(try gathered.wait() == Array(0..<size))
            }
            try world.barrier()
        }
    }

    @Test("what was dropped is done nevertheless, before its communicator goes or the program ends")
    func droppedAtTheEnd() async throws {
        try await onRanks(3) { () throws in
            let world = Communicator.world
            let bytes = [UInt8](repeating: 1, count: 1 << 18)
            func drop(_ team: Communicator) throws {
                for _ in 0..<20 { _ = try team.immediateAllReduce(bytes) { lower, _ in lower } }
            }
            let team = try world.duplicate()
            try drop(team)
            let last = try team.immediateAllGather(world.rank)
            try team.free()
            #expect(try last.wait() == [0, 1, 2])
            try drop(world)
        }
    }

    #if os(Linux)
    @Test("the thread of a communicator ends with it")
    func threads() async throws {
        try await onRanks(2) { () throws in
            func threadCount() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
            }
            let world = Communicator.world
            #expect(try world.immediateAllGather(world.rank).wait() == [0, 1])
            let before = try threadCount()
            for _ in 0..<20 {
                let all = try world.withDuplicate { try $0.immediateAllGather(world.rank).wait() }
                #expect(all == [0, 1])
            }
            while try threadCount() > before { sched_yield() }
        }
    }
    #endif
}
