import RankLaunching
import Testing

@testable import RankChecks

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Closures that run on ranks")
struct OnRanksTests {
    @Test("the closure at this very place runs on every rank", arguments: [1, 2, 3, 4])
    func runsEverywhere(ranks: Int) async throws {
        let result = try await onRanks(ranks) { print("here") }
        #expect(result.lines.filter { $0.text == "here" }.compactMap(\.rank).sorted() == Array(0..<ranks))
    }

    @Test("a closure with await runs as a task")
    func runsAsynchronously() async throws {
        let result = try await onRanks(2) {
            let value = await Task.detached { 42 }.value
            print("value \(value)")
        }
        #expect(result.output(ofRank: 1) == "value 42\n")
    }

    @Test("without a number of ranks the closure runs in one process without mpirun")
    func runsWithoutLauncher() async throws {
        let result = try await onRanks(nil) {
            #expect(getenv("OMPI_COMM_WORLD_RANK") == nil)
            print("process \(getpid())")
        }
        #expect(result.output.hasPrefix("process "))
        #expect(result.output != "process \(getpid())\n")
    }

    @Test("arguments reach the ranks as texts, and are read as any type that a text can describe")
    func passesArguments() async throws {
        let result = try await onRanks(2, arguments: ["7", "a b\nc", ""]) {
            let number = try RankCheck.argument(0, as: Int.self)
            let text: String = try RankCheck.argument(1)
            #expect(number == 7 && text == "a b\nc")
            #expect(try RankCheck.argument(2, as: String.self).isEmpty)
            print("checked")
        }
        #expect(result.standardOutput == "checked\nchecked\n")
        #expect(RankCheck.arguments.isEmpty)
    }

    @Test("an expectation that fails on a rank is an issue at its own line, with the rank and the comment")
    func reportsFailedExpectations() async throws {
        let job = try RankCheck.job(ranks: 2) {
            #expect(1 + 1 == 3, "sums are sums")
        }
        let issues = try await issues(of: job)
        let own = issues.filter { $0.text.hasPrefix("rank 0: ") || $0.text.hasPrefix("rank 1: ") }
        #expect(!own.isEmpty && own.count + 1 == issues.count, "\(issues)")
        for issue in own {
            #expect(issue.text.contains("1 + 1 → 2") && issue.text.contains("sums are sums"), "\(issue)")
            #expect(issue.sourceLocation.filePath == #filePath && issue.sourceLocation.line == #line - 7)
        }
    }

    @Test("an error that a rank throws is an issue that names its type and value, and the report follows")
    func reportsThrownErrors() async throws {
        let job = try RankCheck.job(ranks: 2) {
            print("before")
            throw Mishap(reason: "no fuel")
        }
        let issues = try await issues(of: job)
        #expect(
            issues.contains { $0.text.contains("threw Mishap") && $0.text.contains("no fuel") },
            "\(issues)"
        )
        #expect(issues.last.map { $0.text.contains("exit status 1") && $0.text.contains("before") } == true)
    }

    @Test("a failed requirement is reported once")
    func reportsRequirementsOnce() async throws {
        let job = try RankCheck.job(ranks: nil) {
            let nothing: Int? = RankCheck.arguments.count > 100 ? 1 : nil
            _ = try #require(nothing)
        }
        let issues = try await issues(of: job)
        #expect(issues.count == 2, "\(issues)")
    }

    @Test("an expectation that fails while the closure goes on makes the rank's status 1")
    func goesOnAfterExpectation() async throws {
        let job = try RankCheck.job(ranks: nil) {
            #expect(RankCheck.arguments.count > 100)
            print("went on")
        }
        let result = try await job.run()
        #expect(result.status == .exited(1) && result.standardOutput == "went on\n", "\(result.report)")
    }

    @Test("a trap on a rank is an issue, with its message")
    func reportsTraps() async throws {
        let job = try RankCheck.job(ranks: 2) {
            fatalError("out of luck")
        }
        let issues = try await issues(of: job)
        #expect(issues.count == 1 && issues[0].text.contains("out of luck"), "\(issues)")
    }

    @Test("a rank that never ends is ended when its time is up")
    func endsWhatHangs() async throws {
        let job = try RankCheck.job(ranks: 2, timeout: .seconds(4)) {
            print("waiting")
            while true { pause() }
        }
        let issues = try await issues(of: job)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues[0].text.contains("out of time") && issues[0].text.contains("waiting"), "\(issues)")
    }

    @Test("a job that leaves a process behind is an issue even if all went well")
    func reportsLeftBehind() async throws {
        var job = RankJob(
            executable: "sh",
            arguments: ["-c", "setsid \(nap(30)) >/dev/null 2>&1 &"],
            ranks: nil
        )
        job.settlingTime = .zero
        let issues = try await issues(of: job)
        #expect(issues.count == 1 && issues[0].text.contains(nap(30)), "\(issues)")
    }

    @Test("a closure that uses something from around it is refused with the way out")
    func refusesCaptures() async throws {
        let number = RankCheck.arguments.count
        let error = await #expect(throws: (any Error).self) {
            try await onRanks(1) { print(number) }
        }
        #expect(error.map { "\($0)".contains("arguments:") } == true)
    }

    @Test("a process that a check starts from its own program is not a check again")
    func childrenAreOrdinary() async throws {
        try await onRanks(nil) { #expect(getenv("SWIFT_MPI_RANK_CHECK") == nil) }
    }

    @Test("a rank can start a job of its own, which sees nothing of the outer one")
    func nestsJobs() async throws {
        try await onRanks(2) {
            let job = try RankCheck.job(ranks: 2) { print("inner of \(ranksOfThisJob())") }
            let result = try await job.run()
            #expect(result.standardOutput == "inner of 2\ninner of 2\n", "\(result.report)")
        }
    }
}

/// What the launcher said about the number of ranks.
private func ranksOfThisJob() -> String {
    getenv("OMPI_COMM_WORLD_SIZE").map { String(cString: $0) } ?? "none"
}

private struct Mishap: Error {
    var reason: String
}

/// Runs a job that goes wrong, and returns the issues that it would be for a test.
private func issues(
    of job: RankJob,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> [RankJobIssue] {
    let result = try await oneJobAtATime { try await job.run() }
    return RankJobIssue.issues(of: result, startedAt: sourceLocation)
}
