extension RawMessage {
    /// Receives the message, and decodes the value in it.
    @inline(__always)
    func receiveValue<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try ScratchMemory.withIncoming(status.byteCount) { memory in
            try receive(memory.baseAddress, memory.count, .byte)
            return try ValueFormat.read(
                type,
                from: UnsafeRawBufferPointer(memory),
                "MPI_Mrecv",
                rank: status.source
            )
        }
    }

    /// Receives the message as elements of a buffer.
    func receiveElements<Element: BufferElement>(of type: Element.Type) throws(MPIError) -> [Element] {
        let length = MemoryLayout<Element>.stride
        // One more than fits if the message ends within an element, so that it can be taken and then refused.
        let count = (status.byteCount + length - 1) / length
        let memory = ArrayRequestMemory<Element>(uninitializedCount: count)
        // As bytes: it may not be what is expected, and must be gone afterwards nevertheless.
        try receive(memory.address, status.byteCount, .byte)
        try Communicator.checkBuffer(memory.address, status, elementLength: length)
        return memory.elements(byteCount: status.byteCount)
    }

    /// Receives the message as elements of a buffer, into memory that is there.
    ///
    /// A message that is too long is received elsewhere: Open MPI writes beyond the end of the memory when it is given too little.
    func receive(into memory: UnsafeMutableRawBufferPointer, elementLength: Int) throws(MPIError) {
        guard status.byteCount <= memory.count else {
            let elsewhere = RawRequestMemory(byteCount: status.byteCount)
            try receive(elsewhere.address, status.byteCount, .byte)
            try Communicator.checkBuffer(elsewhere.address, status, elementLength: 1)
            throw Communicator.truncation(status, capacity: memory.count)
        }
        try receive(memory.baseAddress, status.byteCount, .byte)
        try Communicator.checkBuffer(memory.baseAddress, status, elementLength: elementLength)
    }
}

extension RawCommunicator {
    /// Receives the message whose length a block of a collective operation said.
    ///
    /// The message itself says how much memory it needs: the block may stem from a rank that took part with something else.
    func withMessage<Result>(from source: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result) throws
        -> Result
    {
        let message = try matchedProbe(Pattern(source: source, tag: 0))
        return try ScratchMemory.withIncoming(message.status.byteCount) { memory in
            try message.receive(memory.baseAddress, memory.count, .byte)
            return try body(UnsafeRawBufferPointer(memory))
        }
    }
}
