internal import DequeModule

/// Until when to wait for several futures.
public enum FutureCondition: Sendable {
    /// Until the first one is done.
    case firstCompleted
    /// Until the first one ends with an error, or all are done.
    case firstError
    /// Until all are done.
    case allCompleted
}

extension Executor {
    /// The futures, each as soon as it is done.
    ///
    /// ```swift
    /// for try await future in Executor.asCompleted(futures) { print(try future.result()) }
    /// ```
    /// - Parameters:
    ///   - futures: Futures of one executor or of several.
    ///   - timeout: How long the whole may take, from now on.
    /// - Returns: The futures, to be taken one by one.
    ///
    /// As `concurrent.futures.as_completed` in Python.
    public static func asCompleted<Value>(
        _ futures: some Sequence<Future<Value>>,
        timeout: Duration? = nil
    ) -> CompletedFutures<Value> {
        CompletedFutures(Array(futures), deadline: Timeout(timeout).deadline(from: .now))
    }

    /// Waits for several futures.
    ///
    /// - Parameters:
    ///   - futures: The futures.
    ///   - condition: Until when to wait.
    ///   - timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: Those that are done and those that are not, both in the order in which they were given.
    ///
    /// As `concurrent.futures.wait` in Python.
    public static func wait<Value>(
        for futures: some Sequence<Future<Value>>,
        until condition: FutureCondition = .allCompleted,
        timeout: Duration? = nil
    ) -> (done: [Future<Value>], notDone: [Future<Value>]) {
        let futures = Array(futures)
        let completed = asCompleted(futures, timeout: timeout)
        while let future = try? completed.next(), !isOver(condition, future) {}
        return sorted(futures)
    }

    /// Waits for several futures without blocking the thread.
    ///
    /// When the task is cancelled, this throws a `CancellationError`.
    public static func wait<Value>(
        for futures: some Sequence<Future<Value>>,
        until condition: FutureCondition = .allCompleted,
        timeout: Duration? = nil
    ) async throws -> (done: [Future<Value>], notDone: [Future<Value>]) {
        let futures = Array(futures)
        let completed = asCompleted(futures, timeout: timeout)
        do {
            while let future = try await completed.next(), !isOver(condition, future) {}
        } catch let error as ProcessingError where error.kind == .timedOut {}
        return sorted(futures)
    }

    private static func isOver<Value>(_ condition: FutureCondition, _ future: Future<Value>) -> Bool {
        switch condition {
        case .firstCompleted: return true
        case .allCompleted: return false
        case .firstError:
            guard case .failure(let error) = future.job.outcome() else { return false }
            return !(error is CancellationError)
        }
    }

    private static func sorted<Value>(_ futures: [Future<Value>]) -> (
        done: [Future<Value>], notDone: [Future<Value>]
    ) {
        var result: (done: [Future<Value>], notDone: [Future<Value>]) = ([], [])
        for future in futures {
            if future.isDone { result.done.append(future) } else { result.notDone.append(future) }
        }
        return result
    }
}

/// Futures in the order in which they are done.
public final class CompletedFutures<Value: Sendable>: AsyncSequence, Sendable {
    private struct State {
        var done: Deque<Future<Value>> = []
        var remaining: Int
        var waiters: [ContinuationHandle<Void>] = []
    }
    private let state: Monitor<State>
    private let deadline: ContinuousClock.Instant?

    init(_ futures: [Future<Value>], deadline: ContinuousClock.Instant?) {
        state = Monitor(State(remaining: futures.count))
        self.deadline = deadline
        for future in futures { future.job.whenComplete { [state] in CompletedFutures.note(future, state) } }
    }

    private static func note(_ future: Future<Value>, _ state: Monitor<State>) {
        let waiters = state.withLock { state in
            state.done.append(future)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(with: .success(())) }
        state.wakeAll()
    }

    /// The next one; the outer `nil` says that one has to wait.
    private static func take(_ state: inout State) -> Future<Value>?? {
        guard state.remaining > 0 else { return .some(nil) }
        guard let future = state.done.popFirst() else { return nil }
        state.remaining -= 1
        return .some(future)
    }

    /// Waits until one more is done; `nil` when all have been given.
    ///
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    public func next() throws -> Future<Value>? {
        CallbackThread.shared.prepareToWait()
        guard let next = state.wait(until: deadline, { CompletedFutures.take(&$0) }) else {
            throw ProcessingError(.timedOut, "no further future was done in time")
        }
        return next
    }

    /// Waits until one more is done, without blocking the thread; a cancelled task takes none.
    public func next() async throws -> Future<Value>? {
        while true {
            try Task.checkCancellation()
            let handle = ContinuationHandle<Void>()
            let next = state.withLock { state in
                let next = CompletedFutures.take(&state)
                if next == nil { state.waiters.append(handle) }
                return next
            }
            if let next { return next }
            try await handle.value(until: deadline)
        }
    }

    /// Goes through the futures that are still to come.
    public func makeAsyncIterator() -> Iterator { Iterator(futures: self) }

    /// Takes the futures one by one without blocking the thread.
    public struct Iterator: AsyncIteratorProtocol {
        let futures: CompletedFutures

        /// Waits until one more is done.
        public mutating func next() async throws -> Future<Value>? { try await futures.next() }
    }
}
