import Testing

@testable import Multiprocessing

/// The value behind a reference, so that an expectation can change it.
private final class Roll {
    private(set) var value: RankRoll
    init(rank: Int, size: Int = 4, survives: Bool = true, earlier: [RankLoss] = []) {
        value = RankRoll(
            ownRank: rank,
            size: size,
            survives: survives,
            hostNames: (0..<size).map { "n\($0)" },
            earlier: earlier
        )
    }
    func suspect(_ rank: Int) -> RankRoll.Verdict { value.suspect(rank, "it is silent") }
    func declare(_ rank: Int) -> RankRoll.Verdict { value.declare(rank, "it is silent") }
    static func loss(_ rank: Int) -> RankLoss {
        RankLoss(rank: rank, host: "n\(rank)", reason: "it is silent")
    }
}

@Suite("RankRoll")
struct RankRollTests {
    @Test("rank 0 decides, once, and the others go on without the lost one")
    func decision() {
        let roll = Roll(rank: 0)
        #expect(roll.suspect(2) == .goOn(Roll.loss(2)))
        #expect(roll.suspect(2) == .nothing)
        #expect(roll.value.present == [0, 1, 3] && roll.value.lost == [Roll.loss(2)])
        #expect(roll.value.loss(of: 2)?.description == "rank 2 on n2 is lost: it is silent")
    }

    @Test("another rank tells rank 0 what it has noticed, once, and waits for its word")
    func report() {
        let roll = Roll(rank: 1)
        #expect(roll.suspect(3) == .report)
        #expect(roll.suspect(3) == .nothing)
        #expect(roll.value.present == [0, 1, 2, 3])
        #expect(roll.declare(3) == .goOn(Roll.loss(3)))
        #expect(roll.declare(3) == .nothing && roll.suspect(3) == .nothing)
        #expect(roll.value.present == [0, 1, 2])
    }

    @Test(
        "nothing goes on without rank 0, nor where the launcher ends the job, nor for one that is taken for lost"
    )
    func end() {
        #expect(Roll(rank: 1).suspect(0) == .end(Roll.loss(0)))
        #expect(Roll(rank: 0, survives: false).suspect(2) == .end(Roll.loss(2)))
        #expect(Roll(rank: 1, survives: false).declare(2) == .end(Roll.loss(2)))
        let roll = Roll(rank: 2)
        #expect(roll.declare(2) == .end(Roll.loss(2)))
        // It stays so in the next `withProcesses`.
        #expect(roll.value.loss(of: 2) != nil)
    }

    @Test("words that make no sense mean nothing", arguments: [-1, 4, .max, .min])
    func nonsense(rank: Int) {
        #expect(Roll(rank: 0).suspect(rank) == .nothing)
        #expect(Roll(rank: 1).declare(rank) == .nothing)
        #expect(Roll(rank: 1).suspect(1) == .nothing && Roll(rank: 1).declare(0) == .nothing)
    }

    @Test("those that were lost before stay lost")
    func earlier() {
        let roll = Roll(rank: 0, earlier: [Roll.loss(3)])
        #expect(roll.value.present == [0, 1, 2])
        #expect(roll.suspect(3) == .nothing)
    }
}

@Suite("RollCall")
struct RollCallTests {
    @Test("it is complete when every rank has come, or is lost")
    func complete() {
        var call = RollCall(ranks: [0, 1, 3, 4])
        call.arrived(0, [0])
        call.arrived(3, [3])
        // One that is not expected counts for nothing.
        call.arrived(2, [2])
        call.lost(1)
        #expect(!call.isComplete)
        call.arrived(4, [4])
        #expect(call.isComplete)
        call.lost(3)
        call.arrived(3, [3])
        #expect(call.isComplete && call.cards == [0: [0], 4: [4]])
    }
}
