internal import MessageCoding
internal import Synchronization

/// A job as its client sees it: what has arrived of it, and who wants to know when it is complete.
final class PoolJob<Value: Sendable>: Sendable {
    private struct State {
        var entries: [Frame] = []
        var outcome: Result<Value, any Error>?
        var isDecoding = false
        var isComplete = false
        var observers: [@Sendable (Result<Value, any Error>) -> Void] = []
    }

    private let state: Monitor<State>
    private let assemble: @Sendable ([Frame]) throws -> Value
    private let purpose: String

    /// - Parameter assemble: Makes the value of the frames that carry the results.
    init(purpose: String, assemble: @escaping @Sendable ([Frame]) throws -> Value) {
        state = Monitor(State())
        self.purpose = purpose
        self.assemble = assemble
    }

    /// Takes a frame of the answer.
    func accept(_ frame: Frame) {
        let isLast = frame.kind != .partialReply
        let mustNotify = state.withLock { state in
            state.entries.append(frame)
            guard isLast else { return false }
            state.isComplete = true
            return !state.observers.isEmpty
        }
        guard isLast else { return }
        state.wakeAll()
        // Observers are told at once; without any, the decoding is left to the one who asks for the result.
        if mustNotify { CallbackThread.shared.run { self.settle() } }
    }

    /// Fails the job before anything was sent.
    func fail(_ error: any Error) {
        state.withLock { state in
            state.isComplete = true
            state.outcome = .failure(error)
        }
        state.wakeAll()
        settle()
    }

    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// Waits until the job is complete. Returns false when the time is up first.
    func wait(timeout: Duration?) -> Bool {
        let deadline = Timeout(timeout).deadline(from: .now)
        return state.wait(until: deadline) { $0.isComplete ? true : nil } ?? false
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
        if let last = frames.last, last.code != Outcome.done.rawValue {
            if last.code == Outcome.failed.rawValue { throw ProcessingError(.brokenPool, "\(purpose): \(last.text)") }
            try last.checkOutcome(of: purpose)
        }
        return try assemble(frames)
    }

    /// Calls `observer` with the outcome, on the thread for callbacks, or here if it is there already.
    func observe(_ observer: @escaping @Sendable (Result<Value, any Error>) -> Void) {
        let isComplete = state.withLock { state in
            if !state.isComplete { state.observers.append(observer) }
            return state.isComplete
        }
        if isComplete { CallbackThread.shared.run { observer(self.outcome()) } }
    }

    private func settle() {
        let observers = state.withLock { state in
            defer { state.observers = [] }
            return state.observers
        }
        let outcome = outcome()
        for observer in observers { observer(outcome) }
    }
}

/// The thread on which callbacks run, so that one that takes its time, or asks the pool for more, holds up nothing else.
final class CallbackThread: Sendable {
    static let shared = CallbackThread()

    private struct State {
        var isRunning = false
        var work: [@Sendable () -> Void] = []
    }
    private let state = Monitor(State())

    func run(_ work: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.work.append(work)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return state.wakeAll() }
        do {
            try NativeThread(name: "mpi-callbacks") { self.serve() }.detach()
        } catch {
            // Without a thread of their own they run here, rather than never.
            state.withLock { $0.isRunning = false }
            work()
        }
    }

    private func serve() -> Never {
        while true {
            let work = state.wait { state -> [@Sendable () -> Void]? in
                guard !state.work.isEmpty else { return nil }
                defer { state.work = [] }
                return state.work
            }
            for item in work ?? [] { item() }
        }
    }
}
