/// The operations of a communicator, to be awaited instead of blocking.
///
/// They have the same names, arguments and results. While one is awaited no thread of the cooperative pool is kept: point to point
/// operations are moved along by one thread for the whole program, collective ones are called by one thread per communicator, in the
/// order in which they were begun.
///
/// ```swift
/// let data = try await world.asynchronous.receive([String: Int].self, from: 0, timeout: .seconds(5))
/// ```
/// When a task is cancelled, its receive or probe is given up and throws `CancellationError`; a send or a collective operation, which
/// other ranks count on, goes on.
public struct AsynchronousCommunicator: Sendable {
    let communicator: Communicator
}

extension Communicator {
    /// The operations of this communicator, to be awaited instead of blocking.
    public var asynchronous: AsynchronousCommunicator { AsynchronousCommunicator(communicator: self) }
}

// MARK: Point to point

extension AsynchronousCommunicator {
    /// Sends a value to another rank, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    /// - Throws: What encoding throws; `MPIError` if there is no such rank, or the MPI library fails.
    public func send<Value: Encodable>(_ value: Value, to rank: Int, tag: Int = 0) async throws {
        try await communicator.immediateSend(value, to: rank, tag: tag).value
    }

    /// Sends the elements of an array as a buffer, without a copy.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - rank: The rank to send to.
    ///   - tag: A number by which the receiver can tell messages apart.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    public func send<Element: BufferElement>(
        buffer elements: [Element],
        to rank: Int,
        tag: Int = 0
    ) async throws {
        try await communicator.immediateSend(keeping: elements, to: rank, tag: tag).value
    }

    /// Receives a value, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - type: The type of the value, the same that was sent.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The value.
    /// - Throws: What decoding throws; `MPIError` of class `mismatch` or `timedOut`, or what the MPI library reports.
    public func receive<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) async throws -> Value {
        let request = try communicator.immediateReceive(type, from: rank, tag: tag)
        guard let timeout else { return try await request.value }
        return try await request.value(timeout: timeout)
    }

    /// Receives a buffer of any length into a new array, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The elements.
    /// - Throws: `MPIError` of class `mismatch` or `timedOut`, or what the MPI library reports.
    public func receiveElements<Element: BufferElement>(
        of type: Element.Type = Element.self,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) async throws -> [Element] {
        let request = try communicator.immediateReceiveElements(of: type, from: rank, tag: tag)
        guard let timeout else { return try await request.value }
        return try await request.value(timeout: timeout)
    }

    /// Awaits a message without receiving it, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - rank: The rank that must have sent the message; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` of class `timedOut`, or what the MPI library reports.
    public func probe(
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) async throws -> Status {
        let search = SearchOperation<Status> { [communicator] in
            Result { () throws(MPIError) in try communicator.immediateProbe(from: rank, tag: tag) }
        }
        return try await search.found("MPI_Iprobe", timeout: timeout)
    }

    /// Awaits a message and takes it out of the reach of all other receives, like the operation of ``Communicator`` with this
    /// name.
    ///
    /// - Parameters:
    ///   - rank: The rank that must have sent the message; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The message, to be received once.
    /// - Throws: `MPIError` of class `timedOut`, or what the MPI library reports.
    public func matchedProbe(
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) async throws -> MatchedMessage {
        let pattern = try communicator.pattern(from: rank, tag: tag, "MPI_Improbe")
        let search = SearchOperation<RawMessage> { [communicator] in
            Result { () throws(MPIError) in try communicator.matchNow(pattern, communicator.raw) }
        }
        return MatchedMessage(try await search.found("MPI_Improbe", timeout: timeout))
    }
}
