/// A queue that knows how many of its items are not finished yet, so that one can wait until all are.
///
/// ```swift
/// let queue = try JoinableQueue<Int>()
/// try Process(daemon: true) {
///     while true {
///         print(try queue.get())
///         try queue.taskDone()
///     }
/// }.start()
/// for number in 0..<10 { try queue.put(number) }
/// try queue.join()                        // all ten were printed
/// ```
/// An item counts as unfinished from `put` on, until `taskDone` is called for it, or the work of a `lease` with it has
/// returned. An item that goes back because its process ended before it had received it, or during a lease, stays unfinished and
/// is finished by the next one. But what a process took with `get` and did not finish before it ended is never finished: take
/// items with `lease` where processes may die.
///
/// As `multiprocessing.JoinableQueue` in Python.
public final class JoinableQueue<Element: Codable & Sendable>: Queue<Element>, @unchecked Sendable {
    // As in its superclass, all is constant.

    /// An item counts as soon as `put` returns, for whoever hears of that; so it has to be answered.
    override var answersPut: Bool { true }

    /// Says that the work with an item that was taken with `get` is done.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when that was said of all items already.
    ///
    /// As `JoinableQueue.task_done` in Python.
    public func taskDone() throws {
        let (endpoint, frame) = try makeFrame(.taskDone)
        try checkTaskDone(try endpoint.call(frame))
    }

    /// Says that the work with an item that was taken with `get` is done, without blocking the thread.
    ///
    /// See `taskDone()`.
    public func taskDone() async throws {
        let (endpoint, frame) = try makeFrame(.taskDone)
        let reply = try await endpoint.call(frame)
        try checkTaskDone(reply)
    }

    private func checkTaskDone(_ reply: Frame) throws {
        try reply.checkOutcome(of: "finishing an item")
        guard reply.argument == 0 else {
            throw ProcessingError(.misuse, "`taskDone` was called more often than items were put")
        }
    }

    /// Waits until every item that was put is finished, or the time is up.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether every item is finished.
    /// - Throws: `ProcessingError` when the program or the queue has ended.
    ///
    /// As `JoinableQueue.join` in Python, which knows no timeout.
    @discardableResult
    public func join(timeout: Duration? = nil) throws -> Bool {
        let (endpoint, frame) = try makeFrame(.joinQueue, timeout: timeout)
        return try hasJoined(try endpoint.call(frame))
    }

    /// Waits until every item that was put is finished, or the time is up, without blocking the thread.
    ///
    /// When the task is cancelled the wait ends with a `CancellationError`. See `join(timeout:)`.
    @discardableResult
    public func join(timeout: Duration? = nil) async throws -> Bool {
        let (endpoint, frame) = try makeFrame(.joinQueue, timeout: timeout)
        let reply = try await endpoint.call(frame)
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        return try hasJoined(reply)
    }

    private func hasJoined(_ reply: Frame) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue { return false }
        try reply.checkOutcome(of: "joining a queue")
        return true
    }

    /// How many items are not finished: in the queue, or with those who took them.
    ///
    /// Other processes may change it at any time.
    public var unfinishedCount: Int {
        get throws { try askForCount(argument: QueueService.unfinishedMark) }
    }
}
