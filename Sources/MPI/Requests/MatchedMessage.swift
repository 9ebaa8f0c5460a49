/// A message that a matched probe has found, and that nobody but the owner of this can receive.
///
/// It is to be received once, as a value or as a buffer; a second time does not compile. If it is not received at all, it is
/// received and dropped, with a warning.
///
/// Point to point · `MPI_Message` (MPI 3.1 §3.8.2)
public struct MatchedMessage: ~Copyable, Sendable {
    private let message: RawMessage
    private var isReceived = false

    /// Who sent the message, with which tag, and how long it is.
    public var status: Status { message.status }

    init(_ message: RawMessage) {
        self.message = message
    }

    /// Receives the message as a value.
    ///
    /// - Parameter type: The type of the value, the same that was sent.
    /// - Returns: The value.
    /// - Throws: What decoding throws; `MPIError` of class `mismatch` if the message is not a value of this type.
    ///
    /// Point to point · blocking · `MPI_Mrecv` (MPI 3.1 §3.8.3)
    public consuming func receive<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        isReceived = true
        return try message.receiveValue(type)
    }

    /// Receives the message as a buffer, into a new array.
    ///
    /// - Parameter type: The type of the elements.
    /// - Returns: The elements.
    /// - Throws: `MPIError` of class `mismatch` if the message is a value or ends within an element.
    ///
    /// Point to point · blocking · `MPI_Mrecv` (MPI 3.1 §3.8.3)
    public consuming func receiveElements<Element: BufferElement>(
        of type: Element.Type = Element.self
    ) throws(MPIError) -> [Element] {
        isReceived = true
        return try message.receiveElements(of: type)
    }

    /// Receives the message as a buffer, into an array that the caller has.
    ///
    /// - Parameter elements: Where the elements are stored, from the beginning. The message may be shorter, not longer.
    /// - Throws: `MPIError` of class `truncation` if the message is longer than the array, `mismatch` if it is a value or ends
    ///   within an element.
    ///
    /// Point to point · blocking · `MPI_Mrecv` (MPI 3.1 §3.8.3)
    public consuming func receive<Element: BufferElement>(into elements: inout [Element]) throws(MPIError) {
        isReceived = true
        let message = message
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try message.receive(
                into: UnsafeMutableRawBufferPointer(memory),
                elementLength: MemoryLayout<Element>.stride
            )
        }
    }

    deinit {
        guard !isReceived else { return }
        Runtime.report(
            "warning: a matched message from rank \(status.source) was dropped without being received"
        )
        let memory = RawRequestMemory(byteCount: message.status.byteCount)
        let message = message
        guard
            let request = try? { () throws(MPIError) in
                try message.immediateReceive(memory.address, memory.byteCount, .byte)
            }()
        else { return }
        ParkedRequests.park(request, keeping: memory)
    }
}
