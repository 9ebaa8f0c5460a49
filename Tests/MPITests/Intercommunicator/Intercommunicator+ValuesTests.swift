import MPI
import RankChecks
import Testing

/// Between two groups: what one gives the other one gets.
private struct BetweenGroupsCheck: SampleCheck {
    let isFirst: Bool

    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let between = try #require(team as? Intercommunicator)
        let (rank, size, others) = (between.rank, between.size, between.remoteSize)
        // The second group's values begin elsewhere.
        let (own, theirs) = isFirst ? (0, 1) : (1, 0)
        let mine = samples[own + rank]
        let all = samples[theirs..<(theirs + others)]
        #expect(try between.allGather(mine) == all)
        #expect(try between.allReduce([mine]) { $0 + $1 } == all)
        let given = (0..<others).map { samples[own + rank + 2 * $0] }
        let taken = (0..<others).map { samples[theirs + $0 + 2 * rank] }
        #expect(try between.allToAll(given) == taken)
        #expect(try between.immediateAllGather(mine).wait() == all)
        #expect(try between.immediateAllReduce([mine]) { $0 + $1 }.wait() == all)
        #expect(try between.immediateAllToAll(given).wait() == taken)
        for rootIsFirst in [true, false] {
            let rootSize = rootIsFirst == isFirst ? size : others
            for rootRank in 0..<rootSize {
                let root: Intercommunicator.Root =
                    isFirst != rootIsFirst ? .remote(rootRank) : rank == rootRank ? .here : .nobody
                let isTarget = isFirst != rootIsFirst
                #expect(
                    try between.broadcast(from: root) { samples[rootRank] }
                        == (root == .nobody ? nil : samples[rootRank])
                )
                let parts = root == .here ? samples[rootRank..<(rootRank + others)] : nil
                #expect(
                    try between.scatter(parts, from: root) == (isTarget ? samples[rootRank + rank] : nil)
                )
                #expect(try between.gather(mine, to: root) == (root == .here ? all : nil))
                #expect(
                    try between.reduce([mine], to: root) { $0 + $1 } == (root == .here ? all : nil)
                )
            }
        }
        // The first ranks of both send each other one.
        if rank == 0 {
            let send = try between.immediateSend(mine, to: 0)
            #expect(try between.receive(Value.self, from: 0) == samples[theirs])
            try send.wait()
        }
    }
}

@Suite("Intercommunicator+Values")
struct IntercommunicatorValuesTests {
    @Test("every kind of value goes through every operation and every root", arguments: [2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            let world = Communicator.world
            // Of 7 ranks 3 are on one side.
            let first = world.size / 2
            let isFirst = world.rank < first
            let side = try #require(try world.split(color: isFirst ? 0 : 1))
            let between = try side.makeIntercommunicator(peer: world, remoteLeader: isFirst ? first : 0)
            let duplicate = try between.duplicate()
            for team in [between, duplicate] {
                try await BetweenGroupsCheck(isFirst: isFirst).withEveryKind(team)
            }
            try duplicate.free()
            try between.free()
            try side.free()
        }
    }
}
