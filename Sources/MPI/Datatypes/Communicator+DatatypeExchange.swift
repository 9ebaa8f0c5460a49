extension Communicator {
    /// Begins to receive elements to where a pattern has them in an array, and returns at once.
    ///
    /// It looks for its message like ``immediateReceive(_:from:tag:)``.
    ///
    /// ```swift
    /// let pending = try world.immediateReceive(into: matrix, as: column, offset: 3, from: 1)
    /// compute()
    /// matrix = try pending.wait()
    /// ```
    /// - Parameters:
    ///   - elements: The array that the pattern lies in; it is copied unless nobody else has it.
    ///   - datatype: The pattern.
    ///   - count: How many of it; the message may be shorter, not longer.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The receive, to be waited for: the array, in which what lies between the elements of the pattern is as it was.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, or of class `rank` if there is no such rank. If the message is longer
    ///   than the pattern, waiting throws one of class `truncation`.
    ///
    /// Point to point · `MPI_Improbe`, `MPI_Imrecv` in place of `MPI_Irecv` (MPI 3.1 §3.8)
    public final func immediateReceive<Element: BufferElement>(
        into elements: consuming [Element],
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        from rank: Int? = nil,
        tag: Int? = nil
    ) throws(MPIError) -> ReceiveRequest<[Element]> {
        let name: StaticString = "MPI_Irecv"
        let start = try datatype.place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let capacity = try datatype.raw.size() * count
        let layout = ReceiveLayout(
            memory: ArrayRequestMemory(changing: elements),
            start: start,
            count: count,
            datatype: datatype,
            capacity: capacity
        )
        let operation = try begin(from: rank, tag: tag, layout: layout) { RawRequestMemory(byteCount: $0) }
        return ReceiveRequest(operation) { outcome in
            let completion = try outcome.get()
            guard completion.status.byteCount <= capacity else {
                throw Self.truncation(completion.status, capacity: capacity)
            }
            return completion.elements(of: Element.self)
        }
    }

    /// Sends a part of an array to one rank while it receives one from another, or from the same, each with a pattern of its own.
    ///
    /// ```swift
    /// // The last column but one goes to the right, and the first one comes from the left.
    /// try grid.sendReceive(field.span, part: inner, to: right, into: &next, part: halo, from: left)
    /// ```
    /// - Parameters:
    ///   - elements: The array that lies behind what is sent.
    ///   - part: What of it is sent.
    ///   - destination: The rank to send to.
    ///   - sendTag: The tag of the message that is sent.
    ///   - received: The array that is received into. What lies between the elements of its part stays as it is.
    ///   - receivedPart: Where what is received is stored. The message may be shorter, not longer.
    ///   - source: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most for the message; for ever, if omitted. If the time is up the send goes on by itself, which
    ///     needs a copy of the array.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` of class `argument` if a part reaches beyond its array; as
    ///   ``receive(into:as:count:offset:from:tag:timeout:)`` does.
    ///
    /// Point to point · blocking · `MPI_Sendrecv` (MPI 3.1 §3.10)
    @discardableResult
    public final func sendReceive<Sent: BufferElement, Received: BufferElement>(
        _ elements: Span<Sent>,
        part: DatatypePart,
        to destination: Int,
        sendTag: Int = 0,
        into received: inout [Received],
        part receivedPart: DatatypePart,
        from source: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        let name: StaticString = "MPI_Sendrecv"
        let (datatype, count) = (part.datatype, part.count)
        let start = try datatype.place(count, part.offset, MemoryLayout<Sent>.stride, elements.count, name)
        // Nothing is sent if nothing could be received.
        let (room, stride) = (received.count, MemoryLayout<Received>.stride)
        _ = try receivedPart.datatype.place(receivedPart.count, receivedPart.offset, stride, room, name)
        _ = try pattern(from: source, tag: tag, name)
        func receivePart() throws(MPIError) -> Status {
            try receive(
                into: &received,
                as: receivedPart.datatype,
                count: receivedPart.count,
                offset: receivedPart.offset,
                from: source,
                tag: tag,
                timeout: timeout
            )
        }
        guard timeout == nil else {
            let copy = elements.withUnsafeBufferPointer { Array($0) }
            return try complete(
                immediateSend(
                    keeping: copy,
                    as: datatype,
                    count: count,
                    offset: part.offset,
                    to: destination,
                    tag: sendTag
                ),
                receivePart
            )
        }
        return try elements.withUnsafeBytes { (memory) throws(MPIError) in
            var request = try raw.immediateSend(
                memory.baseAddress.map { $0 + start },
                count,
                datatype.raw,
                to: self.destination(destination, name),
                tag: Self.number(ofTag: sendTag, name)
            )
            let result: Result<Status, MPIError>
            do throws(MPIError) {
                result = .success(try receivePart())
            } catch {
                result = .failure(error)
            }
            // The memory is the caller's again when this returns.
            try request.wait("MPI_Sendrecv")
            withExtendedLifetime(datatype) {}
            return try result.get()
        }
    }

    /// Gives all ranks the elements of a pattern in an array that one rank has.
    ///
    /// Every rank calls it. Their patterns may differ, if all have as many elements of the same types.
    ///
    /// - Parameters:
    ///   - elements: The array: on the root what is given, on the others what is filled. What lies between the elements of the pattern stays as it is.
    ///   - datatype: The pattern.
    ///   - count: How many of it.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Bcast` (MPI 3.1 §5.4)
    public final func broadcast<Element: BufferElement>(
        inPlace elements: inout [Element],
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        from root: Int
    ) throws(MPIError) {
        let name: StaticString = "MPI_Bcast"
        let number = try rootNumber(root, name)
        let elementCount = elements.count
        var (start, byteCount) = (0, 0)
        let failure = Self.failure { () throws(MPIError) in
            start = try datatype.place(count, offset, MemoryLayout<Element>.stride, elementCount, name)
            byteCount = try datatype.raw.size() * count
        }
        try agree(onCount: byteCount, failure, name)
        let raw = try raw
        try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            let address = UnsafeMutableRawPointer(memory.baseAddress).map { $0 + start }
            try datatype.raw.withCount(count) { (count, type) throws(MPIError) in
                _ = try raw.broadcast(address, count, type, root: number, .blocking)
            }
        }
        withExtendedLifetime(datatype) {}
    }
}
