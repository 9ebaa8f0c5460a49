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
        guard rank == root else {
            return try receiveBroadcast(raw, rootNumber) { message in
                try ValueFormat.read(Value.self, from: message, "MPI_Bcast", rank: root)
            }
        }
        return try ScratchMemory.withOutgoing { bytes in
            let result = Result { try make() }
            var failure: (any Error)?
            switch result {
            case .success(let value): failure = appendMessage(value, ofRank: rank, to: &bytes)
            case .failure(let error): ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
            }
            try bytes.withUnsafeBytes { try sendBroadcast($0, raw, rootNumber) }
            if let failure { throw failure }
            return try result.get()
        }
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

    private func sendBroadcast(_ message: UnsafeRawBufferPointer, _ raw: RawCommunicator, _ root: Int32)
        throws
    {
        try withUninitializedBytes(CollectiveFrame.broadcastBlockLength) { block in
            CollectiveFrame.fill(block, with: message)
            try raw.broadcast(block.baseAddress, block.count, .byte, root: root)
        }
        guard !CollectiveFrame.fits(message.count, in: CollectiveFrame.broadcastBlockLength) else { return }
        try raw.broadcast(
            UnsafeMutableRawPointer(mutating: message.baseAddress),
            message.count,
            .byte,
            root: root
        )
    }

    private func receiveBroadcast<Value>(
        _ raw: RawCommunicator,
        _ root: Int32,
        _ read: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        try withUninitializedBytes(CollectiveFrame.broadcastBlockLength) { block in
            try raw.broadcast(block.baseAddress, block.count, .byte, root: root)
            if let message = CollectiveFrame.message(in: UnsafeRawBufferPointer(block)) {
                return try read(message)
            }
            return try ScratchMemory.withIncoming(CollectiveFrame.length(in: UnsafeRawBufferPointer(block))) {
                memory in
                try raw.broadcast(memory.baseAddress, memory.count, .byte, root: root)
                return try read(UnsafeRawBufferPointer(memory))
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
