import RankChecks
import RankLaunching
import Testing

@testable import swift_mpi

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("swift-mpi run, as a program")
struct RunCommandTests {
    /// Runs `swift-mpi run` as a user without any settings does.
    private func launch(
        _ arguments: [String],
        environment: [String: String?] = [:]
    ) async throws -> RankJobResult {
        try await Tool.run(
            ["run"] + arguments,
            profile: .inherited,
            environment: Self.bare.merging(environment) { _, new in new }
        )
    }

    /// Takes away what the tester's shell may have set.
    private static var bare: [String: String?] {
        let names = LaunchProfile.builtIn.flatMap(\.environment.keys)
        return Dictionary(names.map { ($0, nil) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("each profile launches a job of two ranks", arguments: LaunchProfile.builtIn.map(\.name))
    func profiles(name: String) async throws {
        let result = try await launch([
            "-n", "2", "--profile", name, "--timeout", "100", Tool.path, "check", "ranks",
        ])
        #expect(result.isSuccess && result.leftBehind.isEmpty, "\(result.report)")
        // The profile debug puts a rank's number before each line.
        #expect(result.lines.contains { $0.text.hasSuffix("ok counter") }, "\(result.report)")
        #expect(result.standardError.contains("$ timeout -k 10 100 "), "\(result.report)")
    }

    @Test("without a profile more ranks than cores run all the same, and it is said why")
    func needs() async throws {
        let ranks = HostExamination.coreCount + 1
        guard ranks <= 17 else { return print("skipped: too many ranks for a test, \(ranks)") }
        let result = try await launch(["-n", "\(ranks)", Tool.path, "doctor", "--trial"])
        #expect(result.isSuccess, "\(result.report)")
        #expect(result.lines.compactMap { RankReport(line: $0.text) }.count == ranks, "\(result.report)")
        guard RankCheck.usesOpenMPI else { return }
        #expect(result.standardError.contains("so the profile local is used"), "\(result.report)")
    }

    @Test("a profile may be a file, and the last word counts")
    func file() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.file("own.env", Array("# Own.\nexport COLOUR=green\n".utf8))
            let result = try await launch([
                "-n", "2", "--profile", "local", "--profile", path, "sh", "-c", "echo $COLOUR",
            ])
            #expect(result.isSuccess && result.standardOutput == "green\ngreen\n", "\(result.report)")
        }
    }

    @Test("arguments arrive as they are, after the program and after the sign that ends options")
    func arguments() async throws {
        let words = ["-n", "5", "--", "a b", "--dry-run", "$HOME", ""]
        for sign in [[], ["--"]] {
            let result = try await launch(["-n", "1"] + sign + ["printf", "[%s]"] + words)
            #expect(result.standardOutput == "[-n][5][--][a b][--dry-run][$HOME][]\n", "\(result.report)")
        }
    }

    @Test(
        "the exit status is the program's, with a time limit and without",
        arguments: [[], ["--timeout", "60"]]
    )
    func status(limit: [String]) async throws {
        let result = try await launch(limit + ["-n", "2", "sh", "-c", "exit 7"])
        #expect(result.status == .exited(7), "\(result.report)")
        let well = try await launch(limit + ["-n", "2", "true"])
        #expect(well.isSuccess && well.standardOutput.isEmpty, "\(well.report)")
    }

    @Test("a signal that ends a rank is 128 and its number", arguments: [SIGKILL, SIGTERM, SIGSEGV])
    func signal(number: Int32) async throws {
        guard RankCheck.usesOpenMPI else {
            return print("skipped: MPICH's launcher has a status of its own for a signal")
        }
        for limit in [[], ["--timeout", "60"]] {
            let result = try await launch(limit + ["-n", "2", "sh", "-c", "kill -\(number) $$"])
            #expect(result.status == .exited(128 + number), "\(result.report)")
        }
    }

    @Test("what is sent to it reaches the ranks", arguments: [[], ["--timeout", "60"]])
    func forwards(limit: [String]) async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI's way with signals") }
        let script = "trap 'echo heard; exit 5' USR1; echo ready; while :; do sleep 0.05; done"
        var job = RankJob(
            executable: Tool.path,
            arguments: ["run"] + limit + ["-n", "2", "sh", "-c", script],
            ranks: nil,
            timeout: .seconds(60)
        )
        job.environment = Self.bare
        let complete = job
        let result = try await oneJobAtATime {
            let running = try await complete.start()
            var ready = 0
            for await line in running.lines where line.text == "ready" {
                ready += 1
                if ready == 2 { break }
            }
            running.send(signal: SIGUSR1)
            return try await running.wait()
        }
        #expect(result.standardOutput.contains("heard"), "\(result.report)")
        #expect(result.status == .exited(5) && result.leftBehind.isEmpty, "\(result.report)")
    }

    @Test("when time is over the job is ended, and the status is 124")
    func timeLimit() async throws {
        let result = try await launch(["--timeout", "1", "-n", "2", "sleep", "97"])
        #expect(result.status == .exited(124) && result.leftBehind.isEmpty, "\(result.report)")
        #expect(result.standardError.contains("out of time after 1 s"), "\(result.report)")
    }

    @Test("with --dry-run it prints a line that a shell can run, and launches nothing")
    func dryRun() async throws {
        try await TemporaryFolder.with { folder in
            let script = "echo \"$OMPI_MCA_pml it's\" > \(folder.path)/$0"
            let arguments = ["-n", "1", "--profile", "local", "sh", "-c", script, "made"]
            let result = try await launch(["--dry-run"] + arguments)
            #expect(result.isSuccess && result.lines.count { $0.stream == .output } == 1, "\(result.report)")
            #expect(SystemFile.names(in: folder.path).isEmpty)
            let line = result.standardOutput
            #expect(line.contains("OMPI_MCA_pml=ob1") && line.contains(" -n 1 sh -c "), "\(line)")
            let pasted = RankJob(
                executable: "sh",
                arguments: ["-c", line],
                ranks: nil,
                environment: Self.bare
            )
            let second = try await oneJobAtATime { try await pasted.run() }
            #expect(second.isSuccess, "\(second.report)")
            #expect(SystemFile.text(of: "\(folder.path)/made") == "ob1 it's\n")
            // What is launched is what is printed.
            let third = try await launch(arguments)
            #expect(third.standardError.contains("$ \(line)"), "\(third.report)")
        }
    }

    @Test("a host file and a list of hosts are handed on")
    func hosts() async throws {
        try await TemporaryFolder.with { folder in
            let path = try folder.file("hosts", Array("localhost slots=2\n".utf8))
            let result = try await launch(["--dry-run", "--hostfile", path, "--host", "a:2,b", "true"])
            guard RankCheck.usesOpenMPI else { return }
            #expect(
                result.standardOutput.contains("mpirun --hostfile \(path) --host a:2,b true"),
                "\(result.report)"
            )
            let job = try await launch(["-n", "2", "--hostfile", path, "echo", "here"])
            #expect(job.isSuccess && job.standardOutput == "here\nhere\n", "\(job.report)")
        }
    }

    @Test(
        "mistakes are named, with what to do",
        arguments: [
            (["-n", "0", "true"], 64, "from 1 on, not 0"), (["--ranks=-3", "true"], 64, "from 1 on, not -3"),
            (["--timeout", "0", "true"], 64, "not 0"), (["-n", "2"], 64, "name the program"),
            ([], 64, "name the program"), (["--"], 64, "name the program"),
            (["--nonsense", "true"], 64, "unknown option '--nonsense'"),
            (
                ["--profile", "nonsense", "true"], 64,
                "local, oversubscribed, tcp, container, recovery, debug, leaks"
            ),
            (["--profile", "/no/such.env", "true"], 64, "/no/such.env"),
            (["--hostfile", "/no/hosts", "true"], 64, "/no/hosts"),
            (["-n", "1", "no-such-program"], 127, "no program no-such-program in PATH"),
            (["-n", "1", "/no/such/program"], 127, "there is no program /no/such/program"),
            (["-n", "1", "/etc/passwd"], 126, "chmod +x /etc/passwd"),
            (["-n", "1", "/etc"], 126, "/etc is a folder"),
        ] as [([String], Int32, String)]
    )
    func mistakes(arguments: [String], status: Int32, text: String) async throws {
        let result = try await launch(arguments)
        #expect(result.status == .exited(status), "\(result.report)")
        #expect(result.standardError.contains(text) && result.standardOutput.isEmpty, "\(result.report)")
    }

    @Test("a program of this folder that has no path is offered with one")
    func programInFolder() async throws {
        try await TemporaryFolder.with { folder in
            _ = try folder.script("app", "true")
            var job = RankJob(executable: Tool.path, arguments: ["run", "app"], ranks: nil)
            job.workingDirectory = folder.path
            let complete = job
            let result = try await oneJobAtATime { try await complete.run() }
            #expect(result.standardError.contains("write ./app") && result.status == .exited(127))
        }
    }

    @Test("without mpirun the cure is one for each system")
    func noLauncher() async throws {
        let path = ["PATH": "/nowhere", "SWIFT_MPI_LAUNCHER": nil] as [String: String?]
        let result = try await launch(["-n", "2", "/bin/sh"], environment: path)
        #expect(result.status == .exited(127), "\(result.report)")
        for text in ["there is no mpirun", "apt-get install", "dnf install", "brew install", "module"] {
            #expect(result.standardError.contains(text), "\(text): \(result.report)")
        }
    }

    @Test(
        "of several launchers the one of the library is taken; if there is none, those that there are are named"
    )
    func severalLaunchers() async throws {
        guard
            let own = SystemFile.executable(
                named: LaunchProfile.defaultLauncher,
                searchPath: SystemFile.variable("PATH")
            )
        else { return print("skipped: there is no launcher") }
        try await TemporaryFolder.with { folder in
            _ = try folder.script("mpirun", "echo 'Another MPI 9.9'")
            let ownFolder = own[..<(own.lastIndex(of: "/") ?? own.startIndex)]
            let found = try await launch(
                ["--dry-run", "-n", "1", "/bin/sh"],
                environment: ["PATH": "\(folder.path):\(ownFolder):/usr/bin:/bin", "SWIFT_MPI_LAUNCHER": nil]
            )
            #expect(found.isSuccess && !found.standardOutput.contains(folder.path), "\(found.report)")
            let none = try await launch(
                ["-n", "1", "/bin/sh"],
                environment: ["PATH": folder.path, "SWIFT_MPI_LAUNCHER": nil]
            )
            #expect(none.status == .exited(127), "\(none.report)")
            #expect(none.standardError.contains("\(folder.path)/mpirun (Another MPI 9.9)"), "\(none.report)")
            let named = try await launch(
                ["--dry-run", "/bin/sh"],
                environment: ["SWIFT_MPI_LAUNCHER": "\(folder.path)/mpirun"]
            )
            #expect(named.standardOutput.contains("\(folder.path)/mpirun /bin/sh"), "\(named.report)")
        }
    }

    @Test("the profiles are listed with what they are for, and help tells of every option")
    func lists() async throws {
        let list = try await launch(["--list-profiles"])
        #expect(list.lines.map(\.text).count == LaunchProfile.builtIn.count)
        for profile in LaunchProfile.builtIn {
            #expect(
                list.lines.contains {
                    $0.text.hasPrefix(profile.name + " ") && $0.text.hasSuffix(profile.summary)
                },
                "\(list.report)"
            )
        }
        let help = try await launch(["--help"])
        for word in ["--profile", "--hostfile", "--host", "--timeout", "--dry-run", "--list-profiles", "124"]
        {
            #expect(help.standardOutput.contains(word), "\(help.report)")
        }
    }
}
