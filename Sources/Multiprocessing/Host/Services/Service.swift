/// Something that lives in one Host and is used by messages: a queue, a pipe, a pool.
///
/// A service is a value without input or output: it takes a request, and puts what it wants to say into an outbox.
/// It is asked again when a deadline passes and when a process has ended, so that nothing waits for the dead.
protocol Service {
    /// Takes up a request or a notice.
    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox)

    /// Ends the waits whose time is up.
    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox)

    /// Gives up the wait of a request that its sender no longer wants, with the outcome `timedOut`.
    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox)

    /// A process that may have used the service has ended.
    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox)

    /// A reply of this service came back: its receiver had ended.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox)

    /// The earliest moment at which `expire` has something to do.
    var nextDeadline: ContinuousClock.Instant? { get }
}

/// Where a service lives in its Host, and is changed: in a dictionary it would be moved out and back for every frame.
final class ServicePlace {
    var service: any Service
    /// How long it lives, unless it ends by itself or is removed.
    var tenure: ServiceTenure?

    init(_ service: any Service, tenure: ServiceTenure? = nil) {
        self.service = service
        self.tenure = tenure
    }
}

extension Service {
    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {}
    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {}
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {}
    var nextDeadline: ContinuousClock.Instant? { nil }

    /// Takes up a request or a notice, and says when `expire` has something to do: asked for that afterwards, it would be copied.
    mutating func deadline(
        afterHandling operation: Operation,
        _ request: inout Request,
        _ outbox: inout Outbox
    ) -> ContinuousClock.Instant? {
        handle(operation, &request, &outbox)
        return nextDeadline
    }
}

/// A request or notice as a service sees it.
struct Request: Sendable {
    let source: Address
    let correlation: UInt64
    let argument: UInt64
    let timeout: Timeout
    /// Whether an answer is expected.
    let wantsReply: Bool
    /// When it arrived.
    let now: ContinuousClock.Instant
    /// The whole frame, whose body is the item, if there is one.
    var frame: Frame

    init(_ frame: consuming Frame, now: ContinuousClock.Instant) {
        source = frame.source
        correlation = frame.correlation
        argument = frame.argument
        timeout = frame.timeout
        self.now = now
        wantsReply = frame.kind == .request
        self.frame = frame
    }

    /// Takes the frame out, so that its memory can be passed on without a copy.
    mutating func takeFrame() -> Frame {
        defer { frame = Frame.empty }
        return frame
    }

    var deadline: ContinuousClock.Instant? { timeout.deadline(from: now) }
    var waiter: Waiter { Waiter(address: source, correlation: correlation, deadline: deadline) }
}

/// Who waits for an answer, and until when.
struct Waiter: Hashable, Sendable {
    let address: Address
    let correlation: UInt64
    let deadline: ContinuousClock.Instant?
}

/// What a service has to say, in order.
struct Outbox {
    /// The address of the service that speaks.
    let service: Address
    /// The frames to send.
    private(set) var frames: [Frame] = []
    /// Processes to start, on behalf of the service.
    private(set) var starts: [Frame] = []
    /// Processes to send a signal to.
    private(set) var signals: [(process: Address, signal: Int32)] = []
    /// Passages that are over.
    private(set) var closedPassages: [ServicePassage] = []
    /// Whether the service is finished and can be removed.
    var isFinished = false

    init(service: Address) { self.service = service }

    /// Answers a waiter with an outcome, a number and perhaps a body.
    mutating func reply(
        to waiter: Waiter,
        _ outcome: Outcome = .done,
        argument: UInt64 = 0,
        body: [UInt8] = [],
        isLast: Bool = true
    ) {
        var frame = Frame(
            isLast ? .reply : .partialReply,
            code: outcome.rawValue,
            from: service,
            to: waiter.address,
            correlation: waiter.correlation,
            argument: argument,
            reserving: body.count
        )
        frame.bytes.append(contentsOf: body)
        send(frame)
    }

    /// Answers a request, unless it was a notice.
    mutating func reply(
        to request: Request,
        _ outcome: Outcome = .done,
        argument: UInt64 = 0,
        body: [UInt8] = []
    ) {
        guard request.wantsReply else { return }
        reply(to: request.waiter, outcome, argument: argument, body: body)
    }

    /// Answers a waiter with an item that arrived in another frame, without copying it: what stays in `item` is the answer
    /// itself, whose memory both have in common.
    mutating func reply(to waiter: Waiter, sharing item: inout Frame) {
        item.kind = .reply
        item.code = Outcome.done.rawValue
        item.source = service
        item.destination = waiter.address
        item.correlation = waiter.correlation
        item.seal()
        frames.append(item)
    }

    /// Answers a waiter with an item: with the frame that it came in, if it is all of it, else with a copy.
    mutating func reply(to waiter: Waiter, argument: UInt64 = 0, handing item: inout Backlog.Item) {
        guard item.part != nil else {
            // What it says of the item's sender means something else in an answer.
            item.frame.argument = argument
            return reply(to: waiter, sharing: &item.frame)
        }
        var frame = makeReply(to: waiter, argument: argument, reserving: item.bodySize)
        item.withBody { frame.bytes.append(contentsOf: $0) }
        send(frame)
    }

    /// Answers a waiter with several items.
    mutating func reply(to waiter: Waiter, argument: UInt64 = 0, batch items: [Backlog.Item]) {
        var frame = makeReply(to: waiter, argument: argument, reserving: ItemBatch.size(of: items))
        ItemBatch.append(items, to: &frame.bytes)
        send(frame)
    }

    /// Brings a process what it is lent without having asked.
    mutating func bring(_ delivery: Lending.Delivery) {
        var frame = Frame(
            .notice,
            code: Operation.lend.rawValue,
            from: service,
            to: delivery.borrower,
            argument: delivery.argument,
            reserving: ItemBatch.size(of: delivery.items)
        )
        ItemBatch.append(delivery.items, to: &frame.bytes)
        send(frame)
    }

    private func makeReply(to waiter: Waiter, argument: UInt64, reserving capacity: Int) -> Frame {
        Frame(
            .reply,
            code: Outcome.done.rawValue,
            from: service,
            to: waiter.address,
            correlation: waiter.correlation,
            argument: argument,
            reserving: capacity
        )
    }

    /// Sends a complete frame.
    mutating func send(_ frame: consuming Frame) {
        frame.seal()
        frames.append(frame)
    }

    /// Sends a sealed frame, whose memory somebody else has as well.
    mutating func send(sharing frame: Frame) { frames.append(frame) }

    /// Starts a process as `order` says.
    mutating func start(_ order: consuming Frame) {
        order.seal()
        starts.append(order)
    }

    /// Sends a signal to a process.
    mutating func signal(_ process: Address, _ signal: Int32) { signals.append((process, signal)) }

    /// Lets go of services that were held for what is over.
    mutating func close(_ passages: [ServicePassage]) { closedPassages += passages }
}
