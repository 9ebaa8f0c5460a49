import MPI
import RankChecks
import Testing

@Suite("Communicator+ImmediateMovement")
struct CommunicatorImmediateMovementTests {
    @Test("elements are moved as by the blocking operations", arguments: [1, 2, 3, 4, 7])
    func movement(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                for count in [0, 1, 5, 3000] {
                    let mine = row(rank, 0..<count)
                    let all = (0..<size).flatMap { row($0, 0..<count) }
                    for root in 0..<size {
                        #expect(
                            try team.immediateBroadcast(keeping: mine, from: root).wait()
                                == row(root, 0..<count)
                        )
                        #expect(
                            try team.immediateGather(keeping: mine, to: root).wait()
                                == (rank == root ? all : nil)
                        )
                        let part = try team.immediateScatter(
                            keeping: rank == root ? all : nil,
                            count: count,
                            from: root
                        ).wait()
                        #expect(part == mine)
                    }
                    #expect(try team.immediateAllGather(keeping: mine).wait() == all)
                    // Rank r gives rank d the d-th part of its row.
                    let parts = row(rank, 0..<(size * count))
                    let received = (0..<size).flatMap { row($0, (rank * count)..<((rank + 1) * count)) }
                    #expect(try team.immediateAllToAll(keeping: parts).wait() == received)
                }
            }
        }
    }

    @Test("parts of different lengths are moved as by the blocking operations", arguments: [1, 2, 3, 4, 7])
    func differentLengths(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                let counts = (0..<size).map { ($0 * 3 + 1) % 5 }
                let mine = row(rank, 0..<counts[rank])
                let all = (0..<size).flatMap { row($0, 0..<counts[$0]) }
                for root in 0..<size {
                    #expect(
                        try team.immediateGather(keeping: mine, counts: counts, to: root).wait()
                            == (rank == root ? all : nil)
                    )
                    let part = try team.immediateScatter(
                        keeping: all,
                        counts: counts,
                        count: counts[rank],
                        from: root
                    ).wait()
                    #expect(part == mine)
                }
                #expect(try team.immediateAllGather(keeping: mine, counts: counts).wait() == all)
                // Rank r gives rank d as many as d's count: the first of its row.
                #expect(
                    try team.immediateAllToAll(
                        keeping: counts.flatMap { row(rank, 0..<$0) },
                        counts: counts,
                        resultCounts: [Int](repeating: counts[rank], count: size)
                    ).wait() == (0..<size).flatMap { row($0, 0..<counts[rank]) }
                )
            }
        }
    }

    @Test("several immediate operations are under way at a time, and are awaited", arguments: [2, 4])
    func atATime(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            let world = Communicator.world
            let size = world.size
            let sum = try world.immediateAllReduce(keeping: [Int64(world.rank)], .sum)
            let all = try world.immediateAllGather(keeping: [Int64(world.rank)])
            let barrier = try world.immediateBarrier()
            #expect(try await all.value == (0..<size).map { Int64($0) })
            try await barrier.value
            #expect(try await sum.value(timeout: .seconds(20)) == [Int64(size * (size - 1) / 2)])
        }
    }
}
