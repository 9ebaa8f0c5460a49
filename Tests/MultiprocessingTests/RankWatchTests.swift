import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("RankWatch")
struct RankWatchTests {
    private let start = ContinuousClock.now
    private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func watch(rank: Int = 0, size: Int = 4, seconds: Int = 30) throws -> RankWatch {
        try #require(RankWatch(ownRank: rank, size: size, seconds: seconds, now: start))
    }

    @Test("there is nothing to watch for one rank, or without a limit")
    func nothing() {
        #expect(RankWatch(ownRank: 0, size: 1, seconds: 30, now: start) == nil)
        #expect(RankWatch(ownRank: 1, size: 3, seconds: 0, now: start) == nil)
    }

    @Test("rank 0 listens to all others, and they to rank 0")
    func peers() throws {
        #expect(try watch().peers == [1, 2, 3])
        #expect(try watch(rank: 2).peers == [0])
    }

    @Test("the one of which nothing is heard is lost once the time has passed, and not before")
    func silence() throws {
        var watch = try watch()
        for second in stride(from: 5, through: 25, by: 5) {
            for rank in [1, 3] { watch.heard(from: rank, at: after(second)) }
            #expect(watch.deadline == after(second))
            #expect(watch.look(at: after(second)) == [])
        }
        #expect(watch.look(at: after(30)) == [2])
    }

    @Test("time in which this rank itself stood still does not count")
    func standstill() throws {
        var watch = try watch()
        #expect(watch.look(at: after(5)) == [])
        #expect(watch.look(at: after(600)) == [])
        #expect(watch.look(at: after(605)) == [])
        for second in stride(from: 610, through: 620, by: 5) { #expect(watch.look(at: after(second)) == []) }
        #expect(watch.look(at: after(625)) == [1, 2, 3])
    }

    @Test("what others say, whoever they are, does not count")
    func strangers() throws {
        var watch = try watch(rank: 2)
        for rank in [-1, 1, 3, 99] { watch.heard(from: rank, at: after(29)) }
        for second in stride(from: 5, through: 25, by: 5) { #expect(watch.look(at: after(second)) == []) }
        #expect(watch.look(at: after(30)) == [0])
    }

    @Test("a rank that is known to be lost is not waited for, nor told anything")
    func forgotten() throws {
        var watch = try watch()
        watch.forget(2)
        #expect(watch.peers == [1, 3])
        watch.heard(from: 2, at: after(1))
        for second in stride(from: 5, through: 25, by: 5) { #expect(watch.look(at: after(second)) == []) }
        #expect(watch.look(at: after(30)) == [1, 3])
    }
}
