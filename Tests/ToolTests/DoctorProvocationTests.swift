import RankChecks
import RankLaunching
import Testing

@testable import swift_mpi

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Each thing that may be wrong is made so for real, as far as this machine allows.
@Suite("The doctor where something is wrong")
struct DoctorProvocationTests {
    private func expect(
        _ result: RankJobResult,
        _ words: String...,
        isHealthy: Bool,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            result.status == .exited(isHealthy ? 0 : 1) && result.leftBehind.isEmpty,
            "\(result.report)",
            sourceLocation: location
        )
        for word in words {
            #expect(
                result.standardOutput.contains(word),
                "\(word): \(result.report)",
                sourceLocation: location
            )
        }
    }

    // MARK: Installations

    @Test("an mpirun of another version that is found first: the right one is the cure")
    func otherVersion() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI") }
        try await TemporaryFolder.with { folder in
            let mpirun = try folder.script("mpirun", "echo 'mpirun (Open MPI) 9.8.7'")
            let path = "\(folder.path):\(SystemFile.variable("PATH") ?? "")"
            let result = try await Tool.run(["doctor"], environment: ["PATH": path])
            expect(
                result,
                "launcher: mpirun (Open MPI) 9.8.7 at \(mpirun)",
                "PROBLEM  the launcher is of version 9.8.7",
                "-> use ",
                "PROBLEM  a trial job of two ranks failed",
                isHealthy: false
            )
        }
    }

    @Test("a second mpirun behind the right one is a note")
    func secondInstallation() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI") }
        try await TemporaryFolder.with { folder in
            let mpirun = try folder.script("mpirun", "echo 'mpirun (Open MPI) 9.8.7'")
            let path = "\(SystemFile.variable("PATH") ?? ""):\(folder.path)"
            let result = try await Tool.run(["doctor"], environment: ["PATH": path])
            expect(result, "note     there are several MPI", "9.8.7 at \(mpirun)", isHealthy: true)
        }
    }

    @Test("MPICH's launcher with Open MPI's library: the ranks do not see each other")
    func otherMake() async throws {
        let name = "mpiexec.mpich"
        let path = SystemFile.executable(named: name, searchPath: SystemFile.variable("PATH"))
        guard RankCheck.usesOpenMPI, path != nil else { return print("skipped: takes Open MPI and \(name)") }
        let result = try await Tool.run(
            ["doctor"],
            ranks: 2,
            profile: LaunchProfile(name: "mpich", launcher: name),
            environment: ["SWIFT_MPI_LAUNCHER": name]
        )
        #expect(
            result.standardOutput.contains("PROBLEM  launcher and library are of different makes"),
            "\(result.report)"
        )
        #expect(
            result.standardOutput.contains("the launcher started 2 ranks, but each sees only 1"),
            "\(result.report)"
        )
        #expect(!result.isSuccess, "\(result.report)")
    }

    @Test("ranks of two different files, and which ranks run which")
    func otherProgram() async throws {
        let own = try #require(SystemFile.bytes(of: Tool.path))
        try await TemporaryFolder.with { folder in
            let copy = try folder.file("other", own + [0], mode: 0o755)
            let job = RankJob(
                programs: [
                    RankProgram(Tool.path, arguments: ["doctor"], ranks: 2),
                    RankProgram(copy, arguments: ["doctor"], ranks: 1),
                ],
                timeout: .seconds(120)
            )
            let result = try await oneJobAtATime { try await job.run() }
            #expect(
                result.standardOutput.contains("PROBLEM  the ranks run different programs: "),
                "\(result.report)"
            )
            #expect(result.standardOutput.contains(" on ranks 0, 1, \(copy) ("), "\(result.report)")
            #expect(!result.isSuccess, "\(result.report)")
        }
    }

    // MARK: Permissions and slots

    @Test("root without permission, and fewer slots than ranks")
    func permissions() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI") }
        let removed = LaunchProfile.local.environment.mapValues { _ -> String? in nil }
        let result = try await Tool.run(["doctor"], environment: removed)
        if geteuid() == 0 {
            expect(result, "PROBLEM  you are root", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", isHealthy: false)
        } else {
            print("skipped: not root, so nothing is to be said about that")
        }
        #expect(
            result.standardOutput.contains("note     mpirun refuses more ranks than "),
            "\(result.report)"
        )
    }

    @Test("more ranks than processors that do not give way to each other")
    func crowded() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: MPICH's ranks never yield") }
        let ranks = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 1
        guard ranks <= 17 else { return print("skipped: too many ranks for a test, \(ranks)") }
        let result = try await Tool.run(
            ["doctor"],
            ranks: ranks,
            environment: ["OMPI_MCA_mpi_yield_when_idle": "0"]
        )
        // Profile and job are one environment, and the job has the last word.
        expect(
            result,
            "note     host ",
            "\(ranks) ranks, ",
            "keep the others from running",
            "OMPI_MCA_mpi_yield_when_idle=1",
            isHealthy: true
        )
    }

    @Test("ranks that are bound to a core each")
    func bound() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI's option") }
        guard HostExamination.coreCount > 1 else { return print("skipped: there is one core only") }
        var profile = LaunchProfile.local
        profile.launcherArguments = ["--bind-to", "core"]
        let result = try await Tool.run(["doctor"], ranks: 1, profile: profile)
        expect(result, "note     each rank of ", "is bound to 1 of its ", "--bind-to none", isHealthy: true)
    }

    @Test("tasks of srun without PMI, as Slurm starts them")
    func withoutPMI() async throws {
        func task(_ number: String) async throws -> RankJobResult {
            try await Tool.run(
                ["doctor"],
                environment: [
                    "SLURM_JOB_ID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2",
                    "SLURM_PROCID": number,
                ]
            )
        }
        expect(
            try await task("0"),
            "PROBLEM  srun started 2 tasks without PMI",
            "--mpi=pmix",
            isHealthy: false
        )
        let other = try await task("1")
        #expect(other.isSuccess && other.output.isEmpty, "\(other.report)")
    }

    // MARK: The host

    @Test("little room in /dev/shm")
    func sharedMemory() async throws {
        let script = "mount -t tmpfs -o size=8m tmpfs /dev/shm; exec \"$tool\" doctor"
        guard let result = try await Tool.runApart("-m", script) else { return }
        expect(result, "PROBLEM  only 8 MiB are free for shared memory", "--shm-size", isHealthy: false)
    }

    @Test("a name that cannot be resolved")
    func namelessHost() async throws {
        let script = "hostname nobody-knows-this-host; exec \"$tool\" doctor"
        guard let result = try await Tool.runApart("-u", script) else { return }
        expect(
            result,
            "note     nobody-knows-this-host cannot resolve its own name",
            "/etc/hosts",
            isHealthy: true
        )
    }

    @Test("two hosts of one name, or what looks like that from within")
    func doubledName() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI's choice of networks") }
        let apart = "unshare -m sh -ec 'mount -t tmpfs -o size=256m tmpfs /dev/shm; exec \"$tool\" doctor'"
        let script =
            "export OMPI_MCA_btl=tcp,self OMPI_MCA_osc=^sm; exec mpirun -n 1 \"$tool\" doctor : -n 1 \(apart)"
        guard let result = try await Tool.runApart("-m", script) else { return }
        #expect(
            result.standardOutput.contains(
                "PROBLEM  several hosts, or containers with a /dev/shm of their own"
            ),
            "\(result.report)"
        )
        #expect(result.standardOutput.contains("2 ranks on 2 hosts") && !result.isSuccess, "\(result.report)")
    }

    @Test("several networks, one of them a bridge of Docker's")
    func networks() async throws {
        let script = """
            ip link set lo up
            ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; ip link set docker0 up
            ip link add eth7 type veth peer name eth8; ip addr add 10.9.8.7/24 dev eth7; ip link set eth7 up
            exec "$tool" doctor
            """
        let environment = SystemFile.executable(named: "ip", searchPath: SystemFile.variable("PATH"))
        guard environment != nil else { return print("skipped: there is no program ip") }
        guard let result = try await Tool.runApart("-n", script) else { return }
        expect(
            result,
            "has several networks, docker0 (172.17.0.0/16), eth7 (10.9.8.0/24)",
            "docker0 leads nowhere",
            "OMPI_MCA_btl_tcp_if_include=10.9.8.0/24 OMPI_MCA_oob_tcp_if_include=10.9.8.0/24",
            isHealthy: true
        )
    }

    @Test("a network that no host has")
    func missingNetwork() async throws {
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI's setting") }
        let result = try await Tool.run(
            ["doctor"],
            ranks: 2,
            environment: ["OMPI_MCA_btl_tcp_if_include": "10.254.253.0/30"]
        )
        #expect(
            result.standardOutput.contains(
                "has none of the networks that btl_tcp_if_include=10.254.253.0/30 names"
            ),
            "\(result.report)"
        )
        #expect(!result.isSuccess, "\(result.report)")
    }

    @Test("a filter that forbids to read the memory of other ranks")
    func filter() async throws {
        #if os(Linux)
        guard RankCheck.usesOpenMPI else { return print("skipped: takes Open MPI's setting") }
        for setting in [nil, "none"] as [String?] {
            var job = try RankCheck.job(
                ranks: 2,
                arguments: [Tool.path],
                environment: ["OMPI_MCA_btl_vader_single_copy_mechanism": setting],
                timeout: .seconds(120)
            ) {
                guard CallFilter.forbid(call: CallFilter.readingMemory) else {
                    print("skipped: no filter can be installed: \(String(cString: strerror(errno)))")
                    return
                }
                var words = [strdup(RankCheck.arguments[0]), strdup("doctor"), nil]
                execv(words[0] ?? strdup(""), &words)
                Issue.record("\(RankCheck.arguments[0]) was not executed")
            }
            job.tagsOutput = false
            let complete = job
            let result = try await oneJobAtATime { try await complete.run() }
            if let reason = result.lines.first(where: { $0.text.hasPrefix("skipped: ") }) {
                return print(reason.text)
            }
            let level = setting == nil ? "PROBLEM  " : "note     "
            #expect(result.standardOutput.contains(level + "the ranks of "), "\(result.report)")
            #expect(
                result.standardOutput.contains("may not read each other's memory (Operation not permitted)"),
                "\(result.report)"
            )
            #expect(result.standardOutput.contains("--cap-add=SYS_PTRACE"), "\(result.report)")
            #expect(result.isSuccess == (setting != nil), "\(result.report)")
        }
        #else
        print("skipped: takes Linux")
        #endif
    }
}
