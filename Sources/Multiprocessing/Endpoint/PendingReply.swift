internal import DequeModule
internal import Synchronization

/// What a request will be answered with: one frame, or several.
final class PendingReply: Sendable {
    let correlation: UInt64
    private let endpoint: Endpoint
    let service: Address
    private let operation: UInt16
    private let onFrame: (@Sendable (Frame) -> Void)?
    private let state = Mutex(State())

    private struct State {
        /// The first frame that was not taken, and those behind it: there is seldom more than one.
        var first: Frame?
        var others: Deque<Frame> = []
        var isFinished = false
        var failure: ProcessingError?
        var continuation: CheckedContinuation<Frame, any Error>?

        mutating func append(_ frame: Frame) {
            if first == nil { first = frame } else { others.append(frame) }
        }

        mutating func popFirst() -> Frame? {
            defer { if !others.isEmpty { first = others.popFirst() } }
            return first.take()
        }
    }

    init(
        endpoint: Endpoint,
        correlation: UInt64,
        service: Address,
        operation: UInt16,
        onFrame: (@Sendable (Frame) -> Void)?
    ) {
        self.endpoint = endpoint
        self.correlation = correlation
        self.service = service
        self.operation = operation
        self.onFrame = onFrame
    }

    /// Whether frames go to somebody who has asked for that.
    var handsOn: Bool { onFrame != nil }

    /// Takes a frame that has arrived.
    func accept(_ frame: Frame, isLast: Bool) {
        if let onFrame {
            onFrame(frame)
            if isLast { state.withLock { $0.isFinished = true } }
            return
        }
        let continuation = state.withLock { state in
            state.isFinished = isLast
            guard let continuation = state.continuation.take() else {
                state.append(frame)
                return nil as CheckedContinuation<Frame, any Error>?
            }
            return continuation
        }
        continuation?.resume(returning: frame)
    }

    /// Gives up: the answer will not come.
    func fail(_ error: ProcessingError) {
        if let onFrame {
            let outcome: Outcome =
                switch error.kind {
                case .noScope: .scopeEnded
                case .rankLost: .rankLost
                default: .hostLost
                }
            var frame = Frame(.reply, code: outcome.rawValue, from: service, to: endpoint.address)
            frame.bytes.append(contentsOf: error.message.utf8)
            onFrame(frame)
        }
        let continuation = state.withLock { state in
            state.failure = error
            return state.continuation.take()
        }
        continuation?.resume(throwing: error)
    }

    /// Blocks until the next frame of the answer has arrived.
    func wait() throws(ProcessingError) -> Frame {
        let wait = Recorder.current?.beginWait(operation, on: service)
        defer { wait?.end() }
        // Services answer when the time is up, so there is no deadline here that could pass.
        return try
            (endpoint.wait { self.next() } ?? .failure(ProcessingError(.timedOut, "no answer in time"))).get()
    }

    /// The next frame of the answer, or why there will be none, if that is known by now.
    func next() -> Result<Frame, ProcessingError>? {
        state.withLock { state in
            if let frame = state.popFirst() { return .success(frame) }
            return state.failure.map { .failure($0) }
        }
    }

    /// The next frame of the answer.
    ///
    /// When the task is cancelled, the service is asked to answer at once.
    func value() async throws -> Frame {
        let wait = Recorder.current?.beginWait(operation, on: service, isSuspension: true)
        defer { wait?.end() }
        endpoint.startReader()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Frame, any Error>? in
                    if let frame = state.popFirst() { return .success(frame) }
                    if let failure = state.failure { return .failure(failure) }
                    state.continuation = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Asks the service to stop waiting on behalf of this request; it answers in any case.
    func cancel() {
        let frame = endpoint.makeFrame(.cancel, to: service, argument: correlation)
        // If the Host is gone the wait ends by that.
        try? endpoint.notify(frame)
    }
}
