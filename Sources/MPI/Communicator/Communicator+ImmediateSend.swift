extension Communicator {
    /// Begins to send a value to another rank, and returns at once.
    ///
    /// ```swift
    /// let request = try world.immediateSend(results, to: 0)
    /// compute()
    /// try request.wait()
    /// ```
    /// - Parameters:
    ///   - value: The value; it can be changed at once.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    ///   - mode: When the send is complete.
    /// - Returns: The send, to be waited for.
    /// - Throws: What encoding throws; `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Isend`, `MPI_Issend`, `MPI_Ibsend`, `MPI_Irsend` (MPI 3.1 §3.7.2)
    public func immediateSend<Value: Encodable>(
        _ value: Value,
        to rank: Int,
        tag: Int = 0,
        mode: SendMode = .standard
    ) throws
        -> SendRequest
    {
        var bytes: [UInt8] = []
        try ValueFormat.append(value, to: &bytes)
        return try immediateSend(ArrayRequestMemory(bytes), bytes.count, .bytes(1), rank, tag, mode)
    }

    /// Begins to send a copy of the elements of a buffer, and returns at once.
    ///
    /// - Parameters:
    ///   - elements: The elements; they can be changed at once. ``immediateSend(keeping:to:tag:mode:)`` does not copy them.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    ///   - mode: When the send is complete.
    /// - Returns: The send, to be waited for.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Isend`, `MPI_Issend`, `MPI_Ibsend`, `MPI_Irsend` (MPI 3.1 §3.7.2)
    public func immediateSend<Element: BufferElement>(
        _ elements: Span<Element>,
        to rank: Int,
        tag: Int = 0,
        mode: SendMode = .standard
    ) throws(MPIError) -> SendRequest {
        let memory = elements.withUnsafeBytes { RawRequestMemory(copying: $0) }
        return try immediateSend(memory, elements.count, Element.datatype, rank, tag, mode)
    }

    /// Begins to send the elements of an array as a buffer, without a copy, and returns at once.
    ///
    /// The request keeps the array. A change of the caller's variable meanwhile is made in a copy, as always in Swift.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    ///   - mode: When the send is complete.
    /// - Returns: The send, to be waited for.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Isend`, `MPI_Issend`, `MPI_Ibsend`, `MPI_Irsend` (MPI 3.1 §3.7.2)
    @inlinable
    public func immediateSend<Element: BufferElement>(
        keeping elements: [Element],
        to rank: Int,
        tag: Int = 0,
        mode: SendMode = .standard
    ) throws(MPIError) -> SendRequest {
        try immediateSend(ArrayRequestMemory(elements), elements.count, Element.datatype, rank, tag, mode)
    }

    @usableFromInline
    func immediateSend(
        _ memory: RequestMemory,
        _ count: Int,
        _ datatype: Datatype,
        _ rank: Int,
        _ tag: Int,
        _ mode: SendMode
    ) throws(MPIError) -> SendRequest {
        let request = try raw.immediateSend(
            memory.address,
            count * datatype.unitCount,
            datatype.raw,
            to: destination(rank, "MPI_Isend"),
            tag: Self.number(ofTag: tag, "MPI_Isend"),
            mode
        )
        return SendRequest(LibraryOperation(request, "a send", memory: memory, isCancellable: true))
    }
}
