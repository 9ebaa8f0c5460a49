/// Waits until one or more of several things are ready: a connection or a queue has something, a process has ended, an event
/// is set, a result is there.
///
/// ```swift
/// while try wait(any: [connection, process]).contains(where: { $0 === connection }) {
///     print(try connection.receive())
/// }
/// ```
/// Nothing is taken from any of them. What is ready when this returns may have been taken by somebody else since.
///
/// - Parameters:
///   - things: What to wait for; they may live on different ranks.
///   - timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
/// - Returns: Those that are ready, in the order in which they were given; none when the time is up, or none were given.
/// - Throws: `ProcessingError` of kind `closed` for a connection that this process has closed, `misuse` for one that cannot
///   receive, and for a process that was not started.
///
/// As `multiprocessing.connection.wait` in Python.
public func wait(any things: [any Waitable], timeout: Duration? = nil) throws -> [any Waitable] {
    let questions = try Questions(things, timeout)
    defer { questions.cancel() }
    questions.watch()
    while let answer = questions.waitForAnswer() {
        // All that are ready have answered so already; the others answer when they hear that nobody waits any more.
        if try questions.note(answer) { questions.cancel() }
    }
    return questions.ready(of: things)
}

/// Waits until one or more of several things are ready, without blocking the thread.
///
/// When the task is cancelled the wait ends with a `CancellationError`. See `wait(any:timeout:)`.
public func wait(any things: [any Waitable], timeout: Duration? = nil) async throws -> [any Waitable] {
    let questions = try Questions(things, timeout)
    defer { questions.cancel() }
    try await withThrowingTaskGroup(of: Questions.Answer.self) { group in
        for (index, pending) in questions.open {
            group.addTask { Questions.Answer(index: index, reply: try await pending.value()) }
        }
        let deadline = questions.deadline
        for (index, completion) in questions.watched {
            group.addTask {
                await completion.settle(until: deadline)
                return Questions.Answer(index: index, reply: nil)
            }
        }
        if questions.isOver { group.cancelAll() }
        for try await answer in group where try questions.note(answer) {
            // The cancelled tasks have their questions answered at once.
            group.cancelAll()
        }
    }
    try Task.checkCancellation()
    return questions.ready(of: things)
}

/// The requests that are on their way on behalf of one call of `wait(any:timeout:)`.
private final class Questions {
    struct Answer: Sendable {
        let index: Int
        /// `nil` for what may have ended in this process.
        let reply: Frame?
    }

    /// Those that have no answer yet.
    private(set) var open: [Int: PendingReply] = [:]
    /// What ends in this process, and has not; and by which numbers it tells who waits.
    private(set) var watched: [Int: any Completion] = [:]
    private var watchers: [Int: UInt64] = [:]
    /// When the time is up for what ends in this process.
    let deadline: ContinuousClock.Instant?
    private var checks: [Int: @Sendable (Frame) throws -> Bool] = [:]
    private var readyIndices: Set<Int> = []
    private var endpoint: Endpoint?
    private var isCancelled = false

    init(_ things: [any Waitable], _ timeout: Duration?) throws {
        let ways = try things.map { try $0.readiness.way }
        for (index, way) in ways.enumerated() {
            if case .known = way { readyIndices.insert(index) }
        }
        // If something is ready already the others are only looked at.
        let timeout = readyIndices.isEmpty ? Timeout(timeout) : .zero
        deadline = timeout.deadline(from: .now)
        do {
            for (index, way) in ways.enumerated() {
                switch way {
                case .known: continue
                case .watching(let endpoint, let completion):
                    self.endpoint = endpoint
                    watched[index] = completion
                case .asking(let endpoint, var frame, let isReady):
                    frame.timeout = timeout
                    self.endpoint = endpoint
                    checks[index] = isReady
                    open[index] = try endpoint.request(frame)
                }
            }
        } catch {
            cancel()
            throw error
        }
    }

    /// Whether something is ready.
    var isOver: Bool { !readyIndices.isEmpty }

    /// Has a thread that waits for an answer woken by what ends in this process.
    func watch() {
        guard let endpoint else { return }
        for (index, completion) in watched {
            watchers[index] = completion.addWatcher { endpoint.wakeWaiters() }
        }
    }

    /// Blocks until one of the open questions is answered, or what is watched has ended; `nil` if there is nothing to wait for.
    func waitForAnswer() -> Result<Answer, ProcessingError>? {
        guard let endpoint else { return nil }
        while !open.isEmpty || !watched.isEmpty {
            // The services look after the time for what was asked of them.
            let limit = watched.isEmpty ? nil : deadline
            let answer = endpoint.wait(until: limit, isReading: watched.isEmpty) {
                [open, watched] () -> Result<Answer, ProcessingError>? in
                for (index, completion) in watched where completion.isComplete {
                    return .success(Answer(index: index, reply: nil))
                }
                for (index, pending) in open {
                    guard let result = pending.next() else { continue }
                    return result.map { Answer(index: index, reply: $0) }
                }
                return nil
            }
            if let answer { return answer }
            cancel()
        }
        return nil
    }

    /// Takes an answer in; returns whether something is ready.
    func note(_ answer: Result<Answer, ProcessingError>) throws -> Bool { try note(answer.get()) }

    /// Takes an answer in; returns whether something is ready.
    func note(_ answer: Answer) throws -> Bool {
        guard let reply = answer.reply else {
            look(at: answer.index)
            return isOver
        }
        open[answer.index] = nil
        if let isReady = checks[answer.index], try isReady(reply) { readyIndices.insert(answer.index) }
        return isOver
    }

    /// Looks for the last time whether what is watched has ended.
    private func look(at index: Int) {
        guard let completion = watched.removeValue(forKey: index) else { return }
        if let number = watchers.removeValue(forKey: index) { completion.removeWatcher(number) }
        if completion.isComplete { readyIndices.insert(index) }
    }

    /// Has the open questions answered at once, and looks at what is watched.
    func cancel() {
        guard !isCancelled else { return }
        isCancelled = true
        for index in Array(watched.keys) { look(at: index) }
        for pending in open.values { pending.cancel() }
    }

    func ready(of things: [any Waitable]) -> [any Waitable] {
        things.indices.filter { readyIndices.contains($0) }.map { things[$0] }
    }
}
