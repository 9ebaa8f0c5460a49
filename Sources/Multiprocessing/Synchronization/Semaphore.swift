/// A number of permits that processes on any ranks take and give: so many do something at a time.
///
/// ```swift
/// let seats = try Semaphore(value: 2)
/// let processes = (0..<10).map { number in
///     Process { try seats.withLock { print("at most two at a time:", number) } }
/// }
/// ```
/// Those who wait for a permit get one in the order in which they came. A permit has no owner: one process may take it
/// and another give it, for a signal, or a place in a buffer.
///
/// When a process is killed, throws, or exits with a status other than 0, the permits that it took and has not given are
/// given back for it. Every permit that was given by a process that had taken none counts for one that is not
/// given back: so where some processes only take and others only give, as with signals, nothing is added that was not given.
/// If another process does give a permit after all that was given back for a dead one, it counts once. A process that
/// ends well leaves the semaphore as it is.
///
/// As `multiprocessing.Semaphore` in Python, except that the permits of the dead are not lost.
public final class Semaphore: Acquirable {
    private let handle: SemaphoreHandle

    /// Makes a semaphore.
    ///
    /// - Parameter value: How many permits there are at first.
    /// - Throws: `ProcessingError` of kind `misuse` for a negative number and for more than 2147483647, and outside of
    ///   `withProcesses`.
    ///
    /// As `Semaphore` in Python.
    public init(value: Int = 1) throws { handle = try SemaphoreHandle(value: value, isBounded: false) }

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
    /// As `Semaphore.acquire` in Python.
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
    /// - Throws: `ProcessingError` of kind `misuse` when there are 2147483647 permits already.
    ///
    /// As `Semaphore.release` in Python.
    public func release() throws { try handle.release() }

    /// Adds a permit without blocking the thread.
    ///
    /// See the variant that blocks.
    public func release() async throws { try await handle.release() }

    /// How many permits there are now.
    ///
    /// Other processes may change it at any time.
    ///
    /// As `Semaphore.get_value` in Python.
    public var value: Int { get throws { try handle.value() } }
}
