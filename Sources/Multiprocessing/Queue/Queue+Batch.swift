internal import MessageCoding

extension Queue {
    /// Puts several items at the end, in one message.
    ///
    /// Items of other producers may come in between where the queue has a limit: then item after item goes in as there is
    /// room, and so there may be more of them than the queue holds.
    ///
    /// - Parameters:
    ///   - items: What to put, in order; if one of them cannot be encoded, none is put.
    ///   - timeout: How long to wait for room for all of them; `nil` waits as long as it takes, zero and less not at all.
    /// - Throws: `ProcessingError` of kind `full` when there was no room for all of them in time, `closed` after `close`;
    ///   what had found room by then stays in the queue.
    ///
    /// Python has no counterpart.
    public func put(contentsOf items: some Sequence<Element>, timeout: Duration? = nil) throws {
        guard let (endpoint, frame) = try putFrame(items, timeout) else { return }
        guard answersPut else { return try endpoint.notify(consume frame) }
        try checkPut(try endpoint.call(consume frame))
    }

    /// Puts several items at the end, in one message, without blocking the thread.
    ///
    /// When the task is cancelled while it waits, what had found room stays in the queue. See `put(contentsOf:timeout:)`.
    public func put(contentsOf items: some Sequence<Element>, timeout: Duration? = nil) async throws {
        guard let (endpoint, frame) = try putFrame(items, timeout) else { return }
        guard answersPut else { return try endpoint.notify(consume frame) }
        let reply = try await endpoint.call(consume frame)
        try checkPut(reply)
    }

    private func putFrame(_ items: some Sequence<Element>, _ timeout: Duration?) throws -> (Endpoint, Frame)?
    {
        var (endpoint, frame) = try makePut(.putBatch, timeout)
        // Of what is refused later, some may have found room: which, nobody says.
        _ = try Departures.during {
            for item in items {
                try ItemBatch.append(to: &frame.bytes) { try MessageEncoder().encode(item, appendingTo: &$0) }
            }
        }
        return frame.bodySize == 0 ? nil : (endpoint, frame)
    }

    /// Takes the first items, once there is one, in one message.
    ///
    /// - Parameters:
    ///   - maximumCount: How many to take at most, one or more.
    ///   - timeout: How long to wait for the first one; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: As many items as were there, in order: at least one. One that cannot be decoded ends them; it and what comes
    ///   after it go back to their places.
    /// - Throws: As `get(timeout:)`, and `misuse` for a count below one; the error of the first item if that cannot be decoded,
    ///   which takes this item, as `get` does, and no other.
    ///
    /// Python has no counterpart.
    public func get(upTo maximumCount: Int, timeout: Duration? = nil) throws -> [Element] {
        let (endpoint, frame) = try makeBatchGet(maximumCount, timeout)
        return try items(try endpoint.call(consume frame), endpoint)
    }

    /// Takes the first items, once there is one, in one message, without blocking the thread.
    ///
    /// When the task is cancelled no item is taken and a `CancellationError` thrown. See `get(upTo:timeout:)`.
    public func get(upTo maximumCount: Int, timeout: Duration? = nil) async throws -> [Element] {
        let (endpoint, frame) = try makeBatchGet(maximumCount, timeout)
        let reply = try await endpoint.call(consume frame)
        return try items(reply, endpoint)
    }

    private func makeBatchGet(_ maximumCount: Int, _ timeout: Duration?) throws(ProcessingError) -> (
        endpoint: Endpoint, frame: Frame
    ) {
        guard maximumCount > 0 else {
            throw ProcessingError(
                .misuse,
                "taking up to \(maximumCount) items from a queue: ask for one or more"
            )
        }
        return try makeGet(.getBatch, timeout, argument: UInt64(maximumCount))
    }

    private func items(_ reply: Frame, _ endpoint: Endpoint) throws -> [Element] {
        try checkGet(reply)
        var items: [Element] = []
        do {
            try reply.withBody { body in
                guard let ranges = ItemBatch.ranges(in: body) else {
                    throw ProcessingError(.transport, "taking from a queue: the answer was not understood")
                }
                items.reserveCapacity(ranges.count)
                for range in ranges {
                    let bytes = UnsafeRawBufferPointer(rebasing: body[range])
                    items.append(try MessageDecoder().decode(Element.self, from: bytes))
                }
            }
        } catch {
            // An item that nobody can decode must go, but alone.
            leave()
            try endpoint.acknowledge(reply, firstItems: max(1, items.count))
            guard !items.isEmpty else { throw error }
            return items
        }
        try endpoint.acknowledge(reply, firstItems: .max)
        return items
    }
}

extension Endpoint {
    /// Tells a queue that the first of several items have arrived; the others go back.
    fileprivate func acknowledge(_ reply: Frame, firstItems count: Int) throws(ProcessingError) {
        var frame = makeFrame(.acknowledgeSome, to: reply.source, argument: reply.correlation)
        withUnsafeBytes(of: UInt64(count).littleEndian) { frame.bytes.append(contentsOf: $0) }
        try notify(frame)
    }
}
