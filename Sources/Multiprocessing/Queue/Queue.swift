internal import MessageCoding
internal import Synchronization

/// A queue that any number of processes put items into and take items from, first in, first out.
///
/// ```swift
/// let queue = try Queue<Int>()
/// let producer = Process { for number in 0..<10 { try queue.put(number) } }
/// try producer.start()
/// for _ in 0..<10 { print(try queue.get(timeout: .seconds(5))) }
/// ```
/// The queue itself lives with the rank of the process that made it; what is sent to other processes is a handle to
/// it. It lasts as long as `withProcesses`, or, if no other process was given it, as long as the handle.
///
/// As `multiprocessing.Queue` in Python, except that nothing hangs when a process ends: an item that `put` has handed over
/// reaches the queue even if its process ends at once, and one that was taken by a process that ended before the Host
/// could hand it over is put back. What was handed to a process that is killed before it has read it is lost.
public final class Queue<Element: Codable & Sendable>: Codable, Sendable {
    private let handle: ServiceHandle
    private let capacity: Int
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
    }

    // MARK: Travelling

    private enum CodingKeys: CodingKey { case handle, capacity }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        handle = try container.decode(ServiceHandle.self, forKey: .handle)
        capacity = try container.decode(Int.self, forKey: .capacity)
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
        let (endpoint, frame) = try putFrame(item, timeout)
        // There is always room in a queue without a limit: no answer is needed.
        guard capacity > 0 else { return try endpoint.notify(frame) }
        try checkPut(try endpoint.call(frame))
    }

    /// Puts an item at the end, once there is room, without blocking the thread.
    ///
    /// See `put(_:timeout:)`.
    public func put(_ item: Element, timeout: Duration? = nil) async throws {
        let (endpoint, frame) = try putFrame(item, timeout)
        guard capacity > 0 else { return try endpoint.notify(frame) }
        let reply = try await endpoint.call(frame)
        try checkPut(reply)
    }

    /// Puts an item at the end if there is room at once.
    ///
    /// As `Queue.put_nowait` in Python.
    public func putWithoutWaiting(_ item: Element) throws { try put(item, timeout: .zero) }

    private func putFrame(_ item: Element, _ timeout: Duration?) throws -> (Endpoint, Frame) {
        guard !isClosed.load(ordering: .relaxed) else {
            throw ProcessingError(.closed, "putting into a queue: it is closed")
        }
        var (endpoint, frame) = try handle.makeFrame(
            .put,
            argument: QueueService.itemMark,
            timeout: timeout,
            for: "putting into a queue"
        )
        try MessageEncoder().encode(item, appendingTo: &frame.bytes)
        return (endpoint, frame)
    }

    private func checkPut(_ reply: Frame) throws {
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
    /// - Throws: `ProcessingError` of kind `empty` when there was no item in time, `closed` when the queue is closed and empty.
    ///
    /// As `Queue.get` in Python.
    public func get(timeout: Duration? = nil) throws -> Element {
        let (endpoint, frame) = try getFrame(timeout)
        return try item(try endpoint.call(frame))
    }

    /// Takes the first item, once there is one, without blocking the thread.
    ///
    /// When the task is cancelled no item is taken and a `CancellationError` thrown. See `get(timeout:)`.
    public func get(timeout: Duration? = nil) async throws -> Element {
        let (endpoint, frame) = try getFrame(timeout)
        let reply = try await endpoint.call(frame)
        return try item(reply)
    }

    /// Takes the first item if there is one at once.
    ///
    /// As `Queue.get_nowait` in Python.
    public func getWithoutWaiting() throws -> Element { try get(timeout: .zero) }

    private func getFrame(_ timeout: Duration?) throws -> (Endpoint, Frame) {
        try handle.makeFrame(.get, timeout: timeout, for: "taking from a queue")
    }

    private func item(_ reply: Frame) throws -> Element {
        if reply.code == Outcome.timedOut.rawValue {
            try Task.checkCancellation()
            throw ProcessingError(.empty, "the queue is empty")
        }
        try reply.checkOutcome(of: "taking from a queue")
        return try reply.withBody { try MessageDecoder().decode(Element.self, from: $0) }
    }

    // MARK: What is known

    /// How many items are in the queue now.
    ///
    /// Other processes may change it at any time.
    ///
    /// As `Queue.qsize` in Python.
    public var count: Int {
        get throws {
            let (endpoint, frame) = try handle.makeFrame(.queueState, for: "asking a queue")
            let reply = try endpoint.call(frame)
            try reply.checkOutcome(of: "asking a queue")
            return Int(clamping: reply.argument)
        }
    }

    /// Whether there is no item in the queue now.
    public var isEmpty: Bool { get throws { try count == 0 } }

    /// Whether there is no room in the queue now.
    public var isFull: Bool { get throws { capacity > 0 ? try count >= capacity : false } }

    /// Takes no more items, in any process; the ones that are there can still be taken, after which `get`
    /// fails with `closed`.
    ///
    /// Whoever waits for an item or for room is told.
    public func close() throws {
        let (endpoint, frame) = try handle.makeFrame(.closeQueue, for: "closing a queue")
        try endpoint.call(frame).checkOutcome(of: "closing a queue")
        isClosed.store(true, ordering: .relaxed)
    }
}
