/// A lock that one process, or one thread or task of it, holds at a time, on whichever rank they are.
///
/// ```swift
/// let lock = try Lock()
/// let processes = (0..<4).map { number in
///     Process { try lock.withLock { print("one at a time:", number) } }
/// }
/// ```
/// Those who wait get it in the order in which they came. It can be released by another process than the one that
/// acquired it. When the process that acquired it ends, the lock is released as abandoned, and the next holder is
/// told if it asks (`AbandonableLock`).
///
/// Who holds it already and acquires it again waits for itself: see `RLock`.
///
/// As `multiprocessing.Lock` in Python, except that nobody waits for a holder that has ended.
public final class Lock: AbandonableLock {
    let handle: LockHandle

    /// Makes a lock that nobody holds.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    ///
    /// As `Lock` in Python.
    public init() throws { handle = try LockHandle(isReentrant: false) }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        handle = try decoder.singleValueContainer().decode(LockHandle.self)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(handle)
    }

    /// Acquires the lock, once it is free.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether the lock is held now.
    /// - Throws: `ProcessingError` when the lock no longer exists.
    ///
    /// As `Lock.acquire` in Python.
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

    /// Releases the lock, which may have been acquired by another process.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when nobody holds it.
    ///
    /// As `Lock.release` in Python.
    public func release() throws { try handle.release() }

    /// Releases the lock without blocking the thread.
    ///
    /// See the variant that blocks.
    public func release() async throws { try await handle.release() }
}
