/// A queue without frills: no limit, no count.
///
/// As `multiprocessing.SimpleQueue` in Python, except that what is said of `Queue` holds here as well: nothing is lost or
/// hangs when a process ends.
public final class SimpleQueue<Element: Codable & Sendable>: Codable, Sendable {
    let queue: Queue<Element>

    /// Makes a queue.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    public init() throws { queue = try Queue() }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        queue = try decoder.singleValueContainer().decode(Queue<Element>.self)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(queue)
    }

    /// Puts an item at the end.
    ///
    /// - Throws: What the item's encoding throws; `ProcessingError` of kind `closed` after `close`.
    ///
    /// As `SimpleQueue.put` in Python.
    public func put(_ item: Element) throws { try queue.put(item) }

    /// Takes the first item, once there is one.
    ///
    /// - Parameter timeout: How long to wait for an item; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: The item.
    /// - Throws: `ProcessingError` of kind `empty` when there was no item in time, `closed` when the queue is closed and empty.
    ///
    /// As `SimpleQueue.get` in Python, which knows no timeout.
    public func get(timeout: Duration? = nil) throws -> Element { try queue.get(timeout: timeout) }

    /// Takes the first item, once there is one, without blocking the thread.
    ///
    /// When the task is cancelled no item is taken and a `CancellationError` thrown. See `get(timeout:)`.
    public func get(timeout: Duration? = nil) async throws -> Element {
        try await queue.get(timeout: timeout)
    }

    /// Whether there is no item in the queue now.
    ///
    /// As `SimpleQueue.empty` in Python.
    public var isEmpty: Bool { get throws { try queue.isEmpty } }

    /// Takes no more items, in any process; the ones that are there can still be taken.
    ///
    /// As `SimpleQueue.close` in Python, which concerns one process only and loses what is in the queue there.
    public func close() throws { try queue.close() }
}
