import RankChecks
import RankLaunching
import Testing

@testable import swift_mpi

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

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

    @Test(
        "versions are found in what libraries and launchers call themselves",
        arguments: [
            ("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4", "4.1.4"),
            ("mpirun (Open MPI) 5.0.3rc1", "5.0.3"),
            ("MPICH Version:\t4.0.2", "4.0.2"), ("Intel(R) MPI Library 2021.9 for Linux", "2021.9"),
            ("mpirun 3", nil),
        ] as [(String, String?)]
    )
    func version(text: String, version: String?) {
        #expect(Diagnosis.version(in: text) == version)
    }

    @Test("MPICH's launcher is known by its first word and its version")
    func hydra() {
        let lines = [
            "HYDRA build details:", "    Version:                                 4.0.2", "    CC: gcc 12.2",
        ]
        #expect(LauncherExamination.launcherName(lines) == "HYDRA 4.0.2")
        #expect(
            LauncherExamination.launcherName(["mpirun (Open MPI) 4.1.4", ""]) == "mpirun (Open MPI) 4.1.4"
        )
        #expect(LauncherExamination.launcherName([]) == nil)
    }

    @Test("what ranks report is counted by host, in the order of the ranks")
    func merging() {
        let reports = ["two", "one", "two"].enumerated().map { rank, name in
            RankReport(
                rank: rank,
                rankCount: 3,
                library: "L",
                standard: "3.1",
                threadLevel: "multiple",
                slots: 4,
                host: Facts.Host(name: name, processorCount: 8)
            )
        }
        var facts = Facts()
        JobExamination.merge(reports, into: &facts)
        #expect(facts.hosts.map(\.name) == ["two", "one"])
        #expect(facts.hosts.map(\.rankCount) == [2, 1])
        #expect(facts.rankCount == 3 && facts.slots == 4 && facts.threadLevel == "multiple")
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

@Suite("The doctor as a program")
struct DoctorCommandTests {
    /// The program, which is built into the same folder as the tests.
    private static var program: String {
        RankJob.ownExecutable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/swift-mpi"
    }

    private func run(_ arguments: String..., ranks: Int?, path: String? = nil) async throws -> RankJobResult {
        var job = RankJob(
            executable: Self.program,
            arguments: ["doctor"] + arguments,
            ranks: ranks,
            timeout: .seconds(120)
        )
        // A plain job gets no profile, and what it says must not depend on the tester's permissions.
        if ranks == nil { job.environment = LaunchProfile.local.environment.mapValues { $0 } }
        if let path { job.environment["PATH"] = path }
        return try await oneJobAtATime { try await job.run() }
    }

    @Test("without a launcher it names library and launcher, tries a job, and finds no problem")
    func plain() async throws {
        let result = try await run(ranks: nil)
        #expect(result.isSuccess && result.leftBehind.isEmpty, "\(result.report)")
        let texts = [
            "MPI library: ", "thread level: multiple", "launcher: ", "a trial job of two ranks ran",
            "no problems",
        ]
        for text in texts { #expect(result.standardOutput.contains(text), "\(result.report)") }
    }

    @Test("on two ranks one of them reports, about both")
    func ranks() async throws {
        let result = try await run(ranks: 2)
        #expect(result.isSuccess, "\(result.report)")
        #expect(result.lines.count { $0.text.contains("MPI library: ") } == 1, "\(result.report)")
        #expect(result.standardOutput.contains("2 ranks on 1 host"), "\(result.report)")
    }

    @Test("as JSON it is one object with the same findings", arguments: [nil, 2])
    func json(ranks: Int?) async throws {
        let result = try await run("--json", ranks: ranks)
        let report = try JSONDecoder().decode(DoctorReport.self, from: Data(result.standardOutput.utf8))
        #expect(report.isHealthy == result.isSuccess, "\(result.report)")
        #expect(report.facts.rankCount == ranks ?? 1)
        #expect(report.findings == Diagnosis.findings(report.facts))
    }

    @Test("where there is no mpirun it says which package to install, and fails")
    func noLauncher() async throws {
        let result = try await run(ranks: nil, path: "/nowhere")
        #expect(result.status == .exited(1), "\(result.report)")
        #expect(result.standardOutput.contains("PROBLEM  there is no mpirun in PATH"), "\(result.report)")
        #expect(result.standardOutput.contains("openmpi-bin"), "\(result.report)")
    }
}
