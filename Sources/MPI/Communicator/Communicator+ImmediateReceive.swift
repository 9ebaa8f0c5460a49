extension Communicator {
    /// Begins to receive a value of any size, and returns at once.
    ///
    /// Values that were begun to be received earlier are received earlier. The message is looked for whenever this request or
    /// another one of the communicator is tested, waited for or awaited.
    ///
    /// ```swift
    /// let pending = try world.immediateReceive([Int].self, from: 1)
    /// compute()
    /// let numbers = try await pending.value
    /// ```
    /// - Parameters:
    ///   - type: The type of the value, the same that was sent.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The receive, to be waited for.
    /// - Throws: `MPIError` if there is no such rank.
    ///
    /// Point to point · `MPI_Improbe`, `MPI_Imrecv` (MPI 3.1 §3.8)
    public func immediateReceive<Value: Decodable>(
        _ type: Value.Type = Value.self, from rank: Int? = nil, tag: Int? = nil
    ) throws(MPIError) -> ReceiveRequest<Value> {
        _ = try raw
        let operation = ReceiveOperation(matching: try pattern(from: rank, tag: tag, "MPI_Improbe"), on: self)
        unmatchedReceives.add(operation)
        return ReceiveRequest(operation) { received in
            try ValueFormat.read(
                type, from: UnsafeRawBufferPointer(received.bytes), "MPI_Imrecv", rank: received.status.source)
        }
    }

    /// Begins to receive elements that another rank sends as a buffer, and returns at once.
    ///
    /// ```swift
    /// let pending = try world.immediateReceive(count: 1000, of: Double.self, from: 1)
    /// compute()
    /// let numbers = try pending.wait()          // as many as were sent, 1000 at most
    /// ```
    /// - Parameters:
    ///   - count: The largest number of elements.
    ///   - type: The type of the elements.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The receive, to be waited for.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Irecv` (MPI 3.1 §3.7.2)
    public func immediateReceive<Element: BufferElement>(
        count: Int, of type: Element.Type = Element.self, from rank: Int? = nil, tag: Int? = nil
    ) throws(MPIError) -> ReceiveRequest<[Element]> {
        guard count >= 0 else { throw MPIError(.count, call: "MPI_Irecv", text: "a count cannot be negative") }
        let pattern = try pattern(from: rank, tag: tag, "MPI_Irecv")
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        let datatype = Element.datatype
        let request = try raw.immediateReceive(
            memory.address, count * datatype.unitCount, datatype.raw, pattern)
        return ReceiveRequest(ReceiveOperation(request, into: memory, pattern, on: self)) { received in
            try Self.checkBuffer(
                memory.address, received.status, elementLength: MemoryLayout<Element>.stride)
            return memory.elements(byteCount: received.status.byteCount)
        }
    }
}
