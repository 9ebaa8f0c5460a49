/// A semaphore that never has more permits than at first: to release it more often than it was acquired is an error.
///
/// For the rest, and for what becomes of the permits of a process that dies, see `Semaphore`.
///
/// As `multiprocessing.BoundedSemaphore` in Python, except that the permits of the dead are not lost.
public final class BoundedSemaphore: Acquirable {
    private let handle: SemaphoreHandle

    /// Makes a semaphore.
    ///
    /// - Parameter value: How many permits there are at first, and at most.
    /// - Throws: `ProcessingError` of kind `misuse` for a negative number and for more than 2147483647, and outside of
    ///   `withProcesses`.
    ///
    /// As `BoundedSemaphore` in Python.
    public init(value: Int = 1) throws { handle = try SemaphoreHandle(value: value, isBounded: true) }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        handle = try decoder.singleValueContainer().decode(SemaphoreHandle.self)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(handle)
    }

    /// Takes a permit, once there is one.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether there was one in time.
    /// - Throws: `ProcessingError` when the semaphore no longer exists.
    ///
    /// As `BoundedSemaphore.acquire` in Python.
    @discardableResult
    public func acquire(timeout: Duration? = nil) throws -> Bool { try handle.acquire(timeout: timeout) }

    /// Takes a permit, once there is one, without blocking the thread.
    ///
    /// When the task is cancelled no permit is taken and a `CancellationError` thrown. See the variant that blocks.
    @discardableResult
    public func acquire(timeout: Duration? = nil) async throws -> Bool {
        try await handle.acquire(timeout: timeout)
    }

    /// Adds a permit, for the one who has waited longest; whoever likes may do so.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when all permits are there already.
    ///
    /// As `BoundedSemaphore.release` in Python.
    public func release() throws { try handle.release() }

    /// Adds a permit without blocking the thread.
    ///
    /// See the variant that blocks.
    public func release() async throws { try await handle.release() }

    /// How many permits there are now.
    ///
    /// Other processes may change it at any time.
    ///
    /// As `BoundedSemaphore.get_value` in Python.
    public var value: Int { get throws { try handle.value() } }
}
