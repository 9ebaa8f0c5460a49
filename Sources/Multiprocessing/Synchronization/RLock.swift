/// A lock that its holder can acquire again, and has to release as often.
///
/// ```swift
/// let lock = try RLock()
/// try lock.withLock {
///     try lock.withLock { print("still the same holder") }
/// }
/// ```
/// In an asynchronous function the holder is the task, also for calls that block; elsewhere it is the thread. So
/// another task or thread of the same process waits, and a child task is another task.
///
/// When the holder's process ends, the lock is released as abandoned, and the next holder is told if it asks
/// (`AbandonableLock`).
///
/// As `multiprocessing.RLock` in Python, except that tasks can hold it, and that nobody waits for a holder that has ended.
public final class RLock: AbandonableLock {
    let handle: LockHandle

    /// Makes a lock that nobody holds.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    ///
    /// As `RLock` in Python.
    public init() throws { handle = try LockHandle(isReentrant: true) }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        handle = try decoder.singleValueContainer().decode(LockHandle.self)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(handle)
    }

    /// Acquires the lock, once it is free, or at once if the caller holds it already.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether the lock is held now.
    /// - Throws: `ProcessingError` when the lock no longer exists.
    ///
    /// As `RLock.acquire` in Python.
    @discardableResult
    public func acquire(timeout: Duration? = nil) throws -> Bool {
        try handle.acquire(reportsAbandonment: false, timeout: timeout).isAcquired
    }

    /// Acquires the lock without blocking the thread.
    ///
    /// When the task is cancelled nothing is acquired and a `CancellationError` thrown. See the variant that blocks.
    @discardableResult
    public func acquire(timeout: Duration? = nil) async throws -> Bool {
        try await handle.acquire(reportsAbandonment: false, timeout: timeout).isAcquired
    }

    /// Acquires the lock, and says whether an earlier holder ended without releasing it.
    ///
    /// See `AbandonableLock`.
    public func acquireReportingAbandonment(timeout: Duration? = nil) throws -> Acquisition {
        try handle.acquire(reportsAbandonment: true, timeout: timeout)
    }

    /// Acquires the lock without blocking the thread, and says whether an earlier holder ended without releasing it.
    ///
    /// See `AbandonableLock`.
    public func acquireReportingAbandonment(timeout: Duration? = nil) async throws -> Acquisition {
        try await handle.acquire(reportsAbandonment: true, timeout: timeout)
    }

    /// Releases the lock once; it is free when it was released as often as it was acquired.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when the caller does not hold it.
    ///
    /// As `RLock.release` in Python.
    public func release() throws { try handle.release() }

    /// Releases the lock without blocking the thread.
    ///
    /// See the variant that blocks.
    public func release() async throws { try await handle.release() }
}
