extension Communicator {
    // MARK: Values

    /// Gives every rank a value that one rank makes.
    ///
    /// Every rank calls it. The closure is called on the root only; if it throws, every rank throws, instead of waiting for a
    /// value that never comes.
    ///
    /// ```swift
    /// let configuration = try world.broadcast(from: 0) { try loadConfiguration() }
    /// ```
    /// - Parameters:
    ///   - root: The rank that makes the value, the same on every rank.
    ///   - make: Makes the value.
    /// - Returns: The value.
    /// - Throws: On the root what `make` or encoding throws; on the others `MPIError` of class `remoteFailure` in that case, or
    ///   what decoding throws.
    ///
    /// Collective · blocking · `MPI_Bcast` (MPI 3.1 §5.4)
    public func broadcast<Value: Codable>(from root: Int, _ make: () throws -> Value) throws -> Value {
        let raw = try raw
        let rootNumber = try rootNumber(root, "MPI_Bcast")
        if isAlone { return try make() }
        guard rank == root else { return try receiveBroadcast(Value.self, raw, rootNumber) }
        let value: Value
        do {
            value = try make()
        } catch {
            try sendBroadcast(failure: error, raw, rootNumber)
            throw error
        }
        try sendBroadcast(value, raw, rootNumber)
        return value
    }

    /// Gives every rank a value that one rank has.
    ///
    /// Every rank calls it. The expression is evaluated on the root only; if it throws, every rank throws.
    ///
    /// ```swift
    /// let seed = try world.broadcast(UInt64.random(in: .min ... .max), from: 0)
    /// ```
    /// - Parameters:
    ///   - value: The value.
    ///   - root: The rank that has it, the same on every rank.
    /// - Returns: The value.
    /// - Throws: As ``broadcast(from:_:)`` does.
    ///
    /// Collective · blocking · `MPI_Bcast` (MPI 3.1 §5.4)
    public func broadcast<Value: Codable>(_ value: @autoclosure () throws -> Value, from root: Int) throws
        -> Value
    {
        try broadcast(from: root, value)
    }

    /// Gives the other ranks a value, or word of why it cannot be encoded.
    ///
    /// The length of the block is the same on every rank.
    func sendBroadcast<Value: Encodable>(
        _ value: Value,
        _ raw: RawCommunicator,
        _ root: Int32,
        blockLength: Int = CollectiveFrame.broadcastBlockLength
    ) throws {
        try ScratchMemory.withOutgoing { bytes in
            let failure = appendMessage(value, ofRank: rank, to: &bytes)
            try bytes.withUnsafeBytes { try sendBroadcast($0, raw, root, blockLength) }
            if let failure { throw failure }
        }
    }

    /// Gives the other ranks word of why there is no value.
    @inline(never)
    func sendBroadcast(
        failure: any Error,
        _ raw: RawCommunicator,
        _ root: Int32,
        blockLength: Int = CollectiveFrame.broadcastBlockLength
    ) throws {
        try ScratchMemory.withOutgoing { bytes in
            ValueFormat.append(failure: failure, ofRank: rank, to: &bytes)
            try bytes.withUnsafeBytes { try sendBroadcast($0, raw, root, blockLength) }
        }
    }

    private func sendBroadcast(
        _ message: UnsafeRawBufferPointer,
        _ raw: RawCommunicator,
        _ root: Int32,
        _ blockLength: Int
    ) throws(MPIError) {
        try ScratchMemory.withBlock(blockLength) { (block) throws(MPIError) in
            CollectiveFrame.fill(block, with: message)
            try raw.broadcast(block.baseAddress, block.count, .byte, root: root)
        }
        guard !CollectiveFrame.fits(message.count, in: blockLength) else { return }
        try raw.broadcast(
            UnsafeMutableRawPointer(mutating: message.baseAddress),
            message.count,
            .byte,
            root: root
        )
    }

    /// Gets the value of the root.
    func receiveBroadcast<Value: Decodable>(
        _ type: Value.Type,
        _ raw: RawCommunicator,
        _ root: Int32,
        blockLength: Int = CollectiveFrame.broadcastBlockLength
    ) throws -> Value {
        try ScratchMemory.withBlock(blockLength) { block in
            // Should less come than a block, what is left of an earlier one must not be taken for it.
            CollectiveFrame.clear(block)
            try raw.broadcast(block.baseAddress, block.count, .byte, root: root)
            let block = UnsafeRawBufferPointer(block)
            if let message = CollectiveFrame.message(in: block) {
                return try ValueFormat.read(type, from: message, "MPI_Bcast", rank: Int(root))
            }
            return try ScratchMemory.withIncoming(CollectiveFrame.length(in: block)) { memory in
                try raw.broadcast(memory.baseAddress, memory.count, .byte, root: root)
                return try ValueFormat.read(
                    type,
                    from: UnsafeRawBufferPointer(memory),
                    "MPI_Bcast",
                    rank: Int(root)
                )
            }
        }
    }

    // MARK: Buffers

    /// Gives every rank the elements of one rank.
    ///
    /// Every rank calls it, with an array of the same length.
    ///
    /// ```swift
    /// var weights = [Float](repeating: 0, count: 1_000_000)
    /// if world.rank == 0 { load(&weights) }
    /// try world.broadcast(inPlace: &weights, from: 0)
    /// ```
    /// - Parameters:
    ///   - elements: On the root what is given; on the others where it is stored.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Bcast` (MPI 3.1 §5.4)
    @inlinable
    public func broadcast<Element: BufferElement>(inPlace elements: inout [Element], from root: Int)
        throws(MPIError)
    {
        let datatype = Element.datatype
        let count = elements.count
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try broadcastBuffer(memory.baseAddress, count, datatype, root)
        }
    }

    /// Gives every rank the elements of one rank, in memory that the caller has.
    ///
    /// See the variant that takes an array.
    ///
    /// - Parameters:
    ///   - elements: On the root what is given; on the others where it is stored.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Bcast` (MPI 3.1 §5.4)
    @inlinable
    public func broadcast<Element: BufferElement>(
        inPlace elements: inout MutableSpan<Element>,
        from root: Int
    ) throws(MPIError) {
        let datatype = Element.datatype
        let count = elements.count
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try broadcastBuffer(memory.baseAddress, count, datatype, root)
        }
    }

    @usableFromInline
    func broadcastBuffer(
        _ address: UnsafeMutableRawPointer?,
        _ count: Int,
        _ datatype: Datatype,
        _ root: Int
    ) throws(MPIError) {
        try raw.broadcast(
            address,
            count * datatype.unitCount,
            datatype.raw,
            root: rootNumber(root, "MPI_Bcast")
        )
    }
}
