import Dispatch
import RankLaunching
import Synchronization

/// What can be found out by starting programs: the launcher, a single rank, and a job of two.
enum LauncherExamination {
    /// The launcher that a user gets, and all others that there are.
    static func examineLaunchers(_ facts: inout Facts) {
        let searchPath = HostExamination.variable("PATH") ?? ""
        let own = SystemFile.executable(named: LaunchProfile.defaultLauncher, searchPath: searchPath)
        let others = LauncherSearch.paths(searchPath: searchPath, library: facts.libraryFiles.first)
        for path in (own.map { [$0] } ?? []) + others {
            let launcher = launcher(at: path)
            if path == own {
                facts.launcherPath = path
                facts.launcher =
                    launcher.description.isEmpty
                    ? "\(LaunchProfile.defaultLauncher), which does not tell its version"
                    : launcher.description
            }
            if !facts.launchers.contains(where: { $0.file == launcher.file }) {
                facts.launchers.append(launcher)
            }
        }
    }

    /// Asks a launcher what it is.
    static func launcher(at path: String) -> Launcher {
        waiting(seconds: 25) { await LauncherSearch.launcher(at: path) }
            ?? Launcher(path: path, description: "")
    }

    /// The launcher that belongs to a library, and all that were asked.
    static func choose(for library: String, from paths: [String]) -> (chosen: Launcher?, asked: [Launcher]) {
        waiting(seconds: 25 * max(1, paths.count)) { await LauncherSearch.choose(for: library, from: paths) }
            ?? (nil, [])
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
            // One host, though the reports do not have it.
            if !facts.hosts.isEmpty {
                facts.hosts[0].memoryReading = reports.compactMap(\.memoryReading).first
            }
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
        // The job has a limit of its own; this one holds even if its end cannot be seen.
        waiting(seconds: Int(job.timeout.components.seconds) + 15) {
            do {
                return .success(try await job.run())
            } catch {
                return .failure(Failure(reason: "\(error)"))
            }
        } ?? .failure(Failure(reason: "it did not end in time"))
    }

    /// Waits for a task on a thread that may wait; not for ever.
    private static func waiting<Value: Sendable>(
        seconds: Int,
        _ body: @escaping @Sendable () async -> Value
    ) -> Value? {
        let outcome = Outcome<Value>()
        Task.detached {
            let value = await body()
            outcome.value.withLock { $0 = value }
            outcome.isThere.signal()
        }
        _ = outcome.isThere.wait(timeout: .now() + .seconds(seconds))
        return outcome.value.withLock { $0 }
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }
}
