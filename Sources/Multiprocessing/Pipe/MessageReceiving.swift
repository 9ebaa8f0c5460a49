/// A message that is being received from a pipe, step by step: out of the lane if there is one, else with the Host's help.
struct MessageReceiving {
    enum Step {
        case message(ReceivedMessage)
        case ask(Frame)
    }

    private let endpoint: Endpoint
    private let lane: ReceivingLane
    private let pipe: Address
    private let end: Int
    private let maximumCount: Int?
    private var time: TimeLeft
    /// Whether the thread may look for a moment whether something comes.
    private let mayLook: Bool

    init(
        at end: Int,
        of pipe: Address,
        _ endpoint: Endpoint,
        by lane: ReceivingLane,
        maximumCount: Int?,
        timeout: Duration?,
        mayLook: Bool
    ) {
        (self.end, self.pipe, self.endpoint, self.lane) = (end, pipe, endpoint, lane)
        self.maximumCount = maximumCount
        time = TimeLeft(timeout)
        self.mayLook = mayLook
    }

    /// The message, or what is to be asked.
    mutating func next() throws(ProcessingError) -> Step {
        if let message = try take() { return .message(message) }
        if mayLook, time.mayLook {
            lane.look()
            if let message = try take() { return .message(message) }
        }
        return .ask(
            endpoint.makeFrame(
                .pipeReceive,
                to: pipe,
                argument: PipeService.receiveArgument(
                    end: end,
                    maximumCount: maximumCount,
                    lane: lane.mark(at: endpoint)
                ),
                timeout: Timeout(time.next())
            )
        )
    }

    private func take() throws(ProcessingError) -> ReceivedMessage? {
        let (outcome, mustWake) = lane.take(maximumCount: maximumCount ?? .max)
        if mustWake { try endpoint.wakeLane(of: pipe, argument: UInt64(end)) }
        switch outcome {
        case .message(let bytes): return ReceivedMessage(bytes: bytes, start: 0)
        case .tooLong(let size): throw .messageTooLong(size, of: MessageReceiving.purpose)
        case .empty, .closed: return nil
        }
    }

    private static let purpose = "receiving from a pipe"

    /// Takes up the answer; returns the message, if it is one, and says that it has arrived.
    func note(_ reply: Frame) throws -> ReceivedMessage? {
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        if reply.code == Outcome.notFound.rawValue {
            throw ProcessingError(.endOfStream, "receiving from a pipe: the other end is gone")
        }
        if reply.code == Outcome.lookAgain.rawValue {
            lane.note(reply.argument)
            return nil
        }
        try reply.checkOutcome(of: MessageReceiving.purpose)
        try endpoint.acknowledge(reply, .pipeAcknowledge)
        lane.note(reply.argument)
        return ReceivedMessage(bytes: reply.bytes, start: Frame.headerSize)
    }
}

/// A message, as it was received.
struct ReceivedMessage {
    /// The message, from `start` on.
    fileprivate let bytes: [UInt8]
    fileprivate let start: Int

    /// Its size.
    var count: Int { bytes.count - start }

    func withBody<Result>(_ use: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes { try use(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// The message in an array of its own.
    var body: [UInt8] { start == 0 ? bytes : Array(bytes[start...]) }
}
