/// Results of a pool as they come, taken one by one while the work goes on.
///
/// ```swift
/// let results = try pool.imap(lines) { try parse($0) }
/// while let document = try results.next() { … }
///
/// for try await document in try pool.imap(lines, { try parse($0) }) { … }
/// ```
/// Inputs are taken, and work is done, only some way ahead of the results that were taken (`lookAhead`), so there may be any
/// number of inputs, also without end. Inputs of a sequence are taken inside `next`.
///
/// The error of a task is thrown in the place of its result. After it, `next` goes on with the next result. A `for try await` loop
/// ends with the error, as any; but one more loop over the same results goes on behind it.
///
/// When these results are dropped, as by leaving the loop, what has not begun is not done.
///
/// As what `Pool.imap` returns in Python.
public final class PoolResults<Output: Sendable>: AsyncSequence {
    let stream: ResultStream<Output>
    /// Takes so many inputs and hands them in.
    private let feed: ((_ room: Int) throws -> Void)?
    private let feeder: Task<Void, Never>?
    private let deadline: ContinuousClock.Instant?

    init(
        _ stream: ResultStream<Output>,
        deadline: ContinuousClock.Instant? = nil,
        feeder: Task<Void, Never>? = nil,
        feed: ((_ room: Int) throws -> Void)? = nil
    ) {
        self.stream = stream
        self.deadline = deadline
        self.feeder = feeder
        self.feed = feed
    }

    deinit { cancel() }

    /// Ends the results: what has not begun is not done.
    public func cancel() {
        feeder?.cancel()
        stream.cancel()
    }

    /// Waits for the next result and returns it.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: The result; `nil` when there are no more.
    /// - Throws: The error of the task whose turn it is, after which one can go on; `ProcessingError` of kind `timedOut` when the
    ///   time is up, after which one can go on, too. See also `AsyncResult.get`.
    ///
    /// As `IMapIterator.next` in Python.
    public func next(timeout: Duration? = nil) throws -> Output? {
        let limit = earliest(Timeout(timeout).deadline(from: .now), deadline)
        takeInputs()
        return try stream.next(until: limit)
    }

    /// Waits for the next result without blocking the thread; a cancelled task throws a `CancellationError` and takes nothing.
    public func next(timeout: Duration? = nil) async throws -> Output? {
        let limit = earliest(Timeout(timeout).deadline(from: .now), deadline)
        takeInputs()
        return try await stream.next(until: limit)
    }

    private func takeInputs() {
        guard let feed else { return }
        let room = stream.room(waitingForHalf: true)
        guard room > 0 else { return }
        do {
            try feed(room)
        } catch {
            stream.noteEndOfInputs(error)
        }
    }

    /// Goes through the results that are still to come.
    public func makeAsyncIterator() -> Iterator { Iterator(results: self) }

    /// Takes the results one by one without blocking the thread.
    public struct Iterator: AsyncIteratorProtocol {
        let results: PoolResults

        /// Waits for the next result; a cancelled task throws a `CancellationError` and takes nothing.
        public mutating func next() async throws -> Output? {
            results.takeInputs()
            return try await results.stream.next(until: results.deadline)
        }

        /// The same, on the actor of the caller.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws -> Output? {
            results.takeInputs()
            return try await results.stream.next(until: results.deadline)
        }
    }
}
