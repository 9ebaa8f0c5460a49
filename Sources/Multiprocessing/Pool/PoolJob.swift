internal import MessageCoding

/// Where a job is done, and by what number its client knows it there.
struct JobLink: Sendable {
    let endpoint: Endpoint
    let pool: Address
    let correlation: UInt64

    /// What of the job has not begun never will; its answer comes at once.
    func cancel() {
        // If the Host is gone, so is the job.
        try? endpoint.notify(endpoint.makeFrame(.cancel, to: pool, argument: correlation))
    }
}

/// A job as its client sees it: what has arrived of it, and who wants to know when it is complete.
final class PoolJob<Value: Sendable>: Sendable {
    private struct State {
        var link: JobLink?
        var entries: [Frame] = []
        /// How many results have come, if that is counted.
        var resultCount = 0
        var outcome: Result<Value, any Error>?
        var isDecoding = false
        var isComplete = false
        /// Those who want to hear of the end, on the thread that brings it.
        var listeners: [@Sendable () -> Void] = []
        /// As `listeners`, until they no longer want to.
        var watchers: [UInt64: @Sendable () -> Void] = [:]
        var lastWatcher: UInt64 = 0
    }

    private let state: Monitor<State>
    private let assemble: @Sendable ([Frame]) throws -> Value
    private let purpose: String
    private let meter: ProgressMeter?
    private let countsResults: Bool
    private let callback: (@Sendable (Result<Value, any Error>) -> Void)?

    /// - Parameters:
    ///   - purpose: What the job does, for messages.
    ///   - meter: Is told how many results have come.
    ///   - countsResults: Whether somebody will wait for room.
    ///   - callback: Called with the outcome before anybody who waits hears of it, as in Python.
    ///   - assemble: Makes the value of the frames that carry the results.
    init(
        purpose: String,
        meter: ProgressMeter?,
        countsResults: Bool = false,
        callback: (@Sendable (Result<Value, any Error>) -> Void)?,
        assemble: @escaping @Sendable ([Frame]) throws -> Value
    ) {
        state = Monitor(State())
        self.purpose = purpose
        self.meter = meter
        self.countsResults = countsResults
        self.callback = callback
        self.assemble = assemble
    }

    /// Notes where the job is done.
    func begin(_ link: JobLink) { state.withLock { $0.link = link } }

    /// Where the job is done.
    var link: JobLink? { state.withLock { $0.link } }

    /// Withdraws what of the job has not begun: it ends with a `CancellationError`.
    func cancel() {
        let link = state.withLock { $0.isComplete ? nil : $0.link }
        link?.cancel()
    }

    /// Takes a frame of the answer.
    func accept(_ frame: Frame) {
        let count = meter == nil && !countsResults ? 0 : frame.withBody { PoolWire.entryCount($0) }
        meter?.advance(by: count)
        let link = state.withLock { state in
            state.entries.append(frame)
            state.resultCount += count
            return state.link
        }
        if countsResults { link?.endpoint.wakeWaiters() }
        guard frame.kind != .partialReply else { return }
        guard callback != nil || meter != nil else { return complete() }
        CallbackThread.shared.run {
            self.meter?.finish()
            self.callback?(self.outcome())
            self.complete()
        }
    }

    /// Lets those who wait know.
    ///
    /// The decoding is left to the one who asks for the result.
    private func complete() {
        let (listeners, watchers, link) = state.withLock { state in
            state.isComplete = true
            defer { (state.listeners, state.watchers) = ([], [:]) }
            return (state.listeners, state.watchers.values, state.link)
        }
        state.wakeAll()
        link?.endpoint.wakeWaiters()
        for watcher in watchers { watcher() }
        for listener in listeners { listener() }
    }

    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// Waits until the job is complete.
    ///
    /// Returns false when the time is up first.
    func wait(timeout: Duration?) -> Bool {
        let deadline = Timeout(timeout).deadline(from: .now)
        if !isComplete { CallbackThread.shared.prepareToWait() }
        guard let endpoint = link?.endpoint else {
            return state.wait(until: deadline) { $0.isComplete ? true : nil } ?? false
        }
        return endpoint.waitForWork(until: deadline) { self.isComplete ? true : nil } ?? false
    }

    /// Waits until no more than so many of the tasks that were handed in are without a result.
    ///
    /// Returns false when the job has ended instead.
    func waitForRoom(submitted: Int, unfinished limit: Int) -> Bool {
        guard let endpoint = link?.endpoint else { return false }
        return endpoint.waitForWork(until: nil) {
            self.state.withLock { state -> Bool? in
                if state.isComplete { return false }
                return submitted - state.resultCount <= limit ? true : nil
            }
        } ?? false
    }

    /// The outcome of a complete job, decoded once.
    func outcome() -> Result<Value, any Error> {
        let frames = state.withLock { state -> [Frame]? in
            guard state.outcome == nil, !state.isDecoding else { return nil }
            state.isDecoding = true
            defer { state.entries = [] }
            return state.entries
        }
        if let frames {
            let result = Result { try decode(frames) }
            state.withLock { $0.outcome = result }
            state.wakeAll()
        }
        // Another thread may be decoding; without a deadline the wait ends only with an outcome.
        return state.wait { $0.outcome } ?? .failure(CancellationError())
    }

    private func decode(_ frames: [Frame]) throws -> Value {
        if let error = frames.last?.poolError(purpose) { throw error }
        return try assemble(frames)
    }

    /// Calls `listener` once the job is complete: at once if it is, else on the thread that brings the end, which it must not
    /// hold up.
    func whenComplete(_ listener: @escaping @Sendable () -> Void) {
        let isComplete = state.withLock { state in
            if !state.isComplete { state.listeners.append(listener) }
            return state.isComplete
        }
        if isComplete { listener() }
    }

    /// Calls `observer` with the outcome, once it is there, on the thread for callbacks.
    func observe(_ observer: @escaping @Sendable (Result<Value, any Error>) -> Void) {
        whenComplete { CallbackThread.shared.run { observer(self.outcome()) } }
    }
}

extension PoolJob: Completion {
    func addWatcher(_ watcher: @escaping @Sendable () -> Void) -> UInt64? {
        state.withLock { state in
            guard !state.isComplete else { return nil }
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = watcher
            return state.lastWatcher
        }
    }

    func removeWatcher(_ number: UInt64) { state.withLock { $0.watchers[number] = nil } }

    /// For `wait(any:timeout:)`.
    var readiness: Readiness {
        // Whoever has the job has it from the one who noted its link.
        guard !isComplete, let endpoint = link?.endpoint else { return Readiness(way: .known) }
        return Readiness(way: .watching(endpoint, self))
    }
}
