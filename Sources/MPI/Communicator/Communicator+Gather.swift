extension Communicator {
    // MARK: Values

    /// Gives one rank the values of all ranks.
    ///
    /// Every rank calls it, with a value of its own.
    ///
    /// ```swift
    /// if let results = try world.gather(result, to: 0) {
    ///     print(results)                         // on rank 0; results[r] is rank r's
    /// }
    /// ```
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - root: The rank that gets the values, the same on every rank.
    /// - Returns: On the root the values, in the order of the ranks; `nil` on the others.
    /// - Throws: What encoding throws on its rank, and on the root then `MPIError` of class `remoteFailure`; what decoding throws
    ///   on the root.
    ///
    /// Collective · blocking · `MPI_Gather` (MPI 3.1 §5.5)
    public func gather<Value: Codable>(_ value: Value, to root: Int) throws -> [Value]? {
        let raw = try raw
        let rootNumber = try rootNumber(root, "MPI_Gather")
        if isAlone { return [value] }
        let companion = try companion()
        guard rank == root else {
            try ScratchMemory.withOutgoing { bytes in
                let failure = appendMessage(value, ofRank: rank, to: &bytes)
                try bytes.withUnsafeBytes { try give($0, raw, companion, rootNumber) }
                if let failure { throw failure }
            }
            return nil
        }
        var values: [Value] = []
        values.reserveCapacity(size)
        var firstError: (any Error)?
        try take(raw, companion, rootNumber) { source, message in
            guard firstError == nil else { return }
            do {
                values.append(
                    source == rank
                        ? value : try ValueFormat.read(Value.self, from: message, "MPI_Gather", rank: source)
                )
            } catch {
                firstError = error
            }
        }
        if let firstError { throw firstError }
        return values
    }

    /// Gives the root a message.
    private func give(
        _ message: UnsafeRawBufferPointer,
        _ raw: RawCommunicator,
        _ companion: RawCommunicator,
        _ root: Int32
    ) throws {
        try withUninitializedBytes(CollectiveFrame.blockLength) { block in
            CollectiveFrame.fill(block, with: message)
            try raw.gather(block.baseAddress, nil, block.count, .byte, root: root)
        }
        guard !CollectiveFrame.fits(message.count, in: CollectiveFrame.blockLength) else { return }
        try companion.send(message.baseAddress, message.count, .byte, to: root, tag: 0)
    }

    /// Takes a message from every rank but the root itself, for which the message is empty.
    private func take(
        _ raw: RawCommunicator,
        _ companion: RawCommunicator,
        _ root: Int32,
        _ use: (Int, UnsafeRawBufferPointer) -> Void
    ) throws {
        let blockLength = CollectiveFrame.blockLength
        try withUninitializedBytes(blockLength * (size + 1)) { memory in
            let block = UnsafeMutableRawBufferPointer(rebasing: memory[..<blockLength])
            let blocks = UnsafeMutableRawBufferPointer(rebasing: memory[blockLength...])
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            CollectiveFrame.fill(block, with: nothing)
            try raw.gather(block.baseAddress, blocks.baseAddress, blockLength, .byte, root: root)
            for source in 0..<size {
                let block = UnsafeRawBufferPointer(
                    rebasing: blocks[(source * blockLength)..<((source + 1) * blockLength)]
                )
                if let message = CollectiveFrame.message(in: block) {
                    use(source, message)
                    continue
                }
                try companion.withMessage(from: Int32(source)) { use(source, $0) }
            }
        }
    }

    // MARK: Buffers

    /// Gives one rank the elements of all ranks.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - result: On the root where the elements of all ranks are stored, in the order of the ranks; it has `size` times as many.
    ///     The other ranks' is not touched.
    ///   - root: The rank that gets the elements, the same on every rank.
    /// - Throws: On **every** rank `MPIError` if the result has another length, or the ranks give different numbers of elements: of class
    ///   `count`, or `remoteFailure` where nothing is wrong.
    ///
    /// Collective · blocking · `MPI_Gather` (MPI 3.1 §5.5)
    @inlinable
    public func gather<Element: BufferElement>(
        _ elements: Span<Element>,
        into result: inout [Element],
        to root: Int
    ) throws(MPIError) {
        let datatype = Element.datatype
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try gatherBuffer(
                    source,
                    UnsafeMutableRawBufferPointer(target),
                    elements.count,
                    datatype,
                    root
                )
            }
        }
    }

    /// Gives one rank the elements of all ranks.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - root: The rank that gets the elements, the same on every rank.
    /// - Returns: On the root the elements of all ranks, in the order of the ranks; `nil` on the others.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Gather` (MPI 3.1 §5.5)
    @inlinable
    public func gather<Element: BufferElement>(_ elements: Span<Element>, to root: Int) throws(MPIError)
        -> [Element]?
    {
        let datatype = Element.datatype
        let total = rank == root ? elements.count * size : 0
        var result = [Element](unsafeUninitializedCapacity: total) { $1 = total }
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try gatherBuffer(
                    source,
                    UnsafeMutableRawBufferPointer(target),
                    elements.count,
                    datatype,
                    root
                )
            }
        }
        return rank == root ? result : nil
    }

    @usableFromInline
    func gatherBuffer(
        _ source: UnsafeRawBufferPointer,
        _ target: UnsafeMutableRawBufferPointer,
        _ count: Int,
        _ datatype: Datatype,
        _ root: Int
    ) throws(MPIError) {
        let rootNumber = try rootNumber(root, "MPI_Gather")
        let failure = Self.failure { () throws(MPIError) in
            if rank == root { try expect(target.count, toBe: source.count * size, "MPI_Gather") }
        }
        try agree(onCount: source.count, failure, "MPI_Gather")
        try raw.gather(
            source.baseAddress,
            target.baseAddress,
            count * datatype.unitCount,
            datatype.raw,
            root: rootNumber
        )
    }
}
