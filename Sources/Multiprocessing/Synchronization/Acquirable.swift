/// What can be acquired and released: a lock, a semaphore, a condition with its lock.
///
/// ```swift
/// let lock = try Lock()
/// try lock.withLock { print("alone") }
/// ```
/// As what can stand in a `with` statement in Python's `multiprocessing`.
public protocol Acquirable: AnyObject, Codable, Sendable {
    /// Acquires it, once it is free.
    ///
    /// Those who wait are served in the order in which they came.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether it was acquired in time.
    /// - Throws: `ProcessingError` when it no longer exists.
    ///
    /// As `acquire` in Python.
    @discardableResult
    func acquire(timeout: Duration?) throws -> Bool

    /// Acquires it, once it is free, without blocking the thread.
    ///
    /// When the task is cancelled nothing is acquired and a `CancellationError` thrown. See the variant that blocks.
    @discardableResult
    func acquire(timeout: Duration?) async throws -> Bool

    /// Releases it, for the one who has waited longest.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when there is nothing to release.
    ///
    /// As `release` in Python.
    func release() throws

    /// Releases it, without blocking the thread; also when the task was cancelled.
    ///
    /// See the variant that blocks.
    func release() async throws
}

extension Acquirable {
    /// Acquires it for as long as a closure runs; it is released however the closure ends.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait; `nil` waits as long as it takes.
    ///   - body: What to do meanwhile.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `timedOut` when it was not acquired in time.
    ///
    /// As the `with` statement in Python.
    public func withLock<Result>(timeout: Duration? = nil, _ body: () throws -> Result) throws -> Result {
        guard try acquire(timeout: timeout) else { throw notAcquired() }
        return try runThenRelease(body)
    }

    /// Acquires it for as long as a closure runs, without blocking the thread; it is released however the closure ends.
    ///
    /// When the task is cancelled while it waits, the closure does not run, and a `CancellationError` is thrown; when it is
    /// cancelled later, that is the closure's affair. See the variant that blocks.
    public func withLock<Result>(
        timeout: Duration? = nil,
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard try await acquire(timeout: timeout) else { throw notAcquired() }
        return try await runSuspendingThenRelease(body)
    }

    /// Acquires it without blocking the thread, for as long as a closure runs that does not suspend.
    ///
    /// Without this variant such a closure would make the compiler choose the one that blocks. See the variant whose closure
    /// may suspend.
    public func withLock<Result>(
        timeout: Duration? = nil,
        _ body: () throws -> Result
    ) async throws -> Result {
        guard try await acquire(timeout: timeout) else { throw notAcquired() }
        return try await runSuspendingThenRelease { () async throws -> Result in try body() }
    }

    func notAcquired() -> ProcessingError {
        ProcessingError(.timedOut, "the \(Self.self) could not be acquired in time")
    }

    func runThenRelease<Result>(_ body: () throws -> Result) throws -> Result {
        let result: Result
        do {
            result = try body()
        } catch {
            // What went wrong first is what is told.
            try? release()
            throw error
        }
        try release()
        return result
    }

    func runSuspendingThenRelease<Result>(_ body: () async throws -> Result) async throws -> Result {
        let result: Result
        do {
            result = try await body()
        } catch {
            try? await release()
            throw error
        }
        try await release()
        return result
    }
}
