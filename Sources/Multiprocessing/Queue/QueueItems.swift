extension Queue {
    /// The items, each of which is taken as it is asked for, until the queue is closed and empty.
    ///
    /// ```swift
    /// for try await item in queue.items { print(item) }
    /// ```
    /// Several loops, in one process or in several, share the items. When the task is cancelled no item is taken and the
    /// loop ends with a `CancellationError`.
    ///
    /// Python has no counterpart; there a loop calls `get` until it meets an item that means the end.
    public var items: QueueItems<Element> { QueueItems(queue: self) }
}

/// The items of a queue, as a sequence: the result of `Queue.items`.
public struct QueueItems<Element: Codable & Sendable>: AsyncSequence, Sendable {
    let queue: Queue<Element>

    /// Begins to take items.
    public func makeAsyncIterator() -> Iterator { Iterator(queue: queue) }

    /// Takes an item at a time.
    public struct Iterator: AsyncIteratorProtocol {
        let queue: Queue<Element>

        /// Takes the first item, once there is one; `nil` when the queue is closed and empty.
        public mutating func next() async throws -> Element? {
            do {
                return try await queue.get()
            } catch let error as ProcessingError where error.kind == .closed {
                return nil
            }
        }
    }
}
