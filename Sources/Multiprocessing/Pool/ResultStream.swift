internal import DequeModule

/// The results of a job as they come, for one who takes them one by one while the job goes on.
final class ResultStream<Output: Sendable>: Sendable {
    /// Makes a result of its bytes, or throws why there is none: what came of the task, and why its input could not be encoded.
    typealias Decoder = @Sendable (UInt8, UnsafeRawBufferPointer, (any Error)?) throws -> Output

    private struct Entry {
        let frame: Frame
        let body: Range<Int>
        let outcome: UInt8
    }

    private struct State {
        var link: JobLink?
        /// Results by their task, until it is their turn.
        var early: [Int: Entry] = [:]
        /// Results whose turn it is.
        var ready: Deque<(task: Int, entry: Entry)> = []
        var nextTask = 0
        /// How many tasks were handed in, and how many of their results were taken.
        var submitted = 0
        var taken = 0
        var inputsHaveEnded = false
        /// What ends the results after those of the tasks that were handed in: an error of the inputs.
        var inputFailure: (any Error)?
        /// What ends them now.
        var failure: (any Error)?
        var isOver = false
        var notEncoded: [Int: any Error] = [:]
        var waiters: [ContinuationHandle<Void>] = []
    }

    /// What there is to be had.
    private enum Step {
        case entry(task: Int, Entry, notEncoded: (any Error)?)
        case failure(any Error)
        case end
    }

    private let state = Monitor(State())
    private let isOrdered: Bool
    /// How many tasks may be handed in whose results were not taken.
    private let lookAhead: Int
    private let meter: ProgressMeter?
    private let decode: Decoder

    init(
        isOrdered: Bool,
        lookAhead: Int,
        progress: Pool.ProgressObserver?,
        decode: @escaping Decoder
    ) {
        self.decode = decode
        self.isOrdered = isOrdered
        self.lookAhead = lookAhead
        meter = progress.map { ProgressMeter(total: nil, $0) }
    }

    // MARK: Handing in

    /// How many more tasks may be handed in, and whether it is time to do so.
    ///
    /// While there is something to take, many are handed in together rather than one by one.
    func room(waitingForHalf: Bool) -> Int {
        state.withLock { state in
            guard !state.inputsHaveEnded, !state.isOver else { return 0 }
            let room = lookAhead - (state.submitted - state.taken)
            if waitingForHalf, !state.ready.isEmpty, room < (lookAhead + 1) / 2 { return 0 }
            return max(0, room)
        }
    }

    /// Notes that tasks are about to be handed in, before they are.
    func note(submitted count: Int, notEncoded: [Int: any Error]) {
        state.withLock { state in
            state.submitted += count
            state.notEncoded.merge(notEncoded) { first, _ in first }
        }
    }

    /// Notes that there are no more inputs, perhaps because of an error.
    func noteEndOfInputs(_ failure: (any Error)? = nil) {
        let total = state.withLock { state in
            state.inputsHaveEnded = true
            state.inputFailure = failure
            return state.submitted
        }
        meter?.know(total: total)
        wake()
    }

    func begin(_ link: JobLink) { state.withLock { $0.link = link } }

    /// Nobody wants the results any more.
    func cancel() {
        let link = state.withLock { state in
            defer { state.isOver = true }
            (state.ready, state.early) = ([], [:])
            return state.isOver ? nil : state.link
        }
        link?.cancel()
        wake()
    }

    // MARK: Results

    /// Takes a frame of the answer.
    func accept(_ frame: Frame) {
        let error = frame.poolError("applying a function to inputs as they come")
        let count = error == nil ? take(frame) : 0
        meter?.advance(by: count)
        if frame.kind != .partialReply {
            if let error { state.withLock { $0.failure = $0.failure ?? error } }
            if let meter { CallbackThread.shared.run { meter.finish() } }
        }
        wake()
    }

    private func take(_ frame: Frame) -> Int {
        var entries: [(task: Int, entry: Entry)] = []
        frame.withBody { body in
            var reader = PoolWire.Reader(body)
            while !reader.isAtEnd, let entry = try? reader.entry() {
                let start = entry.body.baseAddress.map { $0 - (body.baseAddress ?? $0) } ?? reader.position
                for task in entry.tasks {
                    let place = entry.place(of: task)
                    let range = start + place.lowerBound..<start + place.upperBound
                    entries.append((task, Entry(frame: frame, body: range, outcome: entry.outcome)))
                }
            }
        }
        state.withLock { state in
            guard !state.isOver else { return }
            guard isOrdered else { return state.ready.append(contentsOf: entries) }
            for (task, entry) in entries { state.early[task] = entry }
            while let entry = state.early.removeValue(forKey: state.nextTask) {
                state.ready.append((state.nextTask, entry))
                state.nextTask += 1
            }
        }
        return entries.count
    }

    private func wake() {
        let (waiters, link) = state.withLock { state in
            defer { state.waiters = [] }
            return (state.waiters, state.link)
        }
        for waiter in waiters { waiter.resume(with: .success(())) }
        state.wakeAll()
        link?.endpoint.wakeWaiters()
    }

    /// The next thing to be had, if it is there.
    private func takeStep(_ state: inout State) -> Step? {
        if let (task, entry) = state.ready.popFirst() {
            state.taken += 1
            return .entry(task: task, entry, notEncoded: state.notEncoded.removeValue(forKey: task))
        }
        if state.isOver { return .end }
        if let failure = state.failure {
            state.isOver = true
            return .failure(failure)
        }
        guard state.inputsHaveEnded, state.taken == state.submitted else { return nil }
        state.isOver = true
        return state.inputFailure.map { .failure($0) } ?? .end
    }

    private func finish(_ step: Step) throws -> Output? {
        switch step {
        case .end: return nil
        case .failure(let error): throw error
        case .entry(_, let entry, let notEncoded):
            return try entry.frame.withBody { body in
                let bytes = UnsafeRawBufferPointer(rebasing: body[entry.body])
                return try decode(entry.outcome, bytes, notEncoded)
            }
        }
    }

    /// Waits for the next result and takes it; `nil` when there are no more.
    func next(until deadline: ContinuousClock.Instant?) throws -> Output? {
        CallbackThread.shared.prepareToWait()
        let step =
            if let endpoint = state.withLock({ $0.link?.endpoint }) {
                endpoint.waitForWork(until: deadline) { state.withLock { takeStep(&$0) } }
            } else {
                state.wait(until: deadline) { takeStep(&$0) }
            }
        guard let step else {
            throw ProcessingError(.timedOut, "the next result was not there in time")
        }
        // There may be room now for those who hand in.
        wake()
        return try finish(step)
    }

    /// The same without blocking the thread; a cancelled task takes nothing.
    func next(until deadline: ContinuousClock.Instant?) async throws -> Output? {
        while true {
            try Task.checkCancellation()
            let handle = ContinuationHandle<Void>()
            let step = state.withLock { state in
                let step = self.takeStep(&state)
                if step == nil { state.waiters.append(handle) }
                return step
            }
            if let step {
                wake()
                return try finish(step)
            }
            try await handle.value(until: deadline)
        }
    }

    /// Waits until so many tasks may be handed in; returns false when nothing will be wanted any more.
    func waitForRoom(_ count: Int) async throws -> Bool {
        while true {
            try Task.checkCancellation()
            let handle = ContinuationHandle<Void>()
            let answer = state.withLock { state -> Bool? in
                if state.isOver || state.failure != nil { return false }
                if lookAhead - (state.submitted - state.taken) >= count { return true }
                state.waiters.append(handle)
                return nil
            }
            if let answer { return answer }
            try await handle.value(until: nil)
        }
    }
}
