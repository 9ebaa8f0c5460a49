import RankChecks
import RankLaunching
import Testing

@Suite("Jobs")
struct RankJobTests {
    /// A job that runs a line of shell without `mpirun`.
    private func shell(_ script: String, timeout: Duration = .seconds(30)) -> RankJob {
        RankJob(executable: "sh", arguments: ["-c", script], ranks: nil, timeout: timeout)
    }

    @Test("both streams are kept apart and in the order in which they came, a last line without an end too")
    func keepsOutput() async throws {
        let result = try await shell("echo one; echo two >&2; printf three").run()
        #expect(result.isSuccess, "\(result.report)")
        #expect(result.standardOutput == "one\nthree\n")
        #expect(result.standardError == "two\n")
        #expect(Set(result.lines.map(\.text)) == ["one", "two", "three"])
    }

    @Test("200 000 lines arrive completely")
    func keepsMuchOutput() async throws {
        let result = try await shell("seq 200000").run()
        #expect(result.lines.count == 200_000)
        #expect(result.lines.last?.text == "200000")
    }

    @Test("an exit status and a signal are told apart")
    func reportsStatus() async throws {
        #expect(try await shell("exit 7").run().status == .exited(7))
        #expect(try await shell("kill -9 $$").run().status == .signalled(9))
    }

    @Test("the job's environment is the caller's with changes, and its input is empty")
    func setsEnvironment() async throws {
        var job = shell("echo \"$COLOUR ${HOME-none}\"; cat")
        job.environment = ["COLOUR": "green", "HOME": nil]
        let result = try await job.run()
        #expect(result.output == "green none\n")
    }

    @Test("the job runs in its working directory")
    func setsWorkingDirectory() async throws {
        var job = shell("pwd")
        job.workingDirectory = "/usr/bin"
        #expect(try await job.run().output.hasSuffix("/bin\n"))
    }

    @Test("the command line is quoted for a shell")
    func quotesCommandLine() async throws {
        let result = try await RankJob(executable: "printf", arguments: ["%s", "it's", ""], ranks: nil).run()
        #expect(result.commandLine.hasSuffix("printf %s 'it'\\''s' ''"))
    }

    @Test("ranks print their number, and tagged output says whose line it is", arguments: [1, 4])
    func tagsRanks(ranks: Int) async throws {
        var job = RankJob(
            executable: "sh",
            arguments: ["-c", "echo $OMPI_COMM_WORLD_RANK; echo e >&2"],
            ranks: ranks
        )
        job.tagsOutput = true
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        for rank in 0..<ranks {
            let lines = result.lines.filter { $0.rank == rank }
            #expect(lines.first { $0.stream == .output }?.text == "\(rank)")
            #expect(lines.first { $0.stream == .error }?.text == "e")
        }
    }

    @Test("several programs share one world, the first has the lowest ranks")
    func runsSeveralPrograms() async throws {
        let script = "echo $0 $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE"
        let job = RankJob(programs: [
            RankProgram("sh", arguments: ["-c", script, "first"], ranks: 1),
            RankProgram("sh", arguments: ["-c", script, "second"], ranks: 2),
        ])
        let result = try await oneJobAtATime { try await job.run() }
        #expect(
            result.lines.filter { $0.stream == .output }.map(\.text).sorted() == [
                "first 0 of 3", "second 1 of 3", "second 2 of 3",
            ]
        )
    }

    @Test("what is missing is named before anything is started")
    func namesWhatIsMissing() async throws {
        await #expect(throws: RankJobError.executableNotFound(path: "/no/such/program")) {
            try await RankJob(executable: "/no/such/program", ranks: 2).run()
        }
        var profile = LaunchProfile.local
        profile.launcher = "no-such-mpirun"
        let job = RankJob(executable: "sh", ranks: 2, profile: profile)
        let error = await #expect(throws: RankJobError.launcherNotFound(name: "no-such-mpirun")) {
            try await job.run()
        }
        #expect(error.map { "\($0)".contains("openmpi-bin") } == true)
        await #expect(throws: RankJobError.invalidRankCount(0)) {
            try await RankJob(executable: "sh", ranks: 0).run()
        }
        await #expect(throws: RankJobError.invalidRankCount(nil)) {
            try await RankJob(programs: [RankProgram("sh", ranks: 1), RankProgram("sh", ranks: nil)]).run()
        }
    }

    @Test(
        "when time is up the whole tree is ended, also what ignores being asked, and the output so far is kept"
    )
    func endsTreeInTime() async throws {
        let script = "trap '' TERM; echo begun; (trap '' TERM; setsid \(nap(0))) & \(nap(0))"
        let result = try await shell(script, timeout: .seconds(2)).run()
        #expect(result.timedOut && !result.isSuccess)
        #expect(result.output == "begun\n")
        #expect(result.report.contains("out of time"))
        #expect(
            ProcessSurvey.everyProcess().allSatisfy { !$0.command.contains(nap(0)) }
        )
    }

    @Test("ranks that hang are ended when time is up, with the launcher")
    func endsRanksInTime() async throws {
        let job = RankJob(executable: "sleep", arguments: [napTime(1)], ranks: 3, timeout: .milliseconds(500))
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.timedOut, "\(result.report)")
        #expect(ProcessSurvey.everyProcess().allSatisfy { $0.command != nap(1) })
    }

    @Test("processes that outlive the job are reported and killed")
    func reportsLeftBehind() async throws {
        var job = shell("setsid \(nap(2)) >/dev/null 2>&1 & echo started")
        job.settlingTime = .zero
        let result = try await job.run()
        #expect(result.status == .exited(0))
        #expect(result.leftBehind.map(\.command).contains { $0.hasSuffix(nap(2)) }, "\(result.report)")
        #expect(ProcessSurvey.everyProcess().allSatisfy { $0.command != nap(2) })
    }

    @Test("a process that hides from the job but holds its output does not hold up the result")
    func isNotHeldUp() async throws {
        var job = shell("env -i setsid \(nap(3)) & echo started")
        job.settlingTime = .zero
        let result = try await job.run()
        let hidden = ProcessSurvey.everyProcess().filter { $0.command == nap(3) }
        for process in hidden { process.send(signal: 9) }
        #expect(result.output == "started\n", "\(result.report)")
    }

    @Test("a cancelled task ends its job")
    func endsWhenCancelled() async throws {
        let running = try await shell("echo begun; \(nap(4))").start()
        _ = try await running.line(containing: "begun")
        let waiting = Task { try await running.wait() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(running.processes.isEmpty)
        #expect(ProcessSurvey.everyProcess().allSatisfy { $0.command != nap(4) })
    }
}
