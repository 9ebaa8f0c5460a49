extension Communicator {
    /// Describes a send of a buffer that is started again and again.
    ///
    /// - Parameters:
    ///   - count: The number of elements; they are 0 bits to begin with.
    ///   - type: The type of the elements.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    ///   - mode: When the send is complete.
    /// - Returns: The request, whose input is what is sent.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Send_init`, `MPI_Ssend_init`, `MPI_Bsend_init`, `MPI_Rsend_init` (MPI 3.1 §3.9)
    public final func makePersistentSend<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        to rank: Int,
        tag: Int = 0,
        mode: SendMode = .standard
    ) throws(MPIError) -> PersistentRequest<Element> {
        let datatype = Element.datatype
        let memory = try Self.memory(count, type, "MPI_Send_init")
        let (rank, tag) = (
            try destination(rank, "MPI_Send_init"), try Self.number(ofTag: tag, "MPI_Send_init")
        )
        let raw = try raw
        return try PersistentRequest("a send", input: memory, output: memory) { () throws(MPIError) in
            try raw.makeSend(
                memory.address,
                count * datatype.unitCount,
                datatype.raw,
                to: rank,
                tag: tag,
                mode
            )
        }
    }

    /// Describes a receive of a buffer that is started again and again.
    ///
    /// - Parameters:
    ///   - count: The largest number of elements; a message may be shorter, not longer.
    ///   - type: The type of the elements.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The request, whose output is what has been received.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Point to point · `MPI_Recv_init` (MPI 3.1 §3.9)
    public final func makePersistentReceive<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        from rank: Int? = nil,
        tag: Int? = nil
    ) throws(MPIError) -> PersistentRequest<Element> {
        let datatype = Element.datatype
        try Self.expectCount(count, "MPI_Recv_init")
        // Open MPI writes beyond the end when a message is too long: behind this memory there is room.
        guard let memory = LandingMemory(byteCount: count * MemoryLayout<Element>.stride) else {
            throw MPIError(.noMemory, call: "MPI_Recv_init", text: "the system grants no range of addresses")
        }
        let pattern = try pattern(from: rank, tag: tag, "MPI_Recv_init")
        let raw = try raw
        return try PersistentRequest("a receive", input: memory, output: memory) { () throws(MPIError) in
            try raw.makeReceive(memory.address, count * datatype.unitCount, datatype.raw, pattern)
        } check: { (status) throws(MPIError) in
            try Self.checkBuffer(memory.address, status, elementLength: datatype.elementLength)
        }
    }

    /// Memory of zeros for so many elements.
    static func memory<Element: BufferElement>(_ count: Int, _ type: Element.Type, _ name: StaticString)
        throws(MPIError) -> RequestMemory
    {
        try expectCount(count, name)
        return RawRequestMemory(zeros: count * MemoryLayout<Element>.stride)
    }
}
