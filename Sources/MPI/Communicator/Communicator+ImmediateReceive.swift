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
        _ type: Value.Type = Value.self,
        from rank: Int? = nil,
        tag: Int? = nil
    ) throws(MPIError) -> ReceiveRequest<Value> {
        let operation = try begin(from: rank, tag: tag) { RawRequestMemory(byteCount: $0) }
        return ReceiveRequest(operation) { outcome in
            let received = try outcome.get()
            return try ValueFormat.read(
                type,
                from: received.bytes,
                "MPI_Imrecv",
                rank: received.status.source
            )
        }
    }

    func begin(
        from rank: Int?,
        tag: Int?,
        layout: ReceiveLayout? = nil,
        memory: @escaping @Sendable (Int) -> RequestMemory
    ) throws(MPIError) -> ReceiveOperation {
        _ = try raw
        return ReceiveOperation(
            try pattern(from: rank, tag: tag, "MPI_Improbe"),
            on: self,
            layout: layout,
            memory: memory
        )
    }

    /// Begins to receive a buffer of any length into a new array, and returns at once.
    ///
    /// It looks for its message like ``immediateReceive(_:from:tag:)``.
    ///
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The receive, to be waited for.
    /// - Throws: `MPIError` if there is no such rank.
    ///
    /// Point to point · `MPI_Improbe`, `MPI_Imrecv` (MPI 3.1 §3.8)
    public func immediateReceiveElements<Element: BufferElement>(
        of type: Element.Type = Element.self,
        from rank: Int? = nil,
        tag: Int? = nil
    ) throws(MPIError) -> ReceiveRequest<[Element]> {
        let operation = try begin(from: rank, tag: tag, memory: Element.memory(byteCount:))
        return ReceiveRequest(operation) { outcome in try Element.elements(outcome.get(), atMost: .max) }
    }

    /// Begins to receive elements that another rank sends as a buffer, and returns at once.
    ///
    /// ```swift
    /// let pending = try world.immediateReceive(count: 1000, of: Double.self, from: 1)
    /// compute()
    /// let numbers = try pending.wait()          // as many as were sent, 1000 at most
    /// ```
    /// Up to two kilobytes the library receives by itself; a longer message is looked for like ``immediateReceive(_:from:tag:)`` does.
    ///
    /// - Parameters:
    ///   - count: The largest number of elements.
    ///   - type: The type of the elements.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The receive, to be waited for.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Irecv`; `MPI_Improbe`, `MPI_Imrecv` in place of it for more than two kilobytes (MPI 3.1 §3.7.2, §3.8)
    @inlinable
    public func immediateReceive<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        from rank: Int? = nil,
        tag: Int? = nil
    ) throws(MPIError) -> ReceiveRequest<[Element]> {
        if let operation = try beginSmall(count, MemoryLayout<Element>.stride, from: rank, tag: tag) {
            return ReceiveRequest(operation) { outcome in try Element.elements(ofSmall: outcome.get()) }
        }
        return try searchingReceive(count: count, from: rank, tag: tag)
    }

    /// Has the library receive a buffer, if it is small and nobody looks for messages: they would go to this receive, though it was begun later.
    @usableFromInline
    func beginSmall(_ count: Int, _ elementLength: Int, from rank: Int?, tag: Int?) throws(MPIError)
        -> LibraryOperation?
    {
        guard count >= 0 else {
            throw MPIError(.count, call: "MPI_Irecv", text: "a count cannot be negative")
        }
        guard count <= GuardedMemory.longest / max(1, elementLength), unmatchedReceives.isEmpty else {
            return nil
        }
        let pattern = try pattern(from: rank, tag: tag, "MPI_Irecv")
        let raw = try raw
        let memory = GuardedMemory(limit: count * elementLength)
        do throws(MPIError) {
            let request = try raw.immediateReceive(memory.address, 1, memory.datatype, pattern)
            return LibraryOperation(receiving: request, into: memory)
        } catch {
            memory.free()
            throw error
        }
    }

    @usableFromInline
    @inline(never)
    func searchingReceive<Element: BufferElement>(
        count: Int,
        from rank: Int?,
        tag: Int?
    ) throws(MPIError) -> ReceiveRequest<[Element]> {
        let operation = try begin(from: rank, tag: tag, memory: Element.memory(byteCount:))
        return ReceiveRequest(operation) { outcome in try Element.elements(outcome.get(), atMost: count) }
    }
}

extension BufferElement {
    /// Memory for a message of elements, and for the rest of one if the message ends within an element.
    fileprivate static func memory(byteCount: Int) -> RequestMemory {
        let length = MemoryLayout<Self>.stride
        return ArrayRequestMemory<Self>(uninitializedCount: (byteCount + length - 1) / length)
    }

    /// The elements that were received.
    fileprivate static func elements(
        _ received: Completion,
        atMost limit: Int
    ) throws(MPIError) -> [Self] {
        let length = MemoryLayout<Self>.stride
        try Communicator.checkBuffer(received.bytes.baseAddress, received.status, elementLength: length)
        let count = received.status.byteCount / length
        guard count <= limit else { throw Communicator.truncation(received.status, capacity: limit * length) }
        guard let memory = received.memory as? ArrayRequestMemory<Self> else { return [] }
        return memory.elements(byteCount: received.status.byteCount)
    }

    /// The elements of a small message; its operation has to be there meanwhile.
    @inlinable
    static func elements(ofSmall received: Completion) throws(MPIError) -> [Self] {
        let length = MemoryLayout<Self>.stride
        let bytes = try received.smallMessage(elementLength: length)
        var elements = Array(bytes.assumingMemoryBound(to: Self.self))
        elements.withUnsafeMutableBytes { settle($0) }
        return elements
    }
}
