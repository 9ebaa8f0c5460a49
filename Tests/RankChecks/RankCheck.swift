import CRankCheckEntry
public import RankLaunching
import Synchronization
public import Testing

/// A piece of a test that runs on the ranks of a job: how to make one into a job, and what it can ask there.
///
/// Most tests need only `onRanks`. A test about jobs that fail, or that wants to send signals, takes the job itself:
///
/// ```swift
/// let job = try RankCheck.job(ranks: 2) { if Communicator.world.rank == 1 { exit(3) } }
/// let result = try await oneJobAtATime { try await job.run() }
/// #expect(result.status == .exited(3), "\(result.report)")
/// ```
public enum RankCheck {
    /// What `onRanks` or `job` was given as `arguments:`; empty outside a check.
    public static var arguments: [String] {
        currentArguments.withLock { $0 }
    }

    static let currentArguments = Mutex<[String]>([])

    /// One of the arguments of the running check.
    ///
    /// - Parameters:
    ///   - index: Its number, from 0.
    ///   - type: What to read it as.
    ///   - sourceLocation: The place of the call.
    /// - Returns: The value.
    /// - Throws: An issue at the place of the call if there is no such argument, or it cannot be read.
    public static func argument<Value: LosslessStringConvertible>(
        _ index: Int = 0,
        as type: Value.Type = Value.self,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Value {
        let text = try #require(
            arguments.indices.contains(index) ? arguments[index] : nil,
            "the check has no argument \(index), only \(arguments)",
            sourceLocation: sourceLocation
        )
        return try #require(
            Value(text),
            "argument \(index), \"\(text)\", is no \(type)",
            sourceLocation: sourceLocation
        )
    }

    /// Whether jobs are started by Open MPI's launcher, rather than MPICH's, which has other habits.
    public static var usesOpenMPI: Bool { !LaunchProfile.defaultLauncher.contains("mpich") }

    /// How many times its time limit a job may take: MPICH's ranks spin while they wait, so that more of them than there
    /// are cores get on several times more slowly than Open MPI's, which yield.
    private static var patience: Int { usesOpenMPI ? 1 : 5 }

    /// A job that runs a closure on each of its ranks, in the test program itself.
    ///
    /// - Parameters:
    ///   - ranks: How many ranks; `nil` for one process without `mpirun`.
    ///   - arguments: Texts for the closure, which it reads with `argument(_:as:)`.
    ///   - profile: How `mpirun` is called.
    ///   - environment: Variables for the ranks; `nil` removes one.
    ///   - timeout: How long the job may take.
    ///   - sourceLocation: The place that messages name.
    ///   - body: What each rank does; it may use nothing from around it.
    /// - Returns: The job. A rank ends with status 1 if an expectation failed there or an error was thrown.
    /// - Throws: An error that says so if the closure captures something.
    public static func job(
        ranks: Int?,
        arguments: [String] = [],
        profile: LaunchProfile = .local,
        environment: [String: String?] = [:],
        timeout: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @escaping RankCheckBody
    ) throws -> RankJob {
        let order = RankCheckOrder(
            code: try RankCheckCode(of: .synchronous(body)),
            place: sourceLocation.place,
            arguments: arguments
        )
        return job(order, ranks: ranks, profile: profile, environment: environment, timeout: timeout)
    }

    /// A job that runs an asynchronous closure on each of its ranks, in the test program itself.
    ///
    /// As the other `job`; the main thread waits meanwhile, so nothing may need the main actor.
    @_disfavoredOverload
    public static func job(
        ranks: Int?,
        arguments: [String] = [],
        profile: LaunchProfile = .local,
        environment: [String: String?] = [:],
        timeout: Duration = .seconds(60),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: @escaping AsyncRankCheckBody
    ) throws -> RankJob {
        let order = RankCheckOrder(
            code: try RankCheckCode(of: .asynchronous(body)),
            place: sourceLocation.place,
            arguments: arguments
        )
        return job(order, ranks: ranks, profile: profile, environment: environment, timeout: timeout)
    }

    private static func job(
        _ order: RankCheckOrder,
        ranks: Int?,
        profile: LaunchProfile,
        environment: [String: String?],
        timeout: Duration
    ) -> RankJob {
        var job = RankJob(
            executable: RankJob.ownExecutable,
            ranks: ranks,
            profile: profile,
            environment: environment,
            timeout: timeout * patience
        )
        job.environment[RANK_CHECK_VARIABLE] = .some(order.text)
        if environment["SWIFT_BACKTRACE"] == nil {
            // A trap shows its stack, but neither registers nor loaded files of every rank.
            job.environment["SWIFT_BACKTRACE"] = "color=no,interactive=no,registers=none,images=none"
        }
        job.tagsOutput = true
        return job
    }
}
