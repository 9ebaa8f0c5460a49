import RankLaunching
import Testing

@testable import swift_mpi

@Suite("The doctor's conclusions")
struct DiagnosisTests {
    /// A machine on which all is well, seen without a launcher.
    private static var healthy: Facts {
        var facts = Facts()
        facts.library =
            "Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022"
        facts.standard = "3.1"
        facts.threadLevel = "multiple"
        facts.launcher = "mpirun (Open MPI) 4.1.4"
        facts.launcherPath = "/usr/bin/mpirun"
        facts.hosts = [Facts.Host(name: "one", processorCount: 2)]
        facts.slots = 2
        facts.trial = Facts.Trial(rankCounts: [2, 2])
        facts.allowsOversubscription = true
        return facts
    }

    /// The same machine, seen by a job.
    private static func job(ranks: Int) -> Facts {
        var facts = healthy
        facts.trial = nil
        facts.announcedRankCount = ranks
        facts.rankCount = ranks
        facts.hosts[0].rankCount = ranks
        return facts
    }

    /// What is not well with a machine on which something was changed.
    private func complaints(_ facts: Facts = healthy, _ change: (inout Facts) -> Void = { _ in }) -> [Finding]
    {
        var facts = facts
        change(&facts)
        return Diagnosis.findings(facts).filter { $0.level != .good }
    }

    /// Expects one problem whose text has all these words, and a cure.
    private func expectProblem(
        _ found: [Finding],
        _ words: String...,
        level: Finding.Level = .problem,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == 1, "\(found)", sourceLocation: location)
        #expect(found.first?.level == level, sourceLocation: location)
        for word in words {
            let texts = (found.first?.text ?? "") + " " + (found.first?.cure ?? "")
            #expect(texts.contains(word), "\(texts)", sourceLocation: location)
        }
        #expect(found.first?.cure?.isEmpty == false, sourceLocation: location)
    }

    @Test("a machine on which all is well has no complaints, and its versions are named")
    func healthy() {
        #expect(complaints().isEmpty)
        #expect(complaints(Self.job(ranks: 2)).isEmpty)
        let texts = Diagnosis.findings(Self.healthy).map(\.text)
        #expect(texts.contains("MPI library: Open MPI v4.1.4, MPI 3.1"))
        #expect(texts.contains("launcher: mpirun (Open MPI) 4.1.4 at /usr/bin/mpirun"))
        #expect(texts.contains("host one: 1 rank, 2 processors"))
    }

    @Test("a library without threads is a problem")
    func threads() {
        expectProblem(complaints { $0.threadLevel = "serialized" }, "serialized", "multiple")
    }

    @Test(
        "a library that cannot be initialized is a problem, with its reason and what the environment asks for"
    )
    func initialization() {
        let found = complaints {
            $0.threadLevel = nil
            $0.failure = "no such component"
            $0.settings = ["OMPI_MCA_pml=none"]
        }
        expectProblem([found[0]], "cannot be initialized", "no such component")
        expectProblem([found[1]], "OMPI_MCA_pml=none", level: .note)
        #expect(found.count == 2)
    }

    @Test("without a launcher the one problem is that it is missing, and the cure names its package")
    func noLauncher() {
        func without(_ facts: inout Facts) {
            facts.launcher = nil
            facts.launcherPath = nil
            facts.trial = nil
            facts.slots = nil
        }
        expectProblem(complaints(Self.healthy, without), "no mpirun", "apt-get install openmpi-bin")
        let found = complaints {
            without(&$0)
            $0.threadLevel = nil
            $0.failure = "no daemon"
            $0.isRoot = true
        }
        expectProblem(found.filter { $0.level == .problem }, "no mpirun")
    }

    @Test("ranks that something else than mpirun started need no mpirun")
    func otherLauncher() {
        let found = complaints(Self.job(ranks: 2)) { $0.launcher = nil }
        #expect(found.map(\.level) == [.note])
    }

    private static let others = [
        Launcher(path: "/usr/bin/mpirun", description: "mpirun (Open MPI) 4.1.4"),
        Launcher(path: "/opt/bin/mpirun", description: "HYDRA 4.0.2"),
    ]

    @Test("a launcher of the wrong make is a problem, and the cure is the right one if there is one")
    func rightLauncher() {
        func wrong(_ facts: inout Facts) {
            facts.launchers = Self.others.reversed()
            facts.launcher = "HYDRA 4.0.2"
            facts.launcherPath = "/opt/bin/mpirun"
        }
        let found = complaints(Self.healthy, wrong)
        expectProblem(found, "different makes")
        #expect(found.first?.cure?.contains("/usr/bin/mpirun") == true)
    }

    @Test("several installations with the same names are a note, one with its make in the name is none")
    func severalInstallations() {
        expectProblem(
            complaints { $0.launchers = Self.others },
            "/opt/bin/mpirun",
            "HYDRA 4.0.2",
            level: .note
        )
        let sideBySide = [
            Self.others[0], Launcher(path: "/usr/bin/mpiexec.mpich", description: "HYDRA 4.0.2"),
        ]
        #expect(complaints { $0.launchers = sideBySide }.isEmpty)
        var facts = Self.healthy
        facts.launchers = sideBySide
        #expect(Diagnosis.findings(facts).contains { $0.text.contains("mpiexec.mpich") })
    }

    @Test("two libraries in one program are a problem")
    func severalLibraries() {
        expectProblem(
            complaints { $0.libraryFiles = ["/a/libmpi.so.40", "/b/libmpich.so.12"] },
            "/a/libmpi.so.40",
            "/b/libmpich.so.12"
        )
        let map = """
            7f00-7f10 r--p 00000000 08:01 1    /usr/lib/libmpi.so.40.30.4
            7f10-7f20 r-xp 00000000 08:01 1    /usr/lib/libmpi.so.40.30.4
            7f20-7f30 r--p 00000000 08:01 2    /usr/lib/libmpich.so.12
            7f30-7f40 r--p 00000000 08:01 3    /usr/lib/libmpi_cxx.so.40
            7f40-7f50 rw-p 00000000 00:00 0    [heap]
            """
        #expect(
            HostExamination.libraryFiles(inMap: map) == [
                "/usr/lib/libmpi.so.40.30.4", "/usr/lib/libmpich.so.12",
            ]
        )
    }

    @Test("a launcher of another version is a problem that names both versions")
    func versions() {
        expectProblem(complaints { $0.launcher = "mpirun (Open MPI) 5.0.3" }, "5.0.3", "4.1.4")
    }

    @Test("a launcher of another make is a problem that names both")
    func makes() {
        expectProblem(complaints { $0.launcher = "HYDRA 4.0.2" }, "HYDRA 4.0.2", "Open MPI v4.1.4")
    }

    @Test("a trial job that fails is a problem with its reason")
    func trialFails() {
        expectProblem(
            complaints { $0.trial = .init(failure: "exit status 213") },
            "exit status 213",
            "mpirun -n 2"
        )
    }

    @Test("ranks that count themselves alone in a trial job are a problem")
    func trialAlone() {
        expectProblem(complaints { $0.trial = .init(rankCounts: [1, 1]) }, "1 and 1")
    }

    @Test("ranks that are fewer than the launcher started are a problem with both numbers")
    func announced() {
        expectProblem(complaints(Self.job(ranks: 1)) { $0.announcedRankCount = 4 }, "4 ranks", "only 1")
    }

    @Test("ranks that wait for each other in vain are a problem")
    func missing() {
        let found = complaints(Self.job(ranks: 4)) {
            $0.threadLevel = nil
            $0.ranksMissEachOther = true
        }
        expectProblem(found, "do not find each other", "firewall")
    }

    @Test("another library on another host is a problem that names the host and both versions")
    func otherLibrary() {
        let found = complaints(Self.job(ranks: 2)) {
            $0.hosts[0].library = $0.library
            $0.hosts.append(Facts.Host(name: "two", library: "Open MPI v5.0.3, package"))
        }
        expectProblem(found, "two", "Open MPI v5.0.3", "Open MPI v4.1.4")
    }

    @Test("more ranks than processors are a note, unless ranks that wait give way")
    func crowded() {
        expectProblem(
            complaints(Self.job(ranks: 3)),
            "host one",
            "3 ranks",
            "mpi_yield_when_idle",
            level: .note
        )
        #expect(complaints(Self.job(ranks: 3)) { $0.yieldsWhenIdle = true }.isEmpty)
        #expect(complaints(Self.job(ranks: 2)).isEmpty)
    }

    @Test("being root without permission is a problem, but not for a job that runs")
    func root() {
        expectProblem(complaints { $0.isRoot = true }, "root", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")
        #expect(
            complaints {
                $0.isRoot = true
                $0.allowsRoot = true
            }.isEmpty
        )
        #expect(complaints(Self.job(ranks: 2)) { $0.isRoot = true }.isEmpty)
    }

    @Test("that more ranks than slots are refused is a note with the number of slots")
    func oversubscription() {
        expectProblem(
            complaints { $0.allowsOversubscription = false },
            "more ranks than 2",
            "--oversubscribe",
            level: .note
        )
    }

    @Test("ranks that run different files are a problem that names files and ranks")
    func programs() {
        let found = complaints(Self.job(ranks: 3)) {
            $0.yieldsWhenIdle = true
            $0.programs = [
                Facts.Program(file: ProgramDigest(path: "/a/one", digest: "1-a"), ranks: [0, 2]),
                Facts.Program(file: ProgramDigest(path: "/a/two", digest: "1-b"), ranks: [1]),
            ]
        }
        expectProblem(found, "/a/one (1-a) on ranks 0, 2", "/a/two (1-b) on rank 1", "rsync")
        expectProblem(complaints(Self.job(ranks: 2)) { $0.foreignRanks = [1] }, "rank 1", "another version")
    }

    @Test("tasks that srun started without PMI are one problem, and nothing else is said")
    func withoutPMI() {
        var facts = Self.healthy
        facts.tasksWithoutPMI = 4
        let found = Diagnosis.findings(facts)
        expectProblem(found, "4 tasks", "srun --mpi=pmix")
    }

    @Test(
        "a step of several tasks without a word of PMI is seen; a batch script, one task and ranks are none"
    )
    func steps() {
        let step = ["SLURM_PROCID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4"]
        #expect(JobExamination.tasksWithoutPMI(step) == 4)
        #expect(JobExamination.tasksWithoutPMI(["SLURM_PROCID": "0", "SLURM_NTASKS": "4"]) == nil)
        #expect(JobExamination.tasksWithoutPMI(step.merging(["SLURM_STEP_ID": "4294967291"]) { $1 }) == nil)
        #expect(JobExamination.tasksWithoutPMI(step.merging(["SLURM_STEP_NUM_TASKS": "1"]) { $1 }) == nil)
        for name in ["PMIX_RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK"] {
            #expect(JobExamination.tasksWithoutPMI(step.merging([name: "1"]) { $1 }) == nil)
        }
    }

    @Test(
        "a rank that is bound to one of several processors is a note; processes that cannot leave it are another"
    )
    func binding() {
        func bound(_ rank: Int, _ process: Int) -> [Finding] {
            complaints {
                $0.hosts[0].processorsOfRank = rank
                $0.hosts[0].processorsOfProcess = process
            }
        }
        expectProblem(bound(1, 2), "bound to 1 of its 2 processors", "--bind-to none", level: .note)
        expectProblem(bound(1, 1), "cannot leave it", "--cpus-per-task", level: .note)
        #expect(bound(2, 2).isEmpty)
    }

    @Test("memory that may not be read is a note if the library knows, and a problem if it does not")
    func memoryReading() {
        func reading(_ scope: Int?, _ change: (inout Facts) -> Void = { _ in }) -> [Finding] {
            complaints {
                $0.hosts[0].ptraceScope = scope
                $0.hosts[0].memoryReading = MemoryReading(failure: "Operation not permitted")
                change(&$0)
            }
        }
        expectProblem(reading(nil), "Operation not permitted", "single_copy_mechanism=none", "SYS_PTRACE")
        expectProblem(reading(nil) { $0.copiesTwice = true }, "SYS_PTRACE", level: .note)
        expectProblem(reading(2), "ptrace_scope 2", "ptrace_scope=0", level: .note)
        // A rank that was read shows that the kernel's setting does no harm.
        #expect(
            complaints {
                $0.hosts[0].ptraceScope = 1
                $0.hosts[0].memoryReading = MemoryReading(failure: nil)
            }.isEmpty
        )
    }

    @Test("many ranks need more shared memory")
    func sharedMemoryOfManyRanks() {
        let found = complaints(Self.job(ranks: 32)) {
            $0.yieldsWhenIdle = true
            $0.hosts[0].sharedMemory = 128 << 20
        }
        expectProblem(found, "128 MiB")
    }

    @Test("little shared memory is a problem that names the host")
    func sharedMemory() {
        expectProblem(complaints { $0.hosts[0].sharedMemory = 63 << 20 }, "63 MiB", "one", "--shm-size")
        #expect(complaints { $0.hosts[0].sharedMemory = 64 << 20 }.isEmpty)
    }

    @Test("a kernel that guards memory is a note")
    func guardedMemory() {
        expectProblem(complaints { $0.hosts[0].ptraceScope = 1 }, "ptrace_scope=0", level: .note)
        #expect(complaints { $0.hosts[0].ptraceScope = 0 }.isEmpty)
    }

    @Test("a host that does not know its own name is a note")
    func nameless() {
        expectProblem(complaints { $0.hosts[0].resolvesOwnName = false }, "one", "/etc/hosts", level: .note)
    }

    @Test("a folder for temporary files that cannot be used is a problem, one with a long path a note")
    func temporaryFiles() {
        let found = complaints {
            $0.hosts[0].temporaryDirectory = "/gone"
            $0.hosts[0].temporaryDirectoryIsWritable = false
        }
        expectProblem(found, "/gone", "TMPDIR")
        let path = "/" + String(repeating: "a", count: 60)
        expectProblem(complaints { $0.hosts[0].temporaryDirectory = path }, path, level: .note)
    }

    @Test("what ranks report is counted by host and by program, in the order of the ranks")
    func merging() throws {
        let reports = ["two", "one", "two"].enumerated().map { rank, name in
            RankReport(
                rank: rank,
                rankCount: 4,
                library: "L",
                standard: "3.1",
                threadLevel: "multiple",
                slots: 4,
                host: Facts.Host(name: name, processorCount: 8, processorsOfRank: 3 - rank),
                program: ProgramDigest(path: "/p", digest: rank == 1 ? "b" : "a")
            )
        }
        var facts = Facts()
        JobExamination.merge(try reports.map { try $0.line } + ["something else"], into: &facts)
        #expect(facts.hosts.map(\.name) == ["two", "one"])
        #expect(facts.hosts.map(\.rankCount) == [2, 1])
        #expect(facts.hosts.map(\.processorsOfRank) == [1, 2])
        #expect(facts.hostOfRank == [0, 1, 0])
        #expect(facts.programs.map(\.ranks) == [[0, 2], [1]])
        #expect(facts.foreignRanks == [3])
        #expect(facts.rankCount == 4 && facts.slots == 4 && facts.threadLevel == "multiple")
    }

    @Test("a rank's report comes back from its line, and other lines are none")
    func line() throws {
        let report = RankReport(
            rank: 1,
            rankCount: 2,
            library: "Open \"MPI\"\n",
            standard: "3.1",
            threadLevel: "single"
        )
        #expect(RankReport(line: try report.line) == report)
        #expect(try !report.line.contains("\n"))
        #expect(RankReport(line: "swift-mpi rank report: {") == nil)
        #expect(RankReport(line: "hello") == nil)
    }
}
