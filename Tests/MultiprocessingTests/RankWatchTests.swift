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
            #expect(watch.look(at: after(second)) == nil)
        }
        #expect(watch.look(at: after(30)) == 2)
    }

    @Test("time in which this rank itself stood still does not count")
    func standstill() throws {
        var watch = try watch()
        #expect(watch.look(at: after(5)) == nil)
        #expect(watch.look(at: after(600)) == nil)
        #expect(watch.look(at: after(605)) == nil)
        for second in stride(from: 610, through: 620, by: 5) { #expect(watch.look(at: after(second)) == nil) }
        #expect(watch.look(at: after(625)) == 1)
    }

    @Test("what others say, whoever they are, does not count")
    func strangers() throws {
        var watch = try watch(rank: 2)
        for rank in [-1, 1, 3, 99] { watch.heard(from: rank, at: after(29)) }
        for second in stride(from: 5, through: 25, by: 5) { #expect(watch.look(at: after(second)) == nil) }
        #expect(watch.look(at: after(30)) == 0)
    }

    @Test(
        "where the launcher goes on without a rank, the others end with an error that names it",
        arguments: [0, 2]
    )
    func lost(victim: Int) async throws {
        var profile = LaunchProfile.local
        profile.environment["OMPI_MCA_orte_enable_recovery"] = "1"
        let job = try RankCheck.job(
            ranks: 3,
            profile: profile,
            environment: ["SWIFT_MPI_RANK_TIMEOUT": "2", "SWIFT_BACKTRACE": "enable=no"]
        ) {
            print("rank", getpid())
            try withProcesses {
                print("ready")
                _ = try Queue<Int>().get()
            }
        }
        let result = try await oneJobAtATime {
            let running = try await job.start()
            let announcement = try await running.line(containing: "rank ", rank: victim)
            _ = try await running.line(containing: "ready")
            #expect(
                running.kill(process: announcement.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0)
            )
            return try await running.wait()
        }
        #expect(!result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
        #expect(result.output.contains("rank \(victim) on "), "\(result.report)")
    }
}
