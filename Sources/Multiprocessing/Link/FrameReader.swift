/// Takes frames out of a ring.
struct FrameReader: Sendable {
    private var ring: RingReader
    /// A frame that is longer than the ring, of which a part has arrived, and its full size.
    private var partial: [UInt8] = []
    private var partialSize = 0

    init(_ ring: Ring) { self.ring = RingReader(ring) }

    /// Whether anything has arrived since the last look.
    var hasInput: Bool { ring.hasInput }

    /// Takes note of what has arrived by now, from which `next` makes frames.
    ///
    /// Throws when the bytes cannot be: the link is then useless.
    mutating func look() throws(FrameError) { try ring.look() }

    /// The next frame that was complete at the last look, if there is one.
    ///
    /// Throws when the bytes are no frame: the link is then useless.
    mutating func next() throws(FrameError) -> Frame? {
        if partialSize > 0 { return try goOn() }
        guard ring.count >= Frame.headerSize else { return nil }
        let bodySize = try withUnsafeTemporaryAllocation(byteCount: Frame.headerSize, alignment: 8) {
            (header) throws(FrameError) in
            ring.peek(into: header)
            return try Frame.validate(header: UnsafeRawBufferPointer(header))
        }
        let size = Frame.headerSize + bodySize
        if size > ring.capacity {
            partialSize = size
            return try goOn()
        }
        guard ring.count >= size else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { memory, count in
            ring.take(into: UnsafeMutableRawBufferPointer(memory))
            count = size
        }
        // The writer can still change what it has written: only the copy counts.
        return try Frame(received: bytes)
    }

    /// The next frame; in place of several small notices behind one another that put an item into the same queue, one that puts
    /// all of them: a producer that is quick costs its Host little for each item then, and no item waits for that.
    mutating func nextGathering() throws(FrameError) -> Frame? {
        guard let first = try next() else { return nil }
        guard first.isGatherable, sizeOfNext(after: first) != nil else { return first }
        // What is here is all that can become of it.
        let capacity = min(ItemBatch.size(of: first.bodySize) + ring.count, FrameReader.gatheringLimit)
        var batch = Frame(gathering: first, reserving: capacity)
        while let size = sizeOfNext(after: first),
            batch.bodySize + ItemBatch.size(of: size) <= FrameReader.gatheringLimit
        {
            ring.skip(Frame.headerSize)
            ItemBatch.append(count: size, to: &batch.bytes) { ring.take(into: $0) }
        }
        batch.seal()
        return batch
    }

    /// How long the body of a frame becomes that stands for several.
    private static let gatheringLimit = 64 << 10

    /// The size of the body of the next frame, if it is there and does the same as that one.
    private func sizeOfNext(after first: Frame) -> Int? {
        guard partialSize == 0, ring.count >= Frame.headerSize else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: Frame.headerSize, alignment: 8) { header in
            ring.peek(into: header)
            // One that is no frame is found out by the one who reads it.
            guard first.hasSameAim(as: UnsafeRawBufferPointer(header)),
                let size = try? Frame.validate(header: UnsafeRawBufferPointer(header)),
                size <= Frame.maximumGatherableSize, ring.count >= Frame.headerSize + size
            else { return nil }
            return size
        }
    }

    /// Takes what there is of a frame that is longer than the ring.
    private mutating func goOn() throws(FrameError) -> Frame? {
        let wanted = min(ring.count, partialSize - partial.count)
        // It grows as the bytes come in, since the length is only a claim.
        if partial.capacity < partial.count + wanted {
            partial.reserveCapacity(min(partialSize, max(16 << 20, 2 * partial.count)))
        }
        partial.append(addingCapacity: wanted) { output in
            output.withUnsafeMutableBufferPointer { memory, count in
                ring.take(
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(memory)[..<wanted]
                    )
                )
                count = wanted
            }
        }
        guard partial.count == partialSize else { return nil }
        defer {
            partial = []
            partialSize = 0
        }
        return try Frame(received: partial)
    }

    /// Whether the writer waits for room, and is to be woken by the caller.
    func mustWakeWriter() -> Bool { ring.mustWakeWriter() }

    /// Has the writer wake the reader once it has written something.
    ///
    /// What came before that is seen by `hasInput`.
    func askForInput() { ring.askForInput() }

    /// Takes that back: the reader looks by itself.
    func withdrawAsking() { ring.withdrawAsking() }
}
