import Testing

@testable import Multiprocessing

/// The value behind a reference, so that an expectation can change it.
private final class Ending {
    private var value: ScopeEnding
    init(size: Int, blockCount: Int) { value = ScopeEnding(ranks: Array(0..<size), blockCount: blockCount) }
    init(ranks: [Int], blockCount: Int) { value = ScopeEnding(ranks: ranks, blockCount: blockCount) }
    func blockEnded(rank: Int = 0, withError hasFailed: Bool) -> ScopeEnding.Step? {
        value.blockEnded(rank: rank, withError: hasFailed)
    }
    func rankLost(_ rank: Int) -> ScopeEnding.Step? { value.rankLost(rank) }
    func stopped(rank: Int) -> ScopeEnding.Step? { value.stopped(rank: rank) }
    func drained(rank: Int, round: UInt64, startCount: UInt64) -> ScopeEnding.Step? {
        value.drained(rank: rank, round: round, startCount: startCount)
    }
}

@Suite("ScopeEnding")
struct ScopeEndingTests {
    @Test(
        "it ends when every Host has drained twice with nothing started in between, and stopped",
        arguments: [1, 2, 3, 7]
    )
    func ordinary(size: Int) {
        let ending = Ending(size: size, blockCount: 1)
        #expect(ending.blockEnded(withError: false) == .drain(round: 1))
        for rank in 0..<size {
            #expect(
                ending.drained(rank: rank, round: 1, startCount: 5)
                    == (rank == size - 1 ? .drain(round: 2) : nil)
            )
        }
        for rank in 0..<size {
            #expect(ending.drained(rank: rank, round: 2, startCount: 5) == (rank == size - 1 ? .stop : nil))
        }
        for rank in 0..<size { #expect(ending.stopped(rank: rank) == (rank == size - 1 ? .leave : nil)) }
    }

    @Test("a process that was started meanwhile makes another round")
    func anotherRound() {
        let ending = Ending(size: 1, blockCount: 1)
        _ = ending.blockEnded(withError: false)
        #expect(ending.drained(rank: 0, round: 1, startCount: 1) == .drain(round: 2))
        #expect(ending.drained(rank: 0, round: 2, startCount: 2) == .drain(round: 3))
        #expect(
            ending.drained(rank: 0, round: 1, startCount: 2) == nil,
            "a report of an earlier round counts for nothing"
        )
        #expect(ending.drained(rank: 0, round: 3, startCount: 2) == .stop)
    }

    @Test("an error waits for no process, but for the other blocks")
    func error() {
        let ending = Ending(size: 2, blockCount: 2)
        #expect(ending.blockEnded(withError: true) == .stop)
        #expect(ending.stopped(rank: 0) == nil)
        #expect(ending.stopped(rank: 1) == nil)
        #expect(ending.blockEnded(rank: 1, withError: false) == .leave)
    }

    @Test("a lost rank is waited for at no step, and what it had started is counted anew", arguments: 0...3)
    func lost(step: Int) {
        let ending = Ending(size: 3, blockCount: 1)
        if step == 0 { #expect(ending.rankLost(2) == nil) }
        #expect(ending.blockEnded(withError: false) == .drain(round: 1))
        #expect(ending.drained(rank: 0, round: 1, startCount: 1) == nil)
        if step == 1 {
            // It may have reported before.
            #expect(ending.drained(rank: 2, round: 1, startCount: 7) == nil)
            #expect(ending.rankLost(2) == nil)
        }
        #expect(ending.drained(rank: 1, round: 1, startCount: 1) == (step > 1 ? nil : .drain(round: 2)))
        if step > 1 { #expect(ending.drained(rank: 2, round: 1, startCount: 7) == .drain(round: 2)) }
        #expect(ending.drained(rank: 0, round: 2, startCount: 1) == nil)
        var last: UInt64 = 2
        if step == 2 {
            #expect(ending.drained(rank: 1, round: 2, startCount: 1) == nil)
            // The last round was complete without it.
            #expect(ending.rankLost(2) == .drain(round: 3))
            last = 3
            #expect(ending.drained(rank: 0, round: last, startCount: 1) == nil)
        }
        #expect(ending.drained(rank: 1, round: last, startCount: 1) == (step == 3 ? nil : .stop))
        if step == 3 { #expect(ending.drained(rank: 2, round: last, startCount: 7) == .stop) }
        #expect(ending.stopped(rank: 0) == nil)
        #expect(ending.stopped(rank: 1) == (step == 3 ? nil : .leave))
        if step == 3 { #expect(ending.rankLost(2) == .leave) }
    }

    @Test("the block of a lost rank has ended, and where one was lost before there is none")
    func lostBlock() {
        let ending = Ending(size: 3, blockCount: 3)
        #expect(ending.blockEnded(rank: 0, withError: false) == nil)
        #expect(ending.blockEnded(rank: 1, withError: false) == nil)
        #expect(ending.rankLost(2) == .drain(round: 1))
        #expect(ending.rankLost(2) == nil)
        let later = Ending(ranks: [0, 2], blockCount: 3)
        #expect(later.blockEnded(rank: 0, withError: false) == nil)
        #expect(later.blockEnded(rank: 2, withError: false) == .drain(round: 1))
    }
}
