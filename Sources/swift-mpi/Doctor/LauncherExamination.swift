import Dispatch
import RankLaunching
import Synchronization

/// What can be found out by starting programs: the launcher, a single rank, and a job of two.
enum LauncherExamination {
    /// The launcher and its version.
    static func examineLauncher(_ facts: inout Facts) {
        guard let path = HostExamination.path(ofProgram: "mpirun") else { return }
        facts.launcherPath = path
        let result = run(
            RankJob(executable: path, arguments: ["--version"], ranks: nil, timeout: .seconds(10))
        )
        switch result {
        case .success(let result):
            facts.launcher =
                launcherName(result.lines.map(\.text)) ?? "mpirun, which does not tell its version"
        case .failure(let failure):
            facts.launcher = "mpirun, which cannot be run: \(failure.reason)"
        }
    }

    /// What a launcher calls itself: the first line; MPICH's has its version further down.
    static func launcherName(_ lines: [String]) -> String? {
        guard let first = lines.first(where: { !$0.isEmpty }) else { return nil }
        if Diagnosis.version(in: first) != nil { return first }
        guard let version = lines.lazy.compactMap({ Diagnosis.version(in: $0) }).first else { return first }
        return "\(first.prefix { !$0.isWhitespace }) \(version)"
    }

    /// Runs this program as a rank that reports, alone and in a job of two.
    ///
    /// It happens in processes of its own, since an MPI library may hang, or end the process, where something is wrong.
    static func tryRanks(_ facts: inout Facts) {
        switch reports(ranks: nil) {
        case .success(let reports):
            if let report = reports.first {
                facts.library = report.library
                facts.standard = report.standard
                facts.threadLevel = report.threadLevel
            }
        case .failure(let failure):
            facts.failure = failure.reason
        }
        guard facts.launcherPath != nil else { return }
        switch reports(ranks: 2) {
        case .success(let reports):
            facts.trial = Facts.Trial(rankCounts: reports.map(\.rankCount))
            facts.slots = reports.compactMap(\.slots).first
        case .failure(let failure):
            facts.trial = Facts.Trial(failure: failure.reason)
        }
    }

    // MARK: Starting programs

    struct Failure: Error {
        var reason: String
    }

    /// The trial is about whether launcher and library work together, so the user's permissions have no say in it.
    private static let profile = LaunchProfile(
        name: "trial",
        environment: [
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "PRTE_ALLOW_RUN_AS_ROOT": "1",
            "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
        ]
    )

    private static func reports(ranks: Int?) -> Result<[RankReport], Failure> {
        let job = RankJob(
            executable: RankJob.ownExecutable,
            arguments: ["doctor", "--trial"],
            ranks: ranks,
            profile: profile,
            timeout: .seconds(30)
        )
        return run(job).flatMap { result in
            let reports = result.lines.compactMap { RankReport(line: $0.text) }
            guard result.isSuccess, reports.count == ranks ?? 1 else {
                return .failure(Failure(reason: reason(for: result)))
            }
            return .success(reports.sorted { $0.rank < $1.rank })
        }
    }

    /// Why a job failed, in a line: the first sentences of what it printed.
    private static func reason(for result: RankJobResult) -> String {
        let ending = result.timedOut ? "it did not end in time" : "\(result.status)"
        let texts = result.lines.map(\.text).filter { line in
            RankReport(line: line) == nil && line.contains { $0.isLetter }
        }
        // A library's log has a host and a process in brackets before each line, and is for its developers.
        let sentences = texts.filter { !$0.hasPrefix("[") }
        let text = (sentences.isEmpty ? texts : sentences).prefix(16).joined(separator: " ").split(
            whereSeparator: \.isWhitespace
        )
        .joined(separator: " ")
        return text.isEmpty ? ending : "\(ending); it says: \(text.prefix(440))"
    }

    /// Runs a job from a thread that may wait.
    static func run(_ job: RankJob) -> Result<RankJobResult, Failure> {
        let outcome = Mutex<Result<RankJobResult, Failure>>(
            .failure(Failure(reason: "it did not end in time"))
        )
        let box = Outcome(outcome)
        Task.detached {
            do {
                let result = try await job.run()
                box.outcome.withLock { $0 = .success(result) }
            } catch {
                box.outcome.withLock { $0 = .failure(Failure(reason: "\(error)")) }
            }
            box.isThere.signal()
        }
        // The job has a limit of its own; this one holds even if its end cannot be seen.
        let seconds = Int(job.timeout.components.seconds) + 15
        _ = box.isThere.wait(timeout: .now() + .seconds(seconds))
        return box.outcome.withLock { $0 }
    }

    private final class Outcome: Sendable {
        let outcome: Mutex<Result<RankJobResult, Failure>>
        let isThere = DispatchSemaphore(value: 0)

        init(_ outcome: consuming Mutex<Result<RankJobResult, Failure>>) {
            self.outcome = outcome
        }
    }
}
