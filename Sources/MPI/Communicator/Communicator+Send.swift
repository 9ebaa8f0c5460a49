extension Communicator {
    /// Sends a value to another rank.
    ///
    /// That rank receives it with ``receive(_:from:tag:timeout:)`` as the same type.
    ///
    /// ```swift
    /// try world.send(["a": 7, "b": 3], to: 1, tag: 11)
    /// ```
    /// The call returns when the value can be changed again. If it is large, that is when the other rank receives it, so two
    /// ranks that both send first may wait for each other for ever: let one of them receive first, or use
    /// `immediateSend(_:to:tag:mode:)`.
    ///
    /// - Parameters:
    ///   - value: The value. An array is a value as well; its `span` is a buffer.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    ///   - mode: When the call returns.
    /// - Throws: What encoding throws; `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · blocking · `MPI_Send`, `MPI_Ssend`, `MPI_Bsend`, `MPI_Rsend` (MPI 3.1 §3.4)
    public func send<Value: Encodable>(_ value: Value, to rank: Int, tag: Int = 0, mode: SendMode = .standard)
        throws
    {
        let rankNumber = try destination(rank, "MPI_Send")
        let tagNumber = try Self.number(ofTag: tag, "MPI_Send")
        try ScratchMemory.withOutgoingMessage { bytes, start in
            try ValueFormat.append(value, to: &bytes)
            try bytes.withUnsafeBytes { bytes in
                let message = UnsafeRawBufferPointer(rebasing: bytes[start...])
                try send(message.baseAddress, message.count, .byte, to: rankNumber, tag: tagNumber, mode)
            }
        }
    }

    /// Sends the elements of a buffer to another rank, as they lie in memory, without a copy.
    ///
    /// That rank receives them with ``receive(into:from:tag:timeout:)-([Element],_,_,_)``, into memory for at least as many.
    ///
    /// ```swift
    /// try world.send(numbers.span, to: 1)
    /// ```
    /// The call returns when the memory can be changed again.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    ///   - mode: When the call returns.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · blocking · `MPI_Send`, `MPI_Ssend`, `MPI_Bsend`, `MPI_Rsend` (MPI 3.1 §3.4)
    @inlinable
    public func send<Element: BufferElement>(
        _ elements: Span<Element>,
        to rank: Int,
        tag: Int = 0,
        mode: SendMode = .standard
    )
        throws(MPIError)
    {
        let datatype = Element.datatype
        let count = elements.count
        try elements.withUnsafeBufferPointer { (memory) throws(MPIError) in
            try sendBuffer(memory.baseAddress, count, datatype, rank, tag, mode)
        }
    }

    @usableFromInline
    func sendBuffer(
        _ address: UnsafeRawPointer?,
        _ count: Int,
        _ datatype: Datatype,
        _ rank: Int,
        _ tag: Int,
        _ mode: SendMode
    ) throws(MPIError) {
        try send(
            address,
            count * datatype.unitCount,
            datatype.raw,
            to: destination(rank, "MPI_Send"),
            tag: Self.number(ofTag: tag, "MPI_Send"),
            mode
        )
    }

    /// Sends bytes, and waits as the communicator's policy says.
    @inline(__always)
    private final func send(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32,
        _ mode: SendMode
    ) throws(MPIError) {
        if spins { return try raw.send(address, count, type, to: rank, tag: tag, mode) }
        try sendPolling(address, count, type, to: rank, tag: tag, mode)
    }

    @inline(never)
    private final func sendPolling(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32,
        _ mode: SendMode
    ) throws(MPIError) {
        var request = try raw.immediateSend(address, count, type, to: rank, tag: tag, mode)
        var backoff = Backoff(waitingPolicy)
        while try request.test() == nil { backoff.pause() }
    }
}
