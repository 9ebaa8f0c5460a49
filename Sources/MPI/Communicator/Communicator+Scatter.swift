extension Communicator {
    // MARK: Values

    /// Gives every rank one of the values that one rank has.
    ///
    /// Every rank calls it. Rank r gets the value at index r.
    ///
    /// ```swift
    /// let share = try world.scatter(world.rank == 0 ? shares : nil, from: 0)
    /// ```
    /// - Parameters:
    ///   - values: On the root as many values as there are ranks; ignored on the others.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: The value for this rank.
    /// - Throws: On **every** rank an error if the root gives `nil` or another number of values, or cannot encode one: on the root
    ///   `MPIError` of class `count` or what encoding throws, on the others `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · `MPI_Scatter` (MPI 3.1 §5.6)
    public func scatter<Value: Codable>(_ values: [Value]?, from root: Int) throws -> Value {
        let raw = try raw
        let rootNumber = try rootNumber(root, "MPI_Scatter")
        let companion = isAlone ? raw : try companion()
        guard rank == root else {
            return try takeShare(raw, companion, rootNumber) { message in
                try ValueFormat.read(Value.self, from: message, "MPI_Scatter", rank: root)
            }
        }
        return try ScratchMemory.withOutgoing { bytes in
            var ranges: [Range<Int>] = []
            ranges.reserveCapacity(size)
            let failure = appendShares(values, &bytes, &ranges)
            try bytes.withUnsafeBytes { try giveShares($0, ranges, raw, companion, rootNumber) }
            if let failure { throw failure }
            guard let values else { throw Self.noValues() }
            return values[rank]
        }
    }

    /// Writes the messages for the other ranks one after the other; or word of a failure, which is the message for all of them.
    private func appendShares<Value: Codable>(
        _ values: [Value]?,
        _ bytes: inout [UInt8],
        _ ranges: inout [Range<Int>]
    ) -> (any Error)? {
        do {
            guard let values else { throw Self.noValues() }
            guard values.count == size else {
                throw MPIError(
                    .count,
                    call: "MPI_Scatter",
                    text: "the root gave \(values.count) values for \(size) ranks"
                )
            }
            for (destination, value) in values.enumerated() {
                let start = bytes.count
                if destination != rank { try ValueFormat.append(value, to: &bytes) }
                ranges.append(start..<bytes.count)
            }
            return nil
        } catch {
            bytes.removeAll(keepingCapacity: true)
            ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
            ranges = (0..<size).map { $0 == rank ? 0..<0 : 0..<bytes.count }
            return error
        }
    }

    private static func noValues() -> MPIError {
        MPIError(.count, call: "MPI_Scatter", text: "the root gave no values")
    }

    private func giveShares(
        _ messages: UnsafeRawBufferPointer,
        _ ranges: [Range<Int>],
        _ raw: RawCommunicator,
        _ companion: RawCommunicator,
        _ root: Int32
    ) throws {
        guard size > 1 else { return }
        let blockLength = CollectiveFrame.blockLength
        try withUninitializedBytes(blockLength * (size + 1)) { memory in
            let block = UnsafeMutableRawBufferPointer(rebasing: memory[..<blockLength])
            let blocks = UnsafeMutableRawBufferPointer(rebasing: memory[blockLength...])
            for destination in 0..<size {
                let range = (destination * blockLength)..<((destination + 1) * blockLength)
                CollectiveFrame.fill(
                    UnsafeMutableRawBufferPointer(rebasing: blocks[range]),
                    with: UnsafeRawBufferPointer(rebasing: messages[ranges[destination]])
                )
            }
            try raw.scatter(blocks.baseAddress, block.baseAddress, blockLength, .byte, root: root)
        }
        // All of the long ones at a time, so that no rank waits for another one's.
        var requests: [RawRequest] = []
        for destination in 0..<size where !CollectiveFrame.fits(ranges[destination].count, in: blockLength) {
            let message = UnsafeRawBufferPointer(rebasing: messages[ranges[destination]])
            requests.append(
                try companion.immediateSend(
                    message.baseAddress,
                    message.count,
                    .byte,
                    to: Int32(destination),
                    tag: 0
                )
            )
        }
        for var request in requests { try request.wait() }
    }

    private func takeShare<Value>(
        _ raw: RawCommunicator,
        _ companion: RawCommunicator,
        _ root: Int32,
        _ read: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        try withUninitializedBytes(CollectiveFrame.blockLength) { block in
            try raw.scatter(nil, block.baseAddress, block.count, .byte, root: root)
            if let message = CollectiveFrame.message(in: UnsafeRawBufferPointer(block)) {
                return try read(message)
            }
            return try companion.withMessage(from: root, read)
        }
    }

    // MARK: Buffers

    /// Gives every rank a part of the elements that one rank has.
    ///
    /// Every rank calls it, with a result of the same length. Rank r gets the r-th part.
    ///
    /// ```swift
    /// var part = [Double](repeating: 0, count: 1000)
    /// try world.scatter(world.rank == 0 ? all.span : nil, into: &part, from: 0)
    /// ```
    /// - Parameters:
    ///   - elements: On the root `size` times as many elements as the result has; ignored on the others.
    ///   - result: Where the elements for this rank are stored.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: On **every** rank `MPIError` if the root gives `nil` or another number of elements, or the results have different
    ///   lengths: of class `count`, or `remoteFailure` where nothing is wrong.
    ///
    /// Collective · blocking · `MPI_Scatter` (MPI 3.1 §5.6)
    @inlinable
    public func scatter<Element: BufferElement>(
        _ elements: Span<Element>?,
        into result: inout [Element],
        from root: Int
    ) throws(MPIError) {
        let datatype = Element.datatype
        let count = result.count
        try result.withReceivingBuffer { (target) throws(MPIError) in
            let target = UnsafeMutableRawBufferPointer(target)
            guard let elements else {
                return try scatterBuffer(
                    UnsafeRawBufferPointer(start: nil, count: 0),
                    target,
                    count,
                    datatype,
                    root
                )
            }
            try elements.withUnsafeBytes { (source) throws(MPIError) in
                try scatterBuffer(source, target, count, datatype, root)
            }
        }
    }

    @usableFromInline
    func scatterBuffer(
        _ source: UnsafeRawBufferPointer,
        _ target: UnsafeMutableRawBufferPointer,
        _ count: Int,
        _ datatype: Datatype,
        _ root: Int
    ) throws(MPIError) {
        let rootNumber = try rootNumber(root, "MPI_Scatter")
        let failure = Self.failure { () throws(MPIError) in
            if rank == root { try expect(source.count, toBe: target.count * size, "MPI_Scatter") }
        }
        try agree(onCount: target.count, failure, "MPI_Scatter")
        try raw.scatter(
            source.baseAddress,
            target.baseAddress,
            count * datatype.unitCount,
            datatype.raw,
            root: rootNumber
        )
    }
}
