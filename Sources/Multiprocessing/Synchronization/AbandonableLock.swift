/// A lock that tells its next holder when a process has ended without releasing it.
///
/// Such a lock is free again: nobody waits for the dead. But what it protects may have been left half done. Whoever
/// wants to know asks, and is told once; ordinary use needs nothing of this.
///
/// ```swift
/// try lock.withLock { lostHolder in
///     if let lostHolder { try repair(after: lostHolder) }
///     try update()
/// }
/// ```
/// Python has no counterpart: there everybody waits for ever.
public protocol AbandonableLock: Acquirable {
    /// Acquires the lock, once it is free, and says whether an earlier holder ended without releasing it.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: How it went; each loss is told once, to the first who asks.
    /// - Throws: `ProcessingError` when the lock no longer exists.
    func acquireReportingAbandonment(timeout: Duration?) throws -> Acquisition

    /// Acquires the lock without blocking the thread, and says whether an earlier holder ended without releasing it.
    ///
    /// When the task is cancelled nothing is acquired and a `CancellationError` thrown. See the variant that blocks.
    func acquireReportingAbandonment(timeout: Duration?) async throws -> Acquisition
}

extension AbandonableLock {
    /// Acquires the lock for as long as a closure runs, which is told if an earlier holder ended without releasing it.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait; `nil` waits as long as it takes.
    ///   - body: What to do meanwhile; its argument is the holder that was lost, if one was.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `timedOut` when the lock was not free in time.
    public func withLock<Result>(
        timeout: Duration? = nil,
        _ body: (LostHolder?) throws -> Result
    ) throws -> Result {
        let acquisition = try acquireReportingAbandonment(timeout: timeout)
        guard acquisition.isAcquired else { throw notAcquired() }
        return try runThenRelease { try body(acquisition.lostHolder) }
    }

    /// Acquires the lock for as long as a closure runs, without blocking the thread; the closure is told if an earlier
    /// holder ended without releasing it.
    ///
    /// When the task is cancelled while it waits, the closure does not run, and a `CancellationError` is thrown. See the
    /// variant that blocks.
    public func withLock<Result>(
        timeout: Duration? = nil,
        _ body: (LostHolder?) async throws -> Result
    ) async throws -> Result {
        let acquisition = try await acquireReportingAbandonment(timeout: timeout)
        guard acquisition.isAcquired else { throw notAcquired() }
        return try await runSuspendingThenRelease { try await body(acquisition.lostHolder) }
    }

    /// Acquires the lock without blocking the thread, for as long as a closure runs that does not suspend, and that is told if
    /// an earlier holder ended without releasing it.
    ///
    /// See the variant whose closure may suspend.
    public func withLock<Result>(
        timeout: Duration? = nil,
        _ body: (LostHolder?) throws -> Result
    ) async throws -> Result {
        let acquisition = try await acquireReportingAbandonment(timeout: timeout)
        guard acquisition.isAcquired else { throw notAcquired() }
        return try await runSuspendingThenRelease { () async throws -> Result in
            try body(acquisition.lostHolder)
        }
    }
}

/// How an attempt to acquire a lock went.
public enum Acquisition: Hashable, Sendable {
    /// The lock is held now, and its last holder has released it.
    case acquired
    /// The lock is held now, but an earlier holder ended without releasing it: look after what it protects.
    case abandoned(by: LostHolder)
    /// The lock was not free in time, and is not held.
    case timedOut

    /// Whether the lock is held now.
    public var isAcquired: Bool { self != .timedOut }

    /// The holder that ended without releasing the lock, if one did.
    public var lostHolder: LostHolder? {
        if case .abandoned(let holder) = self { return holder }
        return nil
    }
}

/// A process that ended while it held a lock.
public struct LostHolder: Codable, Hashable, Sendable, CustomStringConvertible {
    /// The process's name.
    public let name: String
    /// Its number in the operating system of its host.
    public let pid: Int
    /// The rank that hosted it.
    public let rank: Int
    /// The machine.
    public let host: String
    /// What became of it: the status it gave to `exit`, or minus the number of the signal that ended it.
    public let exitCode: Int

    /// The signal that ended it, if one did.
    public var signal: Int? { exitCode < 0 ? -exitCode : nil }

    init(_ end: ProcessEnd) {
        name = end.name
        pid = Int(end.pid)
        rank = Int(end.address.rank)
        host = end.host
        exitCode = end.status.exitCode
    }

    /// `Process-2 (pid 42, rank 1 on node7) ended by signal 9 (SIGKILL) while it held the lock`.
    public var description: String {
        "\(name) (pid \(pid), rank \(rank) on \(host)) ended by \(ExitStatus(exitCode: exitCode)) while it held the lock"
    }
}
