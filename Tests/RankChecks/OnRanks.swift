public import RankLaunching
public import Testing

/// Runs a closure on every rank of a job of its own, and makes what goes wrong there a failure of this test.
///
/// ```swift
/// @Test("gather puts rank r's value at index r", arguments: [1, 2, 3, 4, 7])
/// func gather(ranks: Int) async throws {
///     try await onRanks(ranks) {
///         let world = Communicator.world
///         let values = try world.gather(world.rank, to: 0)
///         #expect(values == (world.rank == 0 ? Array(0..<world.size) : nil))
///     }
/// }
/// ```
///
/// `#expect` and `#require` work on the ranks as they do in the test. Jobs wait for one another, whatever suite they
/// belong to; the time limit counts from the start of the job.
///
/// - Parameters:
///   - ranks: How many ranks; `nil` for one process without `mpirun`.
///   - arguments: Texts for the closure, which it reads with `RankCheck.argument(_:as:)`.
///   - profile: How `mpirun` is called.
///   - environment: Variables for the ranks; `nil` removes one.
///   - timeout: How long the job may take.
///   - sourceLocation: Where failures are shown that have no place of their own.
///   - body: What each rank does. It runs in other processes, so it may use nothing from around it.
/// - Returns: How the job ended and what it printed.
/// - Throws: An error if the job cannot be started.
@discardableResult
public func onRanks(
    _ ranks: Int?,
    arguments: [String] = [],
    profile: LaunchProfile = .local,
    environment: [String: String?] = [:],
    timeout: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping RankCheckBody
) async throws -> RankJobResult {
    let job = try RankCheck.job(
        ranks: ranks,
        arguments: arguments,
        profile: profile,
        environment: environment,
        timeout: timeout,
        sourceLocation: sourceLocation,
        body
    )
    return try await runRecordingIssues(job, sourceLocation: sourceLocation)
}

/// Runs an asynchronous closure on every rank of a job of its own, and makes what goes wrong there a failure of this test.
///
/// As the other `onRanks`; the main thread waits meanwhile, so nothing may need the main actor.
@discardableResult
@_disfavoredOverload
public func onRanks(
    _ ranks: Int?,
    arguments: [String] = [],
    profile: LaunchProfile = .local,
    environment: [String: String?] = [:],
    timeout: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping AsyncRankCheckBody
) async throws -> RankJobResult {
    let job = try RankCheck.job(
        ranks: ranks,
        arguments: arguments,
        profile: profile,
        environment: environment,
        timeout: timeout,
        sourceLocation: sourceLocation,
        body
    )
    return try await runRecordingIssues(job, sourceLocation: sourceLocation)
}

/// Runs a job in its turn; every issue of a rank becomes one of the test, and so does a job that ends badly.
private func runRecordingIssues(_ job: RankJob, sourceLocation: SourceLocation) async throws -> RankJobResult
{
    let result = try await oneJobAtATime { try await job.run() }
    for issue in RankJobIssue.issues(of: result, startedAt: sourceLocation) {
        Issue.record("\(issue.text)", sourceLocation: issue.sourceLocation)
    }
    return result
}
