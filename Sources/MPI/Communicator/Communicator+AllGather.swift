extension Communicator {
    // MARK: Values

    /// Gives every rank the values of all ranks.
    ///
    /// Every rank calls it, with a value of its own.
    ///
    /// ```swift
    /// let hosts = try world.allGather(Environment.processorName)   // hosts[r] is rank r's
    /// ```
    /// - Parameter value: What this rank gives.
    /// - Returns: The values, in the order of the ranks.
    /// - Throws: What encoding or decoding throws; `MPIError` of class `remoteFailure` on the other ranks if a rank could not
    ///   encode its value.
    ///
    /// Collective · blocking · `MPI_Allgather`, `MPI_Allgatherv` (MPI 3.1 §5.7)
    public func allGather<Value: Codable>(_ value: Value) throws -> [Value] {
        let raw = try raw
        if isAlone { return [value] }
        if let between = try betweenGroups { return try between.exchange(value) }
        return try ScratchMemory.withOutgoing { bytes in
            let failure = appendMessage(value, ofRank: rank, to: &bytes)
            var values: [Value] = []
            values.reserveCapacity(size)
            var firstError = failure
            try bytes.withUnsafeBytes { own in
                try exchange(own, raw) { source, message in
                    guard firstError == nil else { return }
                    do {
                        // Its own value a rank has already.
                        values.append(
                            source == rank
                                ? value
                                : try ValueFormat.read(
                                    Value.self,
                                    from: message,
                                    "MPI_Allgather",
                                    rank: source
                                )
                        )
                    } catch {
                        firstError = error
                    }
                }
            }
            if let firstError { throw firstError }
            return values
        }
    }

    /// Gives every rank the messages of all ranks.
    private func exchange(
        _ own: UnsafeRawBufferPointer,
        _ raw: RawCommunicator,
        _ use: (Int, UnsafeRawBufferPointer) -> Void
    ) throws {
        let blockLength = CollectiveFrame.blockLength
        try withUninitializedBytes(blockLength * (size + 1)) { memory in
            let block = UnsafeMutableRawBufferPointer(rebasing: memory[..<blockLength])
            let blocks = UnsafeMutableRawBufferPointer(rebasing: memory[blockLength...])
            CollectiveFrame.fill(block, with: own)
            try raw.allGather(block.baseAddress, blocks.baseAddress, blockLength, .byte)
            let all = (0..<size).map { rank in
                UnsafeRawBufferPointer(rebasing: blocks[(rank * blockLength)..<((rank + 1) * blockLength)])
            }
            let lengths = all.map {
                CollectiveFrame.message(in: $0) == nil ? CollectiveFrame.length(in: $0) : 0
            }
            let total = lengths.reduce(0, +)
            guard total > 0 else {
                for rank in 0..<size { use(rank, CollectiveFrame.message(in: all[rank]) ?? all[rank]) }
                return
            }
            let rest = UnsafeMutableRawBufferPointer.allocate(byteCount: total, alignment: 16)
            defer { rest.deallocate() }
            try exchangeLong(own, lengths, rest, raw)
            var offset = 0
            for rank in 0..<size {
                let long = UnsafeRawBufferPointer(rebasing: rest[offset..<(offset + lengths[rank])])
                use(rank, CollectiveFrame.message(in: all[rank]) ?? long)
                offset += lengths[rank]
            }
        }
    }

    /// The second step: messages that did not fit into a block.
    private func exchangeLong(
        _ own: UnsafeRawBufferPointer,
        _ lengths: [Int],
        _ target: UnsafeMutableRawBufferPointer,
        _ raw: RawCommunicator
    ) throws(MPIError) {
        let total = target.count
        if total <= Int(Int32.max) {
            var offset: Int32 = 0
            let displacements = lengths.map { length in
                defer { offset += Int32(length) }
                return offset
            }
            _ = try raw.allGather(
                own.baseAddress,
                Int32(lengths[rank]),
                .byte,
                target.baseAddress,
                lengths.map { Int32($0) },
                displacements,
                .byte,
                .blocking
            )
            return
        }
        // Too much for the numbers of C: one after the other.
        var offset = 0
        for source in 0..<size where lengths[source] > 0 {
            let part = UnsafeMutableRawBufferPointer(rebasing: target[offset..<(offset + lengths[source])])
            if source == rank { part.copyMemory(from: own) }
            try raw.broadcast(part.baseAddress, part.count, .byte, root: Int32(source))
            offset += part.count
        }
    }

    // MARK: Buffers

    /// Gives every rank the elements of all ranks.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - result: Where the elements of all ranks are stored, in the order of the ranks; it has `size` times as many.
    /// - Throws: On **every** rank `MPIError` if one of the results has another length, or the ranks give different numbers of
    ///   elements: of class `count`, or `remoteFailure` where nothing is wrong.
    ///
    /// Collective · blocking · `MPI_Allgather` (MPI 3.1 §5.7)
    @inlinable
    public func allGather<Element: BufferElement>(
        _ elements: Span<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        let datatype = Element.datatype
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try allGatherBuffer(source, UnsafeMutableRawBufferPointer(target), elements.count, datatype)
            }
        }
    }

    @usableFromInline
    func allGatherBuffer(
        _ source: UnsafeRawBufferPointer,
        _ target: UnsafeMutableRawBufferPointer,
        _ count: Int,
        _ datatype: Datatype
    ) throws(MPIError) {
        let failure = Self.failure { () throws(MPIError) in
            try expect(target.count, toBe: source.count * peerCount, "MPI_Allgather")
        }
        let isDone = try gatherShortBlocks(
            source,
            into: target.baseAddress,
            elementLength: datatype.elementLength,
            failure,
            "MPI_Allgather"
        )
        if isDone { return }
        try raw.allGather(source.baseAddress, target.baseAddress, count * datatype.unitCount, datatype.raw)
    }

    /// Refuses memory of the wrong length.
    @inlinable
    @inline(__always)
    func expect(
        _ length: Int,
        toBe expected: Int,
        of unit: StaticString = "bytes",
        _ name: StaticString
    ) throws(MPIError) {
        if length != expected { throw wrongLength(length, expected, unit, name) }
    }

    @usableFromInline
    @inline(never)
    func wrongLength(
        _ length: Int,
        _ expected: Int,
        _ unit: StaticString,
        _ name: StaticString
    ) -> MPIError {
        MPIError(
            .count,
            call: name,
            text: "the memory for the result has \(length) \(unit) where \(expected) are needed"
        )
    }
}
