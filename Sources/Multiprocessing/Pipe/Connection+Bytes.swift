/// Bytes as messages, without coding; they can be mixed with values.
///
/// A message of bytes can be received as a value if it happens to be one's encoding, and a value as its bytes.
extension Connection {
    /// Sends bytes to the far end, as one message.
    ///
    /// What Python's offset and size do, slicing does: `sendBytes(bytes[4..<20])`.
    ///
    /// - Parameters:
    ///   - bytes: What to send; nothing is a message, too.
    ///   - timeout: How long to wait for room; `nil` waits as long as it takes.
    /// - Throws: As `send(_:timeout:)`.
    ///
    /// As `Connection.send_bytes` in Python.
    public func sendBytes(_ bytes: some Collection<UInt8>, timeout: Duration? = nil) throws {
        var (endpoint, frame) = try makeSend()
        frame.bytes.append(contentsOf: bytes)
        try send((endpoint, sending(frame, at: endpoint, timeout, true), Departures()))
    }

    /// Sends bytes to the far end, as one message, without blocking the thread.
    ///
    /// When the task is cancelled while it waits for room nothing is sent and a `CancellationError` thrown. See
    /// `sendBytes(_:timeout:)`.
    public func sendBytes(_ bytes: some Collection<UInt8>, timeout: Duration? = nil) async throws {
        var (endpoint, frame) = try makeSend()
        frame.bytes.append(contentsOf: bytes)
        try await send((endpoint, sending(frame, at: endpoint, timeout, false), Departures()))
    }

    /// Sends memory to the far end, as one message.
    ///
    /// Parts of it are sent as `sendBytes(memory.extracting(4..<20))`.
    ///
    /// See `sendBytes(_:timeout:)` for the parameters and errors.
    ///
    /// As `Connection.send_bytes` in Python.
    public func sendBytes(_ memory: RawSpan, timeout: Duration? = nil) throws {
        var (endpoint, frame) = try makeSend()
        memory.withUnsafeBytes { frame.bytes.append(contentsOf: $0) }
        try send((endpoint, sending(frame, at: endpoint, timeout, true), Departures()))
    }

    /// Receives the next message as bytes.
    ///
    /// - Parameters:
    ///   - maximumCount: The size of the longest message that is taken; `nil` for any.
    ///   - timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: The bytes.
    /// - Throws: As `receive(timeout:)`; `tooLong` if the message is longer, which can then be received otherwise (in Python it
    ///   is lost, and the connection with it); `misuse` for a negative size.
    ///
    /// As `Connection.recv_bytes` in Python.
    public func receiveBytes(maximumCount: Int? = nil, timeout: Duration? = nil) throws -> [UInt8] {
        try check(maximumCount)
        return try receiveNext(maximumCount: maximumCount, timeout).body
    }

    /// Receives the next message as bytes without blocking the thread.
    ///
    /// When the task is cancelled no message is taken and a `CancellationError` thrown. See
    /// `receiveBytes(maximumCount:timeout:)`.
    public func receiveBytes(maximumCount: Int? = nil, timeout: Duration? = nil) async throws -> [UInt8] {
        try check(maximumCount)
        return try await receiveNext(maximumCount: maximumCount, timeout).body
    }

    private func check(_ maximumCount: Int?) throws(ProcessingError) {
        guard let maximumCount, maximumCount < 0 else { return }
        throw ProcessingError(.misuse, "receiving up to \(maximumCount) bytes from a pipe")
    }

    /// Receives the next message into memory, at its beginning.
    ///
    /// - Parameters:
    ///   - memory: Where to put the bytes; what Python's offset does, extracting a part of it does.
    ///   - timeout: How long to wait; `nil` waits as long as it takes.
    /// - Returns: How many bytes there were.
    /// - Throws: As `receive(timeout:)`; `tooLong` if the memory is too small, which leaves the message where it was.
    ///
    /// As `Connection.recv_bytes_into` in Python.
    public func receiveBytes(into memory: inout MutableRawSpan, timeout: Duration? = nil) throws -> Int {
        let message = try receiveNext(maximumCount: memory.byteCount, timeout)
        memory.withUnsafeMutableBytes { memory in message.withBody { memory.copyMemory(from: $0) } }
        return message.count
    }

    /// Receives the next message into an array, whose size stays as it is.
    ///
    /// See `receiveBytes(into:timeout:)` for memory.
    public func receiveBytes(into array: inout [UInt8], timeout: Duration? = nil) throws -> Int {
        put(try receiveNext(maximumCount: array.count, timeout), into: &array)
    }

    /// Receives the next message into an array, whose size stays as it is, without blocking the thread.
    ///
    /// When the task is cancelled no message is taken and a `CancellationError` thrown. See `receiveBytes(into:timeout:)`
    /// for memory.
    public func receiveBytes(into array: inout [UInt8], timeout: Duration? = nil) async throws -> Int {
        put(try await receiveNext(maximumCount: array.count, timeout), into: &array)
    }

    private func put(_ message: ReceivedMessage, into array: inout [UInt8]) -> Int {
        array.withUnsafeMutableBytes { memory in message.withBody { memory.copyMemory(from: $0) } }
        return message.count
    }
}
