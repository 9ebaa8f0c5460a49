/// Whole messages of bytes between ranks, on a communicator of their own, without ever blocking.
///
/// It belongs to one thread at a time. Messages from one rank to another arrive in order.
package final class ByteTransport {
    /// The communicator that carries the messages.
    ///
    /// Its collective operations do not disturb them.
    package let communicator: Communicator
    private let raw: RawCommunicator
    private let pattern = Pattern(source: Pattern.anySource, tag: Pattern.anyTag)

    /// Makes a transport among the ranks of a communicator.
    ///
    /// Collective.
    package init(duplicating communicator: Communicator) throws(MPIError) {
        self.communicator = try communicator.duplicate()
        raw = try self.communicator.raw
    }

    /// The rank of this process.
    package var rank: Int { communicator.rank }

    /// The number of ranks.
    package var size: Int { communicator.size }

    /// Starts to send a message.
    ///
    /// It belongs to the library until `test` says that it has left.
    package func send(_ bytes: [UInt8], to rank: Int) throws(MPIError) -> ByteSend {
        try ByteSend(bytes, raw, to: communicator.destination(rank, "MPI_Isend"))
    }

    /// Looks for a message that has arrived, or begun to arrive, and starts to receive it.
    package func poll() throws(MPIError) -> ByteArrival? {
        guard let message = try raw.immediateMatchedProbe(pattern) else { return nil }
        return try ByteArrival(message)
    }

    /// The ranks that the library knows to have failed, from the first one on; of those that it names, the transport hears no error again.
    ///
    /// Most libraries never know of any.
    package func acknowledgedFailures() throws(MPIError) -> [Int] {
        let failed = try raw.failedRanks()
        if !failed.isEmpty { _ = try raw.acknowledgeFailures(Int32(failed.count)) }
        return failed
    }

    /// Frees the communicator.
    ///
    /// Nothing may be under way.
    ///
    /// Collective.
    package func free() throws(MPIError) {
        try communicator.free()
    }
}

/// A message on its way out.
package final class ByteSend {
    // An array's elements stay where they are as long as somebody holds the array and nobody changes it.
    private let bytes: [UInt8]
    private var request: RawRequest
    private var hasLeft = false

    fileprivate init(_ bytes: [UInt8], _ raw: RawCommunicator, to rank: Int32) throws(MPIError) {
        self.bytes = bytes
        let address = bytes.withUnsafeBytes { $0.baseAddress }
        request = try raw.immediateSend(address, bytes.count, .byte, to: rank, tag: 0)
    }

    /// Moves the message along.
    ///
    /// - Returns: Whether it has left.
    package func test() throws(MPIError) -> Bool {
        if !hasLeft { hasLeft = try request.test() != nil }
        return hasLeft
    }

    /// Gives the message up, whose receiver is lost: it is the library's for good, which may never be done with it.
    package func abandon() {
        guard !hasLeft else { return }
        hasLeft = true
        _ = Unmanaged.passRetained(AbandonedMemory(bytes))
    }

    deinit {
        guard !hasLeft, !request.isNull else { return }
        ParkedRequests.park(request, keeping: bytes)
    }
}

/// A message on its way in.
package final class ByteArrival {
    /// The rank that sent it.
    package let source: Int
    // Not shared with anybody until the message is complete, so its elements stay where they are.
    private var bytes: [UInt8]
    private var request: RawRequest
    private var isComplete = false

    fileprivate init(_ message: RawMessage) throws(MPIError) {
        let count = message.status.byteCount
        source = message.status.source
        bytes = [UInt8](unsafeUninitializedCapacity: count) { $1 = count }
        let address = bytes.withUnsafeMutableBytes { $0.baseAddress }
        request = try message.immediateReceive(address, count, .byte)
    }

    /// Moves the message along.
    ///
    /// - Returns: The message once it is complete, for the one who asks first; `nil` until then.
    package func test() throws(MPIError) -> [UInt8]? {
        guard !isComplete, try request.test() != nil else { return nil }
        isComplete = true
        defer { bytes = [] }
        return bytes
    }

    /// Gives the message up, whose sender is lost: its memory is the library's for good.
    package func abandon() {
        guard !isComplete else { return }
        isComplete = true
        _ = Unmanaged.passRetained(AbandonedMemory(bytes))
    }

    deinit {
        guard !isComplete, !request.isNull else { return }
        ParkedRequests.park(request, keeping: bytes)
    }
}

/// Memory of a message whose other side is lost, which the library may still use.
private final class AbandonedMemory {
    private let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
}
