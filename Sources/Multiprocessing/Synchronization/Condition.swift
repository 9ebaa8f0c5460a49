internal import MessageCoding

/// A lock together with a way to wait until another process has changed what it protects.
///
/// ```swift
/// // Of each the same: condition, queue
/// try condition.withLock {                                  // who waits
///     try condition.wait { try !queue.isEmpty }
///     print(try queue.get())
/// }
/// try condition.withLock {                                  // who changes something
///     try queue.put(1)
///     try condition.notify()
/// }
/// ```
/// Waiting releases the lock, entirely also when it was acquired several times, and no wait returns before the lock is held
/// again: not when its time is up, not when its task is cancelled, not when a holder has died. Those who wait are
/// notified in the order in which they came, and each notification reaches one that lives.
///
/// As `multiprocessing.Condition` in Python.
public final class Condition: AbandonableLock {
    private let lock: LockHandle
    /// Which of its lock's conditions it is.
    private let number: UInt64

    /// Makes a condition with an `RLock` of its own.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    ///
    /// As `Condition` in Python.
    public convenience init() throws { try self.init(LockHandle(isReentrant: true)) }

    /// Makes a condition of a lock; one lock can have several.
    ///
    /// - Parameter lock: The lock, made by whichever process.
    /// - Throws: `ProcessingError` when the lock no longer exists.
    ///
    /// As `Condition` in Python.
    public convenience init(lock: Lock) throws { try self.init(lock.handle) }

    /// Makes a condition of a lock that its holder can acquire again; one lock can have several.
    ///
    /// - Parameter lock: The lock, made by whichever process.
    /// - Throws: `ProcessingError` when the lock no longer exists.
    ///
    /// As `Condition` in Python.
    public convenience init(lock: RLock) throws { try self.init(lock.handle) }

    private init(_ lock: LockHandle) throws {
        let (endpoint, frame) = try lock.service.makeFrame(.makeCondition, for: "making a condition")
        let reply = try endpoint.call(frame)
        try reply.checkOutcome(of: "making a condition")
        self.lock = lock
        number = reply.argument
    }

    // MARK: Travelling

    private enum CodingKeys: CodingKey { case lock, number }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        lock = try container.decode(LockHandle.self, forKey: .lock)
        number = try container.decode(UInt64.self, forKey: .number)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lock, forKey: .lock)
        try container.encode(number, forKey: .number)
    }

    // MARK: Its lock

    /// Acquires the lock, once it is free.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether the lock is held now.
    /// - Throws: `ProcessingError` when the lock no longer exists.
    ///
    /// As `Condition.acquire` in Python.
    @discardableResult
    public func acquire(timeout: Duration? = nil) throws -> Bool {
        try lock.acquire(reportsAbandonment: false, timeout: timeout).isAcquired
    }

    /// Acquires the lock without blocking the thread.
    ///
    /// When the task is cancelled nothing is acquired and a `CancellationError` thrown. See the variant that blocks.
    @discardableResult
    public func acquire(timeout: Duration? = nil) async throws -> Bool {
        try await lock.acquire(reportsAbandonment: false, timeout: timeout).isAcquired
    }

    /// Acquires the lock, and says whether an earlier holder ended without releasing it.
    ///
    /// See `AbandonableLock`.
    public func acquireReportingAbandonment(timeout: Duration? = nil) throws -> Acquisition {
        try lock.acquire(reportsAbandonment: true, timeout: timeout)
    }

    /// Acquires the lock without blocking the thread, and says whether an earlier holder ended without releasing it.
    ///
    /// See `AbandonableLock`.
    public func acquireReportingAbandonment(timeout: Duration? = nil) async throws -> Acquisition {
        try await lock.acquire(reportsAbandonment: true, timeout: timeout)
    }

    /// Releases the lock.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when it is not held; see the lock.
    ///
    /// As `Condition.release` in Python.
    public func release() throws { try lock.release() }

    /// Releases the lock without blocking the thread.
    ///
    /// See the variant that blocks.
    public func release() async throws { try await lock.release() }

    // MARK: Waiting

    /// Releases the lock, waits for a notification, and acquires the lock again.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all. The time it takes to
    ///   get the lock again is not counted.
    /// - Returns: Whether a notification came in time; the lock is held in either case.
    /// - Throws: `ProcessingError` of kind `misuse` when the lock is not held.
    ///
    /// As `Condition.wait` in Python.
    @discardableResult
    public func wait(timeout: Duration? = nil) throws -> Bool {
        let (endpoint, frame) = try makeFrame(.waitForCondition, timeout: timeout)
        return try wasNotified(try endpoint.call(frame))
    }

    /// Releases the lock, waits for a notification, and acquires the lock again, without blocking the thread.
    ///
    /// When the task is cancelled, no notification is taken, and a `CancellationError` is thrown once the lock is held again. See
    /// the variant that blocks.
    @discardableResult
    public func wait(timeout: Duration? = nil) async throws -> Bool {
        let (endpoint, frame) = try makeFrame(.waitForCondition, timeout: timeout)
        let wasNotified = try wasNotified(try await endpoint.call(frame))
        if !wasNotified { try Task.checkCancellation() }
        return wasNotified
    }

    /// Waits for notifications until something holds, which is looked at first, and after each of them.
    ///
    /// - Parameters:
    ///   - predicate: What shall hold; it is called while the lock is held.
    ///   - timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: What the predicate said last; the lock is held in either case.
    /// - Throws: What the predicate throws; `ProcessingError` of kind `misuse` when the lock is not held.
    ///
    /// As `Condition.wait_for` in Python.
    @discardableResult
    public func wait(for predicate: () throws -> Bool, timeout: Duration? = nil) throws -> Bool {
        let deadline = Timeout(timeout).deadline(from: .now)
        while try !predicate() {
            let remaining = deadline.map { ContinuousClock.now.duration(to: $0) }
            if let remaining, remaining <= .zero { return false }
            try wait(timeout: remaining)
        }
        return true
    }

    /// Waits for notifications until something holds, without blocking the thread.
    ///
    /// When the task is cancelled a `CancellationError` is thrown once the lock is held again. See the variant that blocks.
    @discardableResult
    public func wait(for predicate: () async throws -> Bool, timeout: Duration? = nil) async throws -> Bool {
        let deadline = Timeout(timeout).deadline(from: .now)
        while try await !predicate() {
            let remaining = deadline.map { ContinuousClock.now.duration(to: $0) }
            if let remaining, remaining <= .zero { return false }
            try await wait(timeout: remaining)
        }
        return true
    }

    /// Waits for notifications until something holds that can be looked at without suspending; does not block the thread.
    ///
    /// See the variant whose predicate may suspend.
    @discardableResult
    public func wait(for predicate: () throws -> Bool, timeout: Duration? = nil) async throws -> Bool {
        try await wait(for: { () async throws -> Bool in try predicate() }, timeout: timeout)
    }

    private func wasNotified(_ reply: Frame) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue { return false }
        try reply.checkOutcome(of: "waiting for a condition")
        return true
    }

    // MARK: Notifying

    /// Ends the waits of some of those who wait; they go on when they have the lock, so not before it is released here.
    ///
    /// - Parameter count: How many; all, if fewer wait.
    /// - Throws: `ProcessingError` of kind `misuse` when the lock is not held.
    ///
    /// As `Condition.notify` in Python.
    public func notify(_ count: Int = 1) throws {
        let (endpoint, frame) = try makeFrame(.notifyCondition, count: UInt64(max(0, count)))
        try endpoint.call(frame).checkOutcome(of: "notifying a condition")
    }

    /// Ends the waits of some of those who wait, without blocking the thread.
    ///
    /// See the variant that blocks.
    public func notify(_ count: Int = 1) async throws {
        let (endpoint, frame) = try makeFrame(.notifyCondition, count: UInt64(max(0, count)))
        try await endpoint.call(frame).checkOutcome(of: "notifying a condition")
    }

    /// Ends the waits of all who wait.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when the lock is not held.
    ///
    /// As `Condition.notify_all` in Python.
    public func notifyAll() throws { try notify(.max) }

    /// Ends the waits of all who wait, without blocking the thread.
    ///
    /// See the variant that blocks.
    public func notifyAll() async throws { try await notify(.max) }

    private func makeFrame(
        _ operation: Operation,
        count: UInt64 = 0,
        timeout: Duration? = nil
    ) throws -> (Endpoint, Frame) {
        var (endpoint, frame) = try lock.service.makeFrame(
            operation,
            argument: number,
            timeout: timeout,
            for: operation == .waitForCondition ? "waiting for a condition" : "notifying a condition"
        )
        let call = ConditionCall(owner: lock.owner, count: count)
        try MessageEncoder().encode(call, appendingTo: &frame.bytes)
        return (endpoint, frame)
    }
}
