/// A message that is being sent through a pipe, step by step: past the Host if there is a lane, else with its help.
struct MessageSending {
    /// What is asked of the service.
    private enum Question {
        case message
        case room
    }

    private let endpoint: Endpoint
    private let lane: SendingLane
    private let end: Int
    private let departures: Departures
    private var frame: Frame
    private var time: TimeLeft
    /// Whether the thread may look for a moment whether there is room.
    private let mayLook: Bool
    private var question = Question.message

    /// The frame is the request to send it, with its body.
    init(
        _ frame: Frame,
        from end: Int,
        at endpoint: Endpoint,
        by lane: SendingLane,
        _ departures: Departures,
        timeout: Duration?,
        mayLook: Bool
    ) {
        (self.frame, self.end, self.endpoint, self.lane) = (frame, end, endpoint, lane)
        self.departures = departures
        time = TimeLeft(timeout)
        self.mayLook = mayLook
    }

    /// What is to be asked now; `nil` when the message has been sent.
    mutating func next() throws(ProcessingError) -> Frame? {
        // Connections in a message are to be given back if the far end turns out to be gone.
        while departures.isEmpty {
            let (outcome, mustWake) = frame.withBody { lane.write($0, mayWait: mayLook && time.mayLook) }
            switch outcome {
            case .written:
                if mustWake { try endpoint.wakeLane(of: frame.destination, argument: UInt64(1 - end)) }
                return nil
            case .closed: return ask(.message)
            case .full:
                if mayLook, time.mayLook {
                    var wait = SpinWait()
                    while !lane.hasRoom, wait.goOn() {}
                    if lane.hasRoom { continue }
                }
                // A reader that has gone astray may say again and again that there is room.
                if case .room = question, time.next() == .zero {
                    throw ProcessingError(.timedOut, "sending through a pipe: the time was up")
                }
                lane.announceSleep()
                if !lane.hasRoom { return ask(.room) }
            }
        }
        return ask(.message)
    }

    private mutating func ask(_ question: Question) -> Frame {
        self.question = question
        switch question {
        case .message:
            frame.argument = UInt64(end) | lane.mark(at: endpoint) << 1
            frame.timeout = Timeout(time.next())
            // It is asked for the last time: so it has its memory to itself.
            defer { frame = .empty }
            return frame
        case .room:
            return endpoint.makeFrame(
                .pipeAwaitRoom,
                to: frame.destination,
                argument: UInt64(1 - end),
                timeout: Timeout(time.next())
            )
        }
    }

    /// Takes up the answer; returns whether the message has been sent.
    func note(_ reply: Frame) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        try reply.checkOutcome(of: "sending through a pipe")
        guard case .message = question else { return false }
        lane.note(reply.argument)
        return true
    }
}
