extension Communicator {
    /// Sends the elements of a pattern in an array, without copying them together first.
    ///
    /// The other rank receives them by a pattern of its own, or as elements side by side.
    ///
    /// ```swift
    /// try world.send(matrix.span, as: column, offset: 3, to: 1)
    /// ```
    /// - Parameters:
    ///   - elements: The array that the pattern lies in.
    ///   - datatype: The pattern.
    ///   - count: How many of it.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, or what ``send(_:to:tag:mode:)-(Span<Element>,_,_,_)`` throws.
    ///
    /// Point to point · blocking · `MPI_Send` (MPI 3.1 §3.2.1)
    public final func send<Element: BufferElement>(
        _ elements: Span<Element>,
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        to rank: Int,
        tag: Int = 0
    ) throws(MPIError) {
        let name: StaticString = "MPI_Send"
        let start = try datatype.place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let (destination, tag) = (try destination(rank, name), try Self.number(ofTag: tag, name))
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try raw.send(
                source.baseAddress.map { $0 + start },
                count,
                datatype.raw,
                to: destination,
                tag: tag
            )
        }
        withExtendedLifetime(datatype) {}
    }

    /// Receives elements to where a pattern has them in an array.
    ///
    /// - Parameters:
    ///   - elements: The array that the pattern lies in. What lies between its elements stays as it is.
    ///   - datatype: The pattern.
    ///   - count: How many of it; the message may be shorter, not longer.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, of class `truncation` if the message is longer than
    ///   the pattern, or what ``receive(into:from:tag:timeout:)-([Element],_,_,_)`` throws.
    ///
    /// Point to point · blocking · `MPI_Mprobe`, `MPI_Mrecv` (MPI 3.1 §3.8.2)
    @discardableResult
    public final func receive<Element: BufferElement>(
        into elements: inout [Element],
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        let name: StaticString = "MPI_Recv"
        let start = try datatype.place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let capacity = try datatype.raw.size() * count
        let message = try match(pattern(from: rank, tag: tag, name), timeout, name)
        guard message.status.byteCount <= capacity else {
            // Received elsewhere, so that it is gone.
            let memory = RawRequestMemory(byteCount: message.status.byteCount)
            _ = try message.receive(memory.address, memory.byteCount, .byte)
            throw Self.truncation(message.status, capacity: capacity)
        }
        try elements.withReceivingBuffer { (target) throws(MPIError) in
            let address = UnsafeMutableRawPointer(target.baseAddress).map { $0 + start }
            _ = try message.receive(address, count, datatype.raw)
        }
        withExtendedLifetime(datatype) {}
        return message.status
    }

    /// Begins to send the elements of a pattern in an array, and returns at once.
    ///
    /// - Parameters:
    ///   - elements: The array that the pattern lies in; it is kept, not copied.
    ///   - datatype: The pattern.
    ///   - count: How many of it.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    /// - Returns: The send, to be waited for.
    /// - Throws: As the blocking form does.
    ///
    /// Point to point · `MPI_Isend` (MPI 3.1 §3.7.2)
    public final func immediateSend<Element: BufferElement>(
        keeping elements: [Element],
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        to rank: Int,
        tag: Int = 0
    ) throws(MPIError) -> SendRequest {
        let name: StaticString = "MPI_Isend"
        let start = try datatype.place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let memory = ArrayRequestMemory(elements)
        let request = try raw.immediateSend(
            memory.address.map { UnsafeRawPointer($0 + start) },
            count,
            datatype.raw,
            to: destination(rank, name),
            tag: Self.number(ofTag: tag, name)
        )
        return SendRequest(
            LibraryOperation(request, "a send", memory: memory, keeping: [datatype], isCancellable: true)
        )
    }
}
