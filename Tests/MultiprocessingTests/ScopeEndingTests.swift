import Testing

@testable import Multiprocessing

/// The value behind a reference, so that an expectation can change it.
private final class Ending {
    private var value: ScopeEnding
    init(size: Int, blockCount: Int) { value = ScopeEnding(size: size, blockCount: blockCount) }
    func blockEnded(withError hasFailed: Bool) -> ScopeEnding.Step? { value.blockEnded(withError: hasFailed) }
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
        #expect(ending.blockEnded(withError: false) == .leave)
    }
}
