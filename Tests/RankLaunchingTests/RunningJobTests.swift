import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Jobs that are watched and disturbed while they run")
struct RunningJobTests {
    @Test("lines are seen while the job runs")
    func streamsLines() async throws {
        let script = "echo one; echo two >&2; \(nap(10))"
        let running = try await RankJob(executable: "sh", arguments: ["-c", script], ranks: nil).start()
        var seen: [String] = []
        for await line in running.lines {
            seen.append(line.text)
            if seen.count == 2 { break }
        }
        #expect(Set(seen) == ["one", "two"])
        await running.end()
        let result = try await running.wait()
        #expect(result.status == .signalled(SIGTERM), "\(result.report)")
    }

    @Test("waiting for a line that never comes ends with the job, and shows what came instead")
    func reportsMissingLine() async throws {
        let running = try await RankJob(executable: "echo", arguments: ["hello"], ranks: nil).start()
        let error = await #expect(throws: RankJobError.self) {
            _ = try await running.line(containing: "goodbye")
        }
        #expect(error.map { "\($0)".contains("hello") && "\($0)".contains("goodbye") } == true)
    }

    @Test("an interrupted launcher ends its ranks", arguments: [1, 4])
    func interrupts(ranks: Int) async throws {
        let job = try RankCheck.job(ranks: ranks) {
            print("ready")
            while true { pause() }
        }
        let result = try await oneJobAtATime {
            let running = try await job.start()
            for rank in 0..<ranks { _ = try await running.line(containing: "ready", rank: rank) }
            #expect(running.processes.count == ranks + 1)
            running.interrupt()
            return try await running.wait()
        }
        #expect(!result.isSuccess && !result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
    }

    @Test("a rank that is killed takes the others with it, and mpirun says so")
    func killsRank() async throws {
        let job = try RankCheck.job(ranks: 3) {
            print("pid \(getpid())")
            while true { pause() }
        }
        let result = try await oneJobAtATime {
            let running = try await job.start()
            let line = try await running.line(containing: "pid", rank: 1)
            let rank = try #require(Int32(line.text.dropFirst(4)))
            for other in [0, 2] { _ = try await running.line(containing: "pid", rank: other) }
            #expect(running.kill(process: rank))
            return try await running.wait()
        }
        #expect(result.status == .exited(137), "\(result.report)")
        #expect(result.leftBehind.isEmpty, "\(result.report)")
    }

    @Test("a process of somebody else is not killed")
    func sparesOthers() async throws {
        let running = try await RankJob(executable: "sleep", arguments: [napTime(11)], ranks: nil).start()
        #expect(!running.kill(process: getpid()))
        #expect(!running.kill(process: 1))
        #expect(running.kill(process: running.processIdentifier))
        #expect(try await running.wait().status == .signalled(SIGKILL))
        #expect(!running.kill(process: running.processIdentifier))
    }

    @Test("ranks do not outlive a launcher that is killed")
    func killsLauncher() async throws {
        let job = RankJob(executable: "sh", arguments: ["-c", "echo up; exec \(nap(12))"], ranks: 2)
        let result = try await oneJobAtATime {
            let running = try await job.start()
            for await _ in running.lines.prefix(2) {}
            running.send(signal: SIGKILL)
            return try await running.wait()
        }
        #expect(result.status == .signalled(SIGKILL))
        #expect(ProcessSurvey.everyProcess().allSatisfy { $0.command != nap(12) })
    }
}
