extension Queue {
    // Disfavoured, since else a closure without `await` would choose this one, which blocks its thread, even where the
    // caller can suspend.

    /// Takes the first item, once there is one, for as long as the work with it lasts.
    ///
    /// If the process ends during the work, in whatever way, or the work throws an error, the item goes back to its old
    /// place, before everything that was put later, and the next one takes it. So an item is lost to no death, but may be
    /// worked on more than once. The work may take further items; a queue that is closed and empty says so then, even if
    /// another process has an item on lease.
    ///
    /// ```swift
    /// let size = try queue.lease { path in try convert(path) }
    /// ```
    /// In a `JoinableQueue` the item is finished when the work has returned: the work does not call `taskDone` for it.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait for an item; `nil` waits as long as it takes, zero and less not at all.
    ///   - work: What to do with the item.
    /// - Returns: What the work returns.
    /// - Throws: As `get(timeout:)`; and what the work throws, after the item has gone back. An item that cannot be decoded
    ///   does not go back, since nobody else could decode it either.
    ///
    /// Python has no counterpart.
    @_disfavoredOverload
    public func lease<Result>(timeout: Duration? = nil, _ work: (Element) throws -> Result) throws -> Result {
        let (endpoint, frame) = try makeGet(.lease, timeout)
        let reply = try endpoint.call(frame)
        let item = try leasedItem(reply, endpoint)
        let result: Result
        do {
            result = try work(item)
        } catch {
            // If the Host is gone, so is the queue.
            leave()
            try? endpoint.acknowledge(reply, .returnLease)
            throw error
        }
        try endpoint.acknowledge(reply, .finishLease)
        return result
    }

    /// Takes the first item, once there is one, for as long as the work with it lasts, without blocking the thread.
    ///
    /// When the task is cancelled while it waits no item is taken and a `CancellationError` thrown; what the work makes of a
    /// cancellation is its own affair. See `lease(timeout:_:)`.
    public func lease<Result>(
        timeout: Duration? = nil,
        _ work: (Element) async throws -> Result
    ) async throws -> Result {
        let (endpoint, frame) = try makeGet(.lease, timeout)
        let reply = try await endpoint.call(frame)
        let item = try leasedItem(reply, endpoint)
        let result: Result
        do {
            result = try await work(item)
        } catch {
            // If the Host is gone, so is the queue.
            leave()
            try? endpoint.acknowledge(reply, .returnLease)
            throw error
        }
        try endpoint.acknowledge(reply, .finishLease)
        return result
    }

    private func leasedItem(_ reply: Frame, _ endpoint: Endpoint) throws -> Element {
        try checkGet(reply)
        do {
            return try decode(reply)
        } catch {
            try? endpoint.acknowledge(reply, .finishLease)
            throw error
        }
    }
}
