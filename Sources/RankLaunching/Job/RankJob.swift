/// A job to be started: one program on a number of ranks, several programs side by side, or a plain process.
///
/// ```swift
/// let job = RankJob(executable: ".build/debug/swift-mpi", arguments: ["example", "pool"], ranks: 4)
/// let result = try await job.run()
/// #expect(result.isSuccess, "\(result.report)")
/// ```
///
/// The job gets a session of its own, `/dev/null` as standard input, the environment of the caller (without what an
/// outer launcher told the caller about itself), and a hard time limit: when it passes, every process of the job
/// is ended, and the result says so and has the output so far.
public struct RankJob: Sendable {
    /// What runs.
    ///
    /// With several programs all ranks belong to one world, in this order.
    public var programs: [RankProgram]
    /// How the launcher is called; has no say in a plain process.
    public var profile: LaunchProfile
    /// Variables to set on top of the caller's environment and the profile; `nil` removes one.
    public var environment: [String: String?]
    /// The folder to run in; the caller's if `nil`.
    public var workingDirectory: String?
    /// How long the job may take.
    public var timeout: Duration
    /// Whether the launcher marks every line with its rank, so that a report can be read rank by rank.
    public var tagsOutput: Bool
    /// How long after its end a job may need until all its processes are gone.
    ///
    /// Those that are still there then are
    /// the result's `leftBehind`, and are killed.
    public var settlingTime: Duration

    /// A job of one program.
    ///
    /// - Parameters:
    ///   - executable: The program: a path, or a name to look for in `PATH`.
    ///   - arguments: Its arguments.
    ///   - ranks: How many ranks run it; `nil` runs it as a plain process, without a launcher.
    ///   - profile: How the launcher is called.
    ///   - environment: Variables to set on top of the caller's environment and the profile; `nil` removes one.
    ///   - timeout: How long the job may take.
    public init(
        executable: String,
        arguments: [String] = [],
        ranks: Int?,
        profile: LaunchProfile = .local,
        environment: [String: String?] = [:],
        timeout: Duration = .seconds(60)
    ) {
        self.init(
            programs: [RankProgram(executable, arguments: arguments, ranks: ranks)],
            profile: profile,
            environment: environment,
            timeout: timeout
        )
    }

    /// A job of several programs in one world, as `mpirun -n 1 A : -n 2 B` starts it.
    ///
    /// ```swift
    /// let job = RankJob(programs: [
    ///     RankProgram("a.out", ranks: 1),
    ///     RankProgram("python3", arguments: ["peer.py"], ranks: 1),
    /// ])
    /// ```
    ///
    /// - Parameters:
    ///   - programs: The programs; the first has the lowest ranks.
    ///   - profile: How the launcher is called.
    ///   - environment: Variables to set on top of the caller's environment and the profile; `nil` removes one.
    ///   - timeout: How long the job may take.
    public init(
        programs: [RankProgram],
        profile: LaunchProfile = .local,
        environment: [String: String?] = [:],
        timeout: Duration = .seconds(60)
    ) {
        self.programs = programs
        self.profile = profile
        self.environment = environment
        self.workingDirectory = nil
        self.timeout = timeout
        self.tagsOutput = false
        self.settlingTime = .seconds(2)
    }

    /// The file of the running program, to start it again as a job.
    public static var ownExecutable: String {
        SystemFile.runningProgram() ?? CommandLine.arguments.first ?? ""
    }

    /// Starts the job and waits for its end.
    ///
    /// - Returns: How it ended, what it printed, and what it left behind. A job that fails or is out of time is a
    ///   result, not an error.
    /// - Throws: `RankJobError` if the job cannot be started; `CancellationError` if the calling task is cancelled, in
    ///   which case the job is ended first.
    public func run() async throws -> RankJobResult {
        try await start().wait()
    }

    /// Starts the job and returns while it runs, to watch its output or to send it signals.
    ///
    /// - Returns: The running job. It ends at the latest when its time limit passes, whether it is waited for or not.
    /// - Throws: `RankJobError` if the job cannot be started.
    public func start() async throws(RankJobError) -> RunningJob {
        try await RunningJob(starting: self)
    }
}
