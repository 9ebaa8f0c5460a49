internal import MessageCoding
internal import Synchronization

// Not final for the sake of `JoinableQueue`. All its properties are constants of types that are `Sendable`, and nobody
// outside of this module can make a subclass.

/// A queue that any number of processes put items into and take items from, first in, first out.
///
/// ```swift
/// let queue = try Queue<Int>()
/// let producer = Process { for number in 0..<10 { try queue.put(number) } }
/// try producer.start()
/// for _ in 0..<10 { print(try queue.get(timeout: .seconds(5))) }
/// ```
/// The queue itself lives with the rank of the process that made it; what is sent to other processes is a handle to
/// it. The queue lasts as long as the process that made it holds it, or a process or a pool's job runs that it was given to; if it was
/// sent through a queue or a pipe, or returned, until `withProcesses` ends.
///
/// As `multiprocessing.Queue` in Python, except that nothing hangs and nothing is lost when a process ends: what `put` has
/// handed over reaches the queue even if its process ends at once, and an item that was taken by a process that ended before
/// `get` had received it goes back to its old place. With `lease` it goes back, too, if the process ends while it works on the
/// item. What goes back is not held up by the capacity. There is no thread that feeds the queue, and so no counterpart of
/// `join_thread` and `cancel_join_thread`.
public class Queue<Element: Codable & Sendable>: Codable, @unchecked Sendable {
    private let handle: ServiceHandle
    /// Items that are lent to this process.
    private let drawer: LoanDrawer
    /// The lanes that lead past the Host, while there are some.
    private let (outgoing, incoming): (SendingLane, ReceivingLane)
    /// How many items were put past the lane.
    private let putCount = Atomic(0)
    let capacity: Int
    /// Whether this process has closed the queue: nobody answers a `put` into a queue without a limit.
    private let isClosed = Atomic(false)

    /// Makes a queue.
    ///
    /// - Parameter capacity: The greatest number of items it holds; zero, as in Python, or nothing for any number.
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    public init(capacity: Int = 0) throws {
        let limit = max(0, capacity)
        handle = try ServiceHandle(making: .queue(capacity: limit == 0 ? nil : limit), for: "a queue")
        self.capacity = limit
        drawer = LoanDrawer(for: handle.address)
        (outgoing, incoming) = Queue.lanes(for: handle.address)
    }

    private static func lanes(for address: Address) -> (SendingLane, ReceivingLane) {
        (SendingLane(for: address, fullness: QueueService.fullness), ReceivingLane(for: address))
    }

    /// Whether a `put` is answered: there is always room in a queue without a limit, so no answer is needed.
    var answersPut: Bool { capacity > 0 }

    // MARK: Travelling

    private enum CodingKeys: CodingKey { case handle, capacity }

    /// The handle as it arrives in another process.
    public required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        handle = try container.decode(ServiceHandle.self, forKey: .handle)
        capacity = try container.decode(Int.self, forKey: .capacity)
        drawer = LoanDrawer(for: handle.address)
        (outgoing, incoming) = Queue.lanes(for: handle.address)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(handle, forKey: .handle)
        try container.encode(capacity, forKey: .capacity)
    }

    // MARK: Putting

    /// Puts an item at the end, once there is room.
    ///
    /// - Parameters:
    ///   - item: What to put; it is encoded here, so an error of its encoding is thrown here.
    ///   - timeout: How long to wait for room; `nil` waits as long as it takes, zero and less not at all.
    /// - Throws: `ProcessingError` of kind `full` when there was no room in time, `closed` after `close`; but what
    ///   is put into a queue without a limit after another process has closed it is dropped.
    ///
    /// As `Queue.put` in Python.
    public func put(_ item: Element, timeout: Duration? = nil) throws {
        let (endpoint, frame, departures) = try putFrame(item, timeout)
        guard answersPut else {
            let question = try putWithoutAnswer(consume frame, endpoint, departures, mayWait: true)
            guard let question else { return }
            return outgoing.note(try endpoint.call(question).argument)
        }
        do {
            try checkPut(try endpoint.call(consume frame))
        } catch {
            departures.giveBack()
            throw error
        }
    }

    /// Puts an item at the end, once there is room, without blocking the thread.
    ///
    /// When the task is cancelled while it waits, the item is not put and a `CancellationError` thrown. See `put(_:timeout:)`.
    public func put(_ item: Element, timeout: Duration? = nil) async throws {
        let (endpoint, frame, departures) = try putFrame(item, timeout)
        guard answersPut else {
            let question = try putWithoutAnswer(consume frame, endpoint, departures, mayWait: false)
            guard let question else { return }
            let reply = try await endpoint.call(question)
            return outgoing.note(reply.argument)
        }
        do {
            let reply = try await endpoint.call(consume frame)
            try checkPut(reply)
        } catch {
            departures.giveBack()
            throw error
        }
    }

    /// Puts an item at the end if there is room at once.
    ///
    /// As `Queue.put_nowait` in Python.
    public func putWithoutWaiting(_ item: Element) throws { try put(item, timeout: .zero) }

    /// Puts an item into the lane, or past it; or returns the request that puts it and asks for a lane.
    private func putWithoutAnswer(
        _ item: consuming Frame,
        _ endpoint: Endpoint,
        _ departures: Departures,
        mayWait: Bool
    ) throws(ProcessingError) -> Frame? {
        guard departures.isEmpty else {
            try endpoint.notify(consume item)
            return nil
        }
        let (outcome, mustWake) = item.withBody { outgoing.write($0, mayWait: mayWait) }
        if case .written = outcome {
            outgoing.giveBack(consume item)
            if mustWake { try endpoint.wakeLane(of: handle.address) }
            return nil
        }
        // Who has to wait for an answer keeps a Host that is busy from the next item, so it is asked ever more seldom.
        let count = putCount.add(1, ordering: .relaxed).newValue
        let isTime = count >= 4 && count & (count - 1) == 0 && count.trailingZeroBitCount.isMultiple(of: 2)
        guard isTime, outgoing.mark(at: endpoint) == 1 else {
            try endpoint.notify(consume item)
            return nil
        }
        item.argument = 1
        return item
    }

    private func putFrame(_ item: Element, _ timeout: Duration?) throws -> (Endpoint, Frame, Departures) {
        var (endpoint, frame) = try makePut(.put, timeout, reusing: outgoing.takeMemory())
        let departures = try MessageEncoder().encode(departing: item, appendingTo: &frame.bytes)
        return (endpoint, frame, departures)
    }

    /// Begins a frame to which what is put is appended.
    func makePut(
        _ operation: Operation,
        _ timeout: Duration?,
        reusing memory: consuming [UInt8] = []
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        guard !isClosed.load(ordering: .relaxed) else {
            throw ProcessingError(.closed, "putting into a queue: it is closed")
        }
        // Small items need no second piece of memory.
        return try handle.makeFrame(
            operation,
            timeout: timeout,
            reserving: 64,
            reusing: memory,
            for: "putting into a queue"
        )
    }

    func checkPut(_ reply: Frame) throws {
        if reply.code == Outcome.timedOut.rawValue {
            try Task.checkCancellation()
            throw ProcessingError(.full, "the queue is full: it holds \(capacity) items")
        }
        try reply.checkOutcome(of: "putting into a queue")
    }

    // MARK: Getting

    /// Takes the first item, once there is one.
    ///
    /// - Parameter timeout: How long to wait for an item; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: The item.
    /// - Throws: `ProcessingError` of kind `empty` when there was no item in time, `closed` when the queue is closed and empty
    ///   and no other process has an item on lease that might come back.
    ///
    /// As `Queue.get` in Python.
    public func get(timeout: Duration? = nil) throws -> Element {
        var time = TimeLeft(timeout)
        while true {
            if let item = try itemAtHand(looking: time.mayLook) { return item }
            let (endpoint, question) = try makeItemGet(&time, looksForMore: time.mayLook)
            if let item = try item(try endpoint.call(question), endpoint) { return item }
        }
    }

    /// Takes the first item, once there is one, without blocking the thread.
    ///
    /// When the task is cancelled no item is taken and a `CancellationError` thrown. See `get(timeout:)`.
    public func get(timeout: Duration? = nil) async throws -> Element {
        var time = TimeLeft(timeout)
        while true {
            if let item = try itemAtHand() { return item }
            let (endpoint, question) = try makeItemGet(&time, looksForMore: false)
            let reply = try await endpoint.call(question)
            if let item = try item(reply, endpoint) { return item }
        }
    }

    /// Takes the first item if there is one at once.
    ///
    /// As `Queue.get_nowait` in Python.
    public func getWithoutWaiting() throws -> Element { try get(timeout: .zero) }

    /// An item that is here already, or is brought in a moment.
    private func itemAtHand(looking mayLook: Bool = false) throws -> Element? {
        if let item = drawer.take() { return try decode(item) }
        // In a later `withProcesses` nothing of a lane is left.
        guard incoming.isOpen, handle.isCurrent else {
            return try mayLook ? drawer.look().map { try decode($0) } : nil
        }
        if let item = incoming.take() { return try decode(item) }
        guard mayLook else { return nil }
        incoming.look()
        return try incoming.take().map { try decode($0) }
    }

    private func decode(_ item: [UInt8]) throws -> Element {
        try item.withUnsafeBytes { try MessageDecoder().decode(Element.self, from: $0) }
    }

    private func makeItemGet(_ time: inout TimeLeft, looksForMore: Bool) throws(ProcessingError) -> (
        Endpoint, Frame
    ) {
        var (endpoint, frame) = try makeGet(.get, time.next())
        if capacity == 0 {
            frame.argument = QueueService.getArgument(
                drawer: drawer.mark(at: endpoint, looksForMore: looksForMore),
                lane: incoming.mark(at: endpoint)
            )
        }
        return (endpoint, frame)
    }

    /// The item of an answer; `nil` when it has to be looked for again.
    private func item(_ reply: Frame, _ endpoint: Endpoint) throws -> Element? {
        drawer.noteAnswer()
        if reply.code == Outcome.lookAgain.rawValue {
            incoming.note(reply.argument)
            return nil
        }
        try checkGet(reply)
        try endpoint.acknowledge(reply)
        guard let item = drawer.accept(reply) else {
            throw ProcessingError(.transport, "taking from a queue: the answer was not understood")
        }
        return try decode(item)
    }

    /// Takes nothing more of what is at hand, so that whoever wants an item asks for it: what this process gives back itself may have its
    /// place before that.
    func leave() {
        drawer.leave()
        incoming.drop()
    }

    private func decode(_ item: LoanDrawer.Item) throws -> Element {
        try item.withBody { try MessageDecoder().decode(Element.self, from: $0) }
    }

    /// Begins a request for items.
    func makeGet(_ operation: Operation, _ timeout: Duration?, argument: UInt64 = 0) throws(ProcessingError)
        -> (endpoint: Endpoint, frame: Frame)
    {
        try handle.makeFrame(
            operation,
            argument: argument,
            timeout: timeout,
            for: "taking from a queue"
        )
    }

    func checkGet(_ reply: Frame) throws {
        if reply.code == Outcome.timedOut.rawValue {
            try Task.checkCancellation()
            throw ProcessingError(.empty, "the queue is empty")
        }
        try reply.checkOutcome(of: "taking from a queue")
    }

    func decode(_ reply: Frame) throws -> Element {
        try reply.withBody { try MessageDecoder().decode(Element.self, from: $0) }
    }

    // MARK: What is known

    /// How many items are in the queue now; those on lease are not.
    ///
    /// Other processes may change it at any time.
    ///
    /// As `Queue.qsize` in Python.
    public var count: Int { get throws { try askForCount(argument: 0) } }

    func askForCount(argument: UInt64) throws(ProcessingError) -> Int {
        let (endpoint, frame) = try makeFrame(.queueState, argument: argument)
        let reply = try endpoint.call(frame)
        try reply.checkOutcome(of: "asking a queue")
        return Int(clamping: reply.argument)
    }

    /// Begins a request that concerns the queue's state.
    func makeFrame(_ operation: Operation, argument: UInt64 = 0, timeout: Duration? = nil)
        throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame)
    {
        try handle.makeFrame(operation, argument: argument, timeout: timeout, for: "asking a queue")
    }

    /// Whether there is no item in the queue now.
    public var isEmpty: Bool { get throws { try count == 0 } }

    /// Whether there is no room in the queue now.
    public var isFull: Bool { get throws { capacity > 0 ? try count >= capacity : false } }

    /// Takes no more items, in any process; the ones that are there can still be taken, after which `get`
    /// fails with `closed`.
    ///
    /// Whoever waits for room is told, and whoever waits for an item as well, once none can come back any more from a process that
    /// has it on lease.
    ///
    /// As `Queue.close` in Python, which concerns one process only.
    public func close() throws {
        let (endpoint, frame) = try handle.makeFrame(.closeQueue, for: "closing a queue")
        try endpoint.call(frame).checkOutcome(of: "closing a queue")
        isClosed.store(true, ordering: .relaxed)
    }
}

extension Endpoint {
    /// Tells a service that what it answered has arrived, or what became of it.
    ///
    /// It is sent before the caller goes on, so that it comes before everything that the caller does then. A main program
    /// need not say that something has arrived: it is at the place where the service, or its Host's messages, are kept.
    func acknowledge(_ reply: Frame, _ operation: Operation = .acknowledge) throws(ProcessingError) {
        guard !address.isMainProgram || operation != .acknowledge && operation != .pipeAcknowledge else {
            return
        }
        try notify(makeFrame(operation, to: reply.source, argument: reply.correlation))
    }
}
