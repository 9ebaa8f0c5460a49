/// Which ranks run the block of `withProcesses`.
public enum BlockPlacement: Sendable {
    /// Rank 0 alone; the others host processes.
    case mainRank
    /// Every rank, each with processes of its own.
    case everyRank
}

/// Runs a block that can start processes and make queues, pipes and pools.
///
/// ```swift
/// try withProcesses {
///     let pool = try Pool(processes: 4)
///     print(try pool.map(0..<10) { $0 * $0 })
/// }
/// ```
/// Every rank calls it, and up to here all ranks run the same lines. Rank 0 runs the block; the other ranks host processes
/// meanwhile. When the block has ended, its daemons are ended, and the last of its other processes waited for; then all ranks go on
/// together. When the block throws, all processes are ended, and the error is thrown on.
///
/// A queue, a lock, a shared value or the like lasts as long as the process that made it holds it, or a process or a pool's job runs that it
/// was given to. What was sent through a queue or a pipe, or returned, lasts until the end of the block, a few hundred bytes for each.
///
/// What happens inside can be looked at with `swift-mpi top`; the variables `SWIFT_MPI_SUMMARY` and `SWIFT_MPI_TRACE` in rank 0's environment
/// ask for a table at the end and for a trace. See <doc:Observing>.
///
/// Without `mpirun`, and on one rank, it works the same, and does not need MPI at all.
///
/// Inside a process, or inside another block, also one of another thread or task, everything is there already: only the block is
/// run, and the outer block ends after it. On several ranks only one thread of each may be the first to enter.
///
/// Where the launcher lets the others run when a rank is lost (`mpirun-configs/recovery.env`), the block goes on: processes on that rank have
/// ended, tasks of pools that ran there fail with ``WorkerLost`` or are run again, and what was made there throws errors of kind `rankLost`.
/// To lose a rank is no error by itself; `Process.lostRanks` says which are. A rank on the same machine as others is missed at once, one that
/// is alone on its machine after 30 seconds, or as many as `SWIFT_MPI_RANK_TIMEOUT` in rank 0's environment says (0 for never).
///
/// - Parameters:
///   - ranks: Which ranks run the block.
///   - startMethod: How processes are started, unless they say otherwise; by default as `Process.startMethod` says.
///   - output: How what the processes print is shown; by default as the variable `SWIFT_MPI_OUTPUT` in rank 0's environment
///     says (`plain` or `prefixed`), or else as it is.
///   - body: The block.
/// - Returns: What the block returns; `nil` on a rank that does not run it.
/// - Throws: What the block throws; `ProcessingError` when the conversation between the ranks cannot be set up, or when the
///   ranks run different programs; one of kind `rankLost`, on every rank, when rank 0 is lost, or another one and the launcher has not been told
///   to go on without it.
///
/// Collective · blocking.
@discardableResult
public func withProcesses<Result>(
    on ranks: BlockPlacement = .mainRank,
    startMethod: StartMethod? = nil,
    output: OutputForm? = nil,
    _ body: () throws -> Result
) throws -> Result? {
    let scope: Scope
    switch try Scope.enter(ranks, startMethod, output) {
    case .owner(let own): scope = own
    case .guest(let host):
        defer { host.guestLeaves() }
        return try body()
    case .inside: return try body()
    case .elsewhere: return nil
    }
    guard scope.runsBlock else {
        scope.serve()
        try scope.checkThatRanksEndedTogether()
        return nil
    }
    let result: Result
    do {
        result = try body()
    } catch {
        scope.end(withError: true)
        throw error
    }
    scope.end(withError: false)
    try scope.checkThatRanksEndedTogether()
    return result
}

/// Runs a block that may suspend, and that can start processes and make queues, pipes and pools.
///
/// See the variant that does not suspend.
@discardableResult
public func withProcesses<Result>(
    on ranks: BlockPlacement = .mainRank,
    startMethod: StartMethod? = nil,
    output: OutputForm? = nil,
    _ body: () async throws -> Result
) async throws -> Result? {
    let scope: Scope
    switch try Scope.enter(ranks, startMethod, output) {
    case .owner(let own): scope = own
    case .guest(let host):
        defer { host.guestLeaves() }
        return try await body()
    case .inside: return try await body()
    case .elsewhere: return nil
    }
    guard scope.runsBlock else {
        await scope.serve()
        try scope.checkThatRanksEndedTogether()
        return nil
    }
    let result: Result
    do {
        result = try await body()
    } catch {
        await scope.end(withError: true)
        throw error
    }
    await scope.end(withError: false)
    try scope.checkThatRanksEndedTogether()
    return result
}
