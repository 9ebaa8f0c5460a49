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
    /// Messages that are lent to this process.
    let drawer: LoanDrawer
    private let permit: SendingPermit

    init(pipe: Address, epoch: UInt32, end: Int, canSend: Bool, canReceive: Bool) {
        self.pipe = pipe
        self.epoch = epoch
        self.end = end
        isWritable = canSend
        isReadable = canReceive
        drawer = LoanDrawer(for: pipe)
        permit = SendingPermit(for: pipe)
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
        drawer = LoanDrawer(for: pipe)
        permit = SendingPermit(for: pipe)
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
        let (endpoint, frame, departures) = try sendFrame(message, timeout)
        guard try !sendAtOnce(frame, endpoint, departures) else { return }
        do {
            try checkSend(try endpoint.call(frame))
        } catch {
            departures.giveBack()
            throw error
        }
    }

    /// Sends a message to the far end without blocking the thread.
    ///
    /// When the task is cancelled while it waits for room nothing is sent and a `CancellationError` thrown. See `send(_:timeout:)`.
    public func send(_ message: Message, timeout: Duration? = nil) async throws {
        let (endpoint, frame, departures) = try sendFrame(message, timeout)
        guard try !sendAtOnce(frame, endpoint, departures) else { return }
        do {
            try checkSend(try await endpoint.call(frame))
        } catch {
            departures.giveBack()
            throw error
        }
    }

    private func sendFrame(_ message: Message, _ timeout: Duration?) throws -> (Endpoint, Frame, Departures) {
        var (endpoint, frame) = try makeSend(timeout)
        let departures = try MessageEncoder().encode(departing: message, appendingTo: &frame.bytes)
        return (endpoint, frame, departures)
    }

    /// Begins a frame to which what is sent is appended.
    func makeSend(_ timeout: Duration?) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        guard isWritable else { throw ProcessingError(.misuse, "this end of the pipe can only receive") }
        let endpoint = try openEndpoint("sending through a pipe")
        let argument = UInt64(end) | permit.mark(at: endpoint) << 1
        return (
            endpoint,
            endpoint.makeFrame(
                .pipeSend,
                to: pipe,
                argument: argument,
                timeout: Timeout(timeout),
                reserving: 64
            )
        )
    }

    /// Sends a message without asking whether there is room, if that is known.
    func sendAtOnce(
        _ frame: borrowing Frame,
        _ endpoint: Endpoint,
        _ departures: Departures = Departures()
    ) throws(ProcessingError) -> Bool {
        // Connections in a message are to be given back if the far end turns out to be gone.
        guard frame.bodySize <= Permits.maximumSize, departures.isEmpty, permit.use(at: endpoint) else {
            return false
        }
        try endpoint.notify(copy frame)
        return true
    }

    func checkSend(_ reply: Frame) throws {
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        try reply.checkOutcome(of: "sending through a pipe")
        permit.note(reply.argument)
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
        let mayLook = LoanDrawer.mayLook(timeout)
        if let item = lentItem(looking: mayLook) { return try decode(item) }
        let (endpoint, frame) = try receiveFrame(.pipeReceive, timeout, looksForMore: mayLook)
        return try decode(try take(try endpoint.call(frame), endpoint))
    }

    /// Receives the next message without blocking the thread.
    ///
    /// See `receive(timeout:)`.
    public func receive(timeout: Duration? = nil) async throws -> Message {
        if let item = lentItem() { return try decode(item) }
        let (endpoint, frame) = try receiveFrame(.pipeReceive, timeout)
        let reply = try await endpoint.call(frame)
        return try decode(try take(reply, endpoint))
    }

    /// A message that is here already, or comes in a moment, if it is not too long.
    func lentItem(maximumCount: Int = .max, looking mayLook: Bool = false) -> LoanDrawer.Item? {
        // At an end that was closed there is none.
        guard isReadable else { return nil }
        return mayLook ? drawer.look(maximumSize: maximumCount) : drawer.take(maximumSize: maximumCount)
    }

    /// Begins a request for a message of at most so many bytes, or for what is known of it.
    func receiveFrame(
        _ operation: Operation,
        _ timeout: Duration?,
        maximumCount: Int? = nil,
        looksForMore: Bool = false
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        guard isReadable else { throw ProcessingError(.misuse, "this end of the pipe can only send") }
        let endpoint = try openEndpoint("receiving from a pipe")
        // No message is longer than what half of the argument can say.
        let limit = maximumCount.map { UInt64(min($0, Frame.maximumBodySize)) + 1 } ?? 0
        var argument = UInt64(end) | limit << 1
        if operation == .pipeReceive {
            argument |= PipeService.loanMark(drawer.mark(at: endpoint, looksForMore: looksForMore))
        }
        return (
            endpoint, endpoint.makeFrame(operation, to: pipe, argument: argument, timeout: Timeout(timeout))
        )
    }

    /// Throws what a reply reports unless it is a message, and says that the message has arrived.
    func take(_ reply: Frame, _ endpoint: Endpoint) throws -> LoanDrawer.Item {
        drawer.noteAnswer()
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        if reply.code == Outcome.notFound.rawValue {
            throw ProcessingError(.endOfStream, "receiving from a pipe: the other end is gone")
        }
        try reply.checkOutcome(of: "receiving from a pipe")
        try endpoint.acknowledge(reply, .pipeAcknowledge)
        guard let item = drawer.accept(reply) else {
            throw ProcessingError(.transport, "receiving from a pipe: the answer was not understood")
        }
        return item
    }

    private func decode(_ item: LoanDrawer.Item) throws -> Message {
        try item.withBody { try MessageDecoder().decode(Message.self, from: $0) }
    }

    /// Whether `receive` would return, or report the end of the stream, without waiting; waits for that if asked to.
    ///
    /// As `Connection.poll` in Python.
    public func poll(timeout: Duration? = .zero) throws -> Bool {
        let (endpoint, frame) = try receiveFrame(.pipePoll, timeout)
        return try canReceive(try endpoint.call(frame))
    }

    /// Whether `receive` would return, or report the end of the stream, without waiting; waits for that if asked to, without
    /// blocking the thread.
    ///
    /// When the task is cancelled the wait ends with a `CancellationError`.
    public func poll(timeout: Duration? = .zero) async throws -> Bool {
        let (endpoint, frame) = try receiveFrame(.pipePoll, timeout)
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
        drawer.giveBack()
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
