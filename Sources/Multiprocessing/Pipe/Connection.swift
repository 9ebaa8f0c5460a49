internal import MessageCoding
internal import Synchronization

/// One end of a pipe.
///
/// It can be sent to another process: captured by its closure, or as an argument. The far end reads the end of the stream when
/// every process that had this end has closed it, let go of it, or ended. The process that made the pipe counts only as
/// long as it has not given the end away, or if it uses it itself; so it need not close its copy.
///
/// A message that was handed to a process which ended before it had received it goes back to its old place, for the other
/// processes that have that end.
///
/// As `multiprocessing.connection.Connection` in Python. Where Python has `with`, write `defer { connection.close() }`.
public final class Connection<Message: Codable & Sendable>: Codable, Sendable {
    private let pipe: Address
    private let end: Int
    /// The `withProcesses` that the pipe belongs to: in a later one, something else may have its address.
    private let epoch: UInt32
    /// Whether messages can be sent through this end.
    public let isWritable: Bool
    /// Whether messages can be received at this end.
    public let isReadable: Bool
    private let isOpen = Mutex(true)
    /// The lanes that lead past the Host, while there are some.
    private let (outgoing, incoming): (SendingLane, ReceivingLane)

    init(pipe: Address, epoch: UInt32, end: Int, canSend: Bool, canReceive: Bool) {
        self.pipe = pipe
        self.epoch = epoch
        self.end = end
        isWritable = canSend
        isReadable = canReceive
        (outgoing, incoming) = (
            SendingLane(for: pipe, fullness: PipeService.fullness), ReceivingLane(for: pipe)
        )
    }

    deinit { close() }

    // MARK: Travelling

    private struct Ticket: Codable {
        var reservation: ConnectionReservation
        var epoch: UInt32
        var isWritable: Bool
        var isReadable: Bool
    }

    /// The end as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        let ticket = try decoder.singleValueContainer().decode(Ticket.self)
        let reservation = ticket.reservation
        guard reservation.end == 0 || reservation.end == 1 else {
            throw ProcessingError(.coding, "a connection to the end \(reservation.end) of a pipe")
        }
        pipe = reservation.pipe
        end = reservation.end
        epoch = ticket.epoch
        isWritable = ticket.isWritable
        isReadable = ticket.isReadable
        (outgoing, incoming) = (
            SendingLane(for: pipe, fullness: PipeService.fullness), ReceivingLane(for: pipe)
        )
        let endpoint = try Endpoint.required(for: "a connection", epoch: epoch)
        try endpoint.notify(
            endpoint.makeFrame(.pipeAttach, to: pipe, argument: reservation.argument)
        )
    }

    /// The end on its way to another process: from now on it counts, whatever becomes of this process.
    public func encode(to encoder: any Encoder) throws {
        guard isOpen.withLock({ $0 }) else {
            throw ProcessingError(.closed, "the connection is closed and cannot be sent")
        }
        let endpoint = try Endpoint.required(for: "sending a connection", epoch: epoch)
        let reservation = ConnectionReservation(
            pipe: pipe,
            end: end,
            token: ReservationToken.next(of: endpoint.address)
        )
        try endpoint.notify(
            endpoint.makeFrame(.pipeReserve, to: pipe, argument: reservation.argument)
        )
        Departures.note(reservation) { self.takeBack(reservation) }
        var container = encoder.singleValueContainer()
        try container.encode(
            Ticket(reservation: reservation, epoch: epoch, isWritable: isWritable, isReadable: isReadable)
        )
    }

    /// A connection to the same end did not leave after all.
    private func takeBack(_ reservation: ConnectionReservation) {
        // Under the lock, so that it comes before the news that this one is closed.
        isOpen.withLock { isOpen in
            guard let endpoint = Endpoint.current else { return }
            // If the Host is gone, so is the pipe.
            try? endpoint.notify(
                endpoint.makeFrame(
                    isOpen ? .pipeReturn : .pipeRelease,
                    to: pipe,
                    argument: UInt64(end) | reservation.token << 1
                )
            )
        }
    }

    // MARK: Sending

    /// Sends a message to the far end.
    ///
    /// A pipe is no store: when about a mebibyte has not been received yet, it waits until some of it is.
    ///
    /// - Parameters:
    ///   - message: What to send.
    ///   - timeout: How long to wait for room; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `closed` when nobody holds the far end any more or this end was closed,
    ///   `timedOut`, or `misuse` when this end can only receive.
    ///
    /// As `Connection.send` in Python.
    public func send(_ message: Message, timeout: Duration? = nil) throws {
        var (endpoint, frame) = try makeSend(reusing: outgoing.takeMemory())
        let departures = try MessageEncoder().encode(departing: message, appendingTo: &frame.bytes)
        if departures.isEmpty {
            // Most messages need no more than this.
            let (outcome, mustWake) = frame.withBody {
                outgoing.write($0, mayWait: LoanDrawer.mayLook(timeout))
            }
            if case .written = outcome {
                outgoing.giveBack(consume frame)
                return mustWake ? try wakeReader(endpoint) : ()
            }
        }
        try send((endpoint, sending(frame, at: endpoint, timeout, true, departures), departures))
    }

    private func wakeReader(_ endpoint: Endpoint) throws(ProcessingError) {
        try endpoint.wakeLane(of: pipe, argument: UInt64(1 - end))
    }

    /// Sends a message to the far end without blocking the thread.
    ///
    /// When the task is cancelled while it waits for room nothing is sent and a `CancellationError` thrown. See `send(_:timeout:)`.
    public func send(_ message: Message, timeout: Duration? = nil) async throws {
        var (endpoint, frame) = try makeSend()
        let departures = try MessageEncoder().encode(departing: message, appendingTo: &frame.bytes)
        try await send((endpoint, sending(frame, at: endpoint, timeout, false, departures), departures))
    }

    /// Begins a frame to which what is sent is appended.
    func makeSend(
        reusing memory: consuming [UInt8] = []
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        guard isWritable else { throw ProcessingError(.misuse, "this end of the pipe can only receive") }
        let endpoint = try openEndpoint("sending through a pipe")
        return (endpoint, endpoint.makeFrame(.pipeSend, to: pipe, reserving: 64, reusing: memory))
    }

    func sending(
        _ frame: Frame,
        at endpoint: Endpoint,
        _ timeout: Duration?,
        _ mayLook: Bool,
        _ departures: Departures = Departures()
    ) -> MessageSending {
        MessageSending(
            frame,
            from: end,
            at: endpoint,
            by: outgoing,
            departures,
            timeout: timeout,
            mayLook: mayLook
        )
    }

    func send(_ message: (endpoint: Endpoint, sending: MessageSending, departures: Departures)) throws {
        var (endpoint, sending, departures) = message
        do {
            while let question = try sending.next(), try !sending.note(try endpoint.call(question)) {}
        } catch {
            departures.giveBack()
            throw error
        }
    }

    func send(_ message: (endpoint: Endpoint, sending: MessageSending, departures: Departures)) async throws {
        var (endpoint, sending, departures) = message
        do {
            while let question = try sending.next() {
                let answer = try await endpoint.call(question)
                if try sending.note(answer) { return }
            }
        } catch {
            departures.giveBack()
            throw error
        }
    }

    // MARK: Receiving

    /// Receives the next message.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: The message.
    /// - Throws: `ProcessingError` of kind `endOfStream` when everything was received and nobody holds the far end any
    ///   more, `timedOut`, `closed` when this end was closed, or `misuse` when it can only send.
    ///
    /// As `Connection.recv` in Python.
    public func receive(timeout: Duration? = nil) throws -> Message {
        try decode(try receiveNext(timeout))
    }

    /// Receives the next message without blocking the thread.
    ///
    /// See `receive(timeout:)`.
    public func receive(timeout: Duration? = nil) async throws -> Message {
        try decode(try await receiveNext(timeout))
    }

    private func decode(_ message: ReceivedMessage) throws -> Message {
        try message.withBody { try MessageDecoder().decode(Message.self, from: $0) }
    }

    /// Receives the next message, if it is not longer than that, as bytes.
    func receiveNext(maximumCount: Int? = nil, _ timeout: Duration?) throws -> ReceivedMessage {
        var (endpoint, receiving) = try receiving(maximumCount, timeout, mayLook: true)
        while true {
            switch try receiving.next() {
            case .message(let message): return message
            case .ask(let question):
                if let message = try receiving.note(try endpoint.call(question)) { return message }
            }
        }
    }

    /// The same without blocking the thread.
    func receiveNext(maximumCount: Int? = nil, _ timeout: Duration?) async throws -> ReceivedMessage {
        var (endpoint, receiving) = try receiving(maximumCount, timeout, mayLook: false)
        while true {
            switch try receiving.next() {
            case .message(let message): return message
            case .ask(let question):
                let answer = try await endpoint.call(question)
                if let message = try receiving.note(answer) { return message }
            }
        }
    }

    private func receiving(
        _ maximumCount: Int?,
        _ timeout: Duration?,
        mayLook: Bool
    ) throws(ProcessingError) -> (Endpoint, MessageReceiving) {
        let endpoint = try readableEndpoint()
        let receiving = MessageReceiving(
            at: end,
            of: pipe,
            endpoint,
            by: incoming,
            maximumCount: maximumCount,
            timeout: timeout,
            mayLook: mayLook
        )
        return (endpoint, receiving)
    }

    private func readableEndpoint() throws(ProcessingError) -> Endpoint {
        guard isReadable else { throw ProcessingError(.misuse, "this end of the pipe can only send") }
        return try openEndpoint("receiving from a pipe")
    }

    /// Begins a request for what is known of the next message.
    func pollFrame(_ timeout: Duration?) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        let endpoint = try readableEndpoint()
        return (
            endpoint,
            endpoint.makeFrame(.pipePoll, to: pipe, argument: UInt64(end), timeout: Timeout(timeout))
        )
    }

    /// Whether `receive` would return, or report the end of the stream, without waiting; waits for that if asked to.
    ///
    /// As `Connection.poll` in Python.
    public func poll(timeout: Duration? = .zero) throws -> Bool {
        let (endpoint, frame) = try pollFrame(timeout)
        return try canReceive(try endpoint.call(frame))
    }

    /// Whether `receive` would return, or report the end of the stream, without waiting; waits for that if asked to, without
    /// blocking the thread.
    ///
    /// When the task is cancelled the wait ends with a `CancellationError`.
    public func poll(timeout: Duration? = .zero) async throws -> Bool {
        let (endpoint, frame) = try pollFrame(timeout)
        let reply = try await endpoint.call(frame)
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        return try canReceive(reply)
    }

    /// What the answer to `pipePoll` says.
    func canReceive(_ reply: Frame) throws(ProcessingError) -> Bool {
        switch Outcome(rawValue: reply.code) {
        // A cancelled wait has found nothing; a pipe that is gone reports its end at once.
        case .timedOut: return false
        case .notFound: return true
        default:
            try reply.checkOutcome(of: "asking a pipe")
            return reply.argument == 1
        }
    }

    // MARK: Closing

    /// Lets go of this end in this process.
    ///
    /// Other processes that have it keep it.
    public func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        guard wasOpen, let endpoint = Endpoint.current, endpoint.epoch == epoch else { return }
        outgoing.drop()
        incoming.drop()
        // If the Host is gone, so is the pipe.
        try? endpoint.notify(endpoint.makeFrame(.pipeRelease, to: pipe, argument: UInt64(end)))
    }

    /// Whether `close` was called.
    public var isClosed: Bool { !isOpen.withLock { $0 } }

    private func openEndpoint(_ purpose: String) throws(ProcessingError) -> Endpoint {
        guard isOpen.withLock({ $0 }) else {
            throw ProcessingError(.closed, "\(purpose): this end was closed")
        }
        return try Endpoint.required(for: purpose, epoch: epoch)
    }
}

/// Numbers that no two connections on their way have in common: who sends the connection, and a count.
enum ReservationToken {
    private static let last = Mutex<UInt64>(0)

    static func next(of address: Address) -> UInt64 {
        let number = last.withLock { last in
            last += 1
            return last
        }
        // 63 bits are there: the rank, the process, and a count.
        return sender(address) << countWidth | number & (1 << countWidth - 1)
    }

    private static let countWidth: UInt64 = 24

    private static func sender(_ address: Address) -> UInt64 {
        UInt64(UInt32(bitPattern: address.rank) & 0x7fff) << 23 | UInt64(address.serial & 0x7fffff)
    }

    /// Whether that process or main program has sent the connection with this number.
    static func isFrom(_ address: Address, _ token: UInt64) -> Bool { token >> countWidth == sender(address) }

    /// Whether somebody on that rank has sent the connection with this number.
    static func isFrom(rank: Int32, _ token: UInt64) -> Bool {
        token >> (countWidth + 23) == UInt64(UInt32(bitPattern: rank) & 0x7fff)
    }
}
