import Subprocess
import Synchronization

#if canImport(System)
import System
#else
import SystemPackage
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A job that runs.
///
/// ```swift
/// let running = try await job.start()
/// let line = try await running.line(containing: "ready")
/// running.interrupt()
/// let result = try await running.wait()
/// #expect(!result.isSuccess && result.leftBehind.isEmpty, "\(result.report)")
/// ```
///
/// It ends at the latest when its time limit passes, whether somebody waits for it or not.
public final class RunningJob: Sendable {
    /// The process id of the launcher, or of the plain process; also the job's session id.
    public let processIdentifier: Int32
    /// The command line, quoted so that a shell could run it.
    public let commandLine: String

    private let supervisor: JobSupervisor
    private let ending: Task<RankJobResult, any Error>

    /// Counts the jobs of this process, so that each has a marker of its own.
    private static let counter = Atomic(0)

    init(starting job: RankJob) async throws(RankJobError) {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        let identifier = "\(LiveProcess.ownIdentifier).\(number)"
        let variables = job.completeEnvironment(from: RankJob.currentEnvironment(), identifier: identifier)
        var words = try job.commandLine(in: variables)
        let usesTags = job.tagsOutput && job.programs.contains { $0.ranks != nil }
        let tagging = usesTags ? await OutputTagging.ofLauncher(words[0]) : .none
        words.insert(contentsOf: tagging.launcherArguments, at: 1)
        let commandLine = ShellQuoting.line(words)
        let supervisor = JobSupervisor(job: job, tagging: tagging, identifier: identifier)
        let configuration = Self.configuration(words: words, variables: variables, job: job)
        let start = FirstValue<Int32?>()
        let ending = Task.detached {
            defer {
                supervisor.recorder.finish()
                start.set(nil)
            }
            let result = try await Subprocess.run(
                configuration,
                input: .none,
                output: .sequence,
                error: .sequence
            ) { execution in
                start.set(execution.processIdentifier.value)
                return try await supervisor.follow(execution)
            }
            return RankJobResult(
                status: Self.status(result.terminationStatus),
                timedOut: supervisor.timedOut,
                duration: result.closureResult.duration,
                commandLine: commandLine,
                lines: supervisor.recorder.lines,
                leftBehind: result.closureResult.leftBehind
            )
        }
        guard let started = await start.value else {
            let reason = if case .failure(let error) = await ending.result { "\(error)" } else { "unknown" }
            throw .cannotStart(command: commandLine, reason: reason)
        }
        self.processIdentifier = started
        self.commandLine = commandLine
        self.supervisor = supervisor
        self.ending = ending
    }

    /// The lines of the job, from the first on, as they come.
    ///
    /// The sequence ends when the job has ended.
    public var lines: OutputLines {
        OutputLines(recorder: supervisor.recorder)
    }

    /// All processes of the job that are alive now: the launcher, the ranks, their children, orphans included.
    public var processes: [LiveProcess] {
        supervisor.processes(leader: processIdentifier)
    }

    /// Waits for a line that contains a text.
    ///
    /// - Parameters:
    ///   - text: What the line must contain.
    ///   - rank: The rank that must have printed it; any if omitted. Ranks are known only if the job tags its output.
    /// - Returns: The first such line, from the beginning of the output.
    /// - Throws: `RankJobError.endedBeforeLine` if the job ends without one.
    public func line(containing text: String, rank: Int? = nil) async throws -> OutputLine {
        for await line in lines where rank == nil || line.rank == rank {
            if text.isEmpty || line.text.firstRange(of: text) != nil { return line }
        }
        let result = try await wait()
        throw RankJobError.endedBeforeLine(containing: text, report: result.report)
    }

    /// Sends the launcher, or the plain process, a signal.
    ///
    /// If it has ended nothing happens.
    ///
    /// - Parameter signal: The signal's number, such as `SIGUSR1`.
    public func send(signal: Int32) {
        processes.first { $0.processIdentifier == processIdentifier }?.send(signal: signal)
    }

    /// Does what Ctrl-C does to a launcher: sends it `SIGINT`.
    public func interrupt() {
        send(signal: SIGINT)
    }

    /// Kills one process of the job, such as a rank, with `SIGKILL`.
    ///
    /// - Parameter identifier: A process id.
    /// - Returns: `false` if that is no live process of this job; it is then left alone.
    @discardableResult
    public func kill(process identifier: Int32) -> Bool {
        processes.first { $0.processIdentifier == identifier }?.send(signal: SIGKILL) ?? false
    }

    /// Ends the whole job: asks the launcher to end, and kills what is left two seconds later.
    public func end() async {
        await Task.detached { [supervisor, processIdentifier] in
            await supervisor.end(leader: processIdentifier)
        }.value
    }

    /// Waits until the job has ended and its processes are gone.
    ///
    /// - Returns: How it ended and what it printed.
    /// - Throws: `CancellationError` if the calling task is cancelled; the job is then ended first.
    public func wait() async throws -> RankJobResult {
        let result = try await withTaskCancellationHandler {
            try await ending.value
        } onCancel: {
            Task.detached { await self.end() }
        }
        try Task.checkCancellation()
        return result
    }

    private static func configuration(
        words: [String],
        variables: [String: String],
        job: RankJob
    ) -> Subprocess.Configuration {
        var keyed: [Subprocess.Environment.Key: String] = [:]
        for (name, value) in variables {
            if let key = Subprocess.Environment.Key(rawValue: name) { keyed[key] = value }
        }
        var options = PlatformOptions()
        options.createSession = true
        return Subprocess.Configuration(
            executable: .path(FilePath(words[0])),
            arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(keyed),
            workingDirectory: job.workingDirectory.map { FilePath($0) },
            platformOptions: options
        )
    }

    private static func status(_ status: TerminationStatus) -> JobStatus {
        switch status {
        case .exited(let code): .exited(code)
        case .signaled(let signal): .signalled(signal)
        }
    }
}
