internal import MessageCoding

/// A connection between two programs, made by a `Listener` and a `Client`.
///
/// Messages arrive whole and in order. Both ends send and receive, values of one type or plain bytes, from any thread or task.
/// What is sent is not encrypted: who can listen to the network can read it, and who can change what it carries can change it.
///
/// As `multiprocessing.connection.Connection` in Python.
public final class SocketConnection<Message: Codable & Sendable>: Sendable {
    private let link: MessageLink
    /// The address of the other end; `nil` over a socket in the file system, whose connecting end has none.
    public let peerAddress: SocketAddress?

    init(_ link: MessageLink, peerAddress: SocketAddress?) {
        self.link = link
        self.peerAddress = peerAddress
    }

    deinit { link.close() }

    /// The size in bytes of the greatest message that this end receives.
    public var maximumMessageSize: Int { link.maximumMessageSize }

    // MARK: Values

    /// Sends a value.
    ///
    /// It waits until the system has taken all of it, which may be long before the far end receives it.
    ///
    /// - Parameters:
    ///   - message: What to send.
    ///   - timeout: How long to wait for room; `nil` waits as long as it takes. If a part was already sent when the time is up, or
    ///     the task is cancelled, nothing more can be sent over this connection.
    /// - Throws: `ProcessingError` of kind `closed` when the far end is gone or this end was closed, `tooLong` when the far end
    ///   takes no such message, or `timedOut`.
    ///
    /// As `Connection.send` in Python.
    public func send(_ message: Message, timeout: Duration? = nil) throws {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        try link.send(encoded(message), .value, until: deadline)
    }

    /// Sends a value without blocking the thread.
    ///
    /// See `send(_:timeout:)`.
    public func send(_ message: Message, timeout: Duration? = nil) async throws {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        try await link.send(encoded(message), .value, until: deadline)
    }

    /// Receives the next value.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes. What has arrived of a message by then is kept.
    /// - Returns: The value.
    /// - Throws: `ProcessingError` of kind `endOfStream` when the far end is gone and everything it sent has been received,
    ///   `transport` when it went away in the middle of a message, `tooLong` when it sends more than `maximumMessageSize`,
    ///   `misuse` when it has sent bytes, which stay to be received as such, `closed` when this end was closed, or `timedOut`.
    ///
    /// As `Connection.recv` in Python.
    public func receive(timeout: Duration? = nil) throws -> Message {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        return try decoded(link.receive(.value, limit: .max, until: deadline))
    }

    /// Receives the next value without blocking the thread.
    ///
    /// See `receive(timeout:)`.
    public func receive(timeout: Duration? = nil) async throws -> Message {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        return try decoded(try await link.receive(.value, limit: .max, until: deadline))
    }

    private func encoded(_ message: Message) throws -> [UInt8] {
        var bytes = MessageLink.makeMessage()
        try MessageEncoder().encode(message, appendingTo: &bytes)
        return bytes
    }

    private func decoded(_ bytes: [UInt8]) throws -> Message {
        try MessageDecoder().decode(Message.self, from: bytes)
    }

    // MARK: Bytes

    /// Sends bytes as they are.
    ///
    /// - Parameters:
    ///   - bytes: What to send; it may be empty.
    ///   - timeout: As for `send(_:timeout:)`.
    /// - Throws: As `send(_:timeout:)`.
    ///
    /// As `Connection.send_bytes` in Python.
    public func sendBytes(_ bytes: some Collection<UInt8>, timeout: Duration? = nil) throws {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        try link.send(MessageLink.makeMessage(reserving: bytes.count) + bytes, .bytes, until: deadline)
    }

    /// Sends bytes as they are without blocking the thread.
    ///
    /// See `sendBytes(_:timeout:)`.
    public func sendBytes(_ bytes: some Collection<UInt8>, timeout: Duration? = nil) async throws {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        let message = MessageLink.makeMessage(reserving: bytes.count) + bytes
        try await link.send(message, .bytes, until: deadline)
    }

    /// Receives bytes that were sent by `sendBytes`.
    ///
    /// - Parameters:
    ///   - maximumCount: How many there may be. A longer message is not lost: it can be received with a greater limit.
    ///   - timeout: As for `receive(timeout:)`.
    /// - Returns: The bytes of one message.
    /// - Throws: As `receive(timeout:)`; `ProcessingError` of kind `tooLong` also when there are more than `maximumCount`, and
    ///   `misuse` when a value was sent, which stays to be received as one.
    ///
    /// As `Connection.recv_bytes` in Python, which closes the connection when a message is too long.
    public func receiveBytes(maximumCount: Int = .max, timeout: Duration? = nil) throws -> [UInt8] {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        return try link.receive(.bytes, limit: maximumCount, until: deadline)
    }

    /// Receives bytes that were sent by `sendBytes` without blocking the thread.
    ///
    /// See `receiveBytes(maximumCount:timeout:)`.
    public func receiveBytes(maximumCount: Int = .max, timeout: Duration? = nil) async throws -> [UInt8] {
        let deadline = ContinuousClock.Instant.deadline(after: timeout)
        return try await link.receive(.bytes, limit: maximumCount, until: deadline)
    }

    /// Receives bytes into memory of the caller.
    ///
    /// - Parameters:
    ///   - memory: Where the bytes go, from its beginning. A longer message is not lost: it can be received into more memory.
    ///   - timeout: As for `receive(timeout:)`.
    /// - Returns: How many bytes the message has.
    /// - Throws: As `receiveBytes(maximumCount:timeout:)`; kind `tooLong` stands for Python's `BufferTooShort`.
    ///
    /// As `Connection.recv_bytes_into` in Python.
    public func receiveBytes(into memory: UnsafeMutableRawBufferPointer, timeout: Duration? = nil) throws
        -> Int
    {
        let bytes = try receiveBytes(maximumCount: memory.count, timeout: timeout)
        memory.copyBytes(from: bytes)
        return bytes.count
    }

    // MARK: Asking, and closing

    /// Whether something can be received, or the stream has ended; waits for that if asked to.
    ///
    /// Of a long message perhaps only the beginning is there.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: False when nothing has come in time.
    /// - Throws: `ProcessingError` of kind `closed` when this end was closed.
    ///
    /// As `Connection.poll` in Python.
    public func poll(timeout: Duration? = .zero) throws -> Bool {
        try link.poll(until: .deadline(after: timeout))
    }

    /// Whether something can be received, or the stream has ended, without blocking the thread.
    ///
    /// See `poll(timeout:)`.
    public func poll(timeout: Duration? = .zero) async throws -> Bool {
        try await link.poll(until: .deadline(after: timeout))
    }

    /// Ends the conversation: the far end receives what was sent before, and then the end of the stream.
    ///
    /// Who waits at this end is told that it was closed.
    public func close() { link.close() }

    /// Whether this end was closed.
    public var isClosed: Bool { link.isClosed }
}
