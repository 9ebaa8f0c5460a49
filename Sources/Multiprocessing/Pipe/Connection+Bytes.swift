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
        var (endpoint, frame) = try makeSend(timeout)
        frame.bytes.append(contentsOf: bytes)
        guard try !sendAtOnce(frame, endpoint) else { return }
        try checkSend(try endpoint.call(frame))
    }

    /// Sends bytes to the far end, as one message, without blocking the thread.
    ///
    /// When the task is cancelled while it waits for room nothing is sent and a `CancellationError` thrown. See
    /// `sendBytes(_:timeout:)`.
    public func sendBytes(_ bytes: some Collection<UInt8>, timeout: Duration? = nil) async throws {
        var (endpoint, frame) = try makeSend(timeout)
        frame.bytes.append(contentsOf: bytes)
        guard try !sendAtOnce(frame, endpoint) else { return }
        try checkSend(try await endpoint.call(frame))
    }

    /// Sends memory to the far end, as one message.
    ///
    /// Parts of it are sent as `sendBytes(memory.extracting(4..<20))`.
    ///
    /// See `sendBytes(_:timeout:)` for the parameters and errors.
    ///
    /// As `Connection.send_bytes` in Python.
    public func sendBytes(_ memory: RawSpan, timeout: Duration? = nil) throws {
        var (endpoint, frame) = try makeSend(timeout)
        memory.withUnsafeBytes { frame.bytes.append(contentsOf: $0) }
        guard try !sendAtOnce(frame, endpoint) else { return }
        try checkSend(try endpoint.call(frame))
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
        let mayLook = LoanDrawer.mayLook(timeout)
        if let item = lentItem(maximumCount: maximumCount ?? .max, looking: mayLook) {
            return item.withBody { Array($0) }
        }
        let (endpoint, frame) = try makeBytesReceive(maximumCount, timeout, looksForMore: mayLook)
        let reply = try endpoint.call(frame)
        return try take(reply, endpoint).withBody { Array($0) }
    }

    /// Receives the next message as bytes without blocking the thread.
    ///
    /// When the task is cancelled no message is taken and a `CancellationError` thrown. See
    /// `receiveBytes(maximumCount:timeout:)`.
    public func receiveBytes(maximumCount: Int? = nil, timeout: Duration? = nil) async throws -> [UInt8] {
        if let item = lentItem(maximumCount: maximumCount ?? .max) { return item.withBody { Array($0) } }
        let (endpoint, frame) = try makeBytesReceive(maximumCount, timeout)
        let reply = try await endpoint.call(frame)
        return try take(reply, endpoint).withBody { Array($0) }
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
        let item: LoanDrawer.Item
        if let lent = lentItem(maximumCount: memory.byteCount) {
            item = lent
        } else {
            let (endpoint, frame) = try makeBytesReceive(memory.byteCount, timeout)
            item = try take(try endpoint.call(frame), endpoint)
        }
        memory.withUnsafeMutableBytes { memory in item.withBody { memory.copyMemory(from: $0) } }
        return item.range.count
    }

    /// Receives the next message into an array, whose size stays as it is.
    ///
    /// See `receiveBytes(into:timeout:)` for memory.
    public func receiveBytes(into array: inout [UInt8], timeout: Duration? = nil) throws -> Int {
        if let item = lentItem(maximumCount: array.count) { return put(item, into: &array) }
        let (endpoint, frame) = try makeBytesReceive(array.count, timeout)
        return put(try take(try endpoint.call(frame), endpoint), into: &array)
    }

    /// Receives the next message into an array, whose size stays as it is, without blocking the thread.
    ///
    /// When the task is cancelled no message is taken and a `CancellationError` thrown. See `receiveBytes(into:timeout:)`
    /// for memory.
    public func receiveBytes(into array: inout [UInt8], timeout: Duration? = nil) async throws -> Int {
        if let item = lentItem(maximumCount: array.count) { return put(item, into: &array) }
        let (endpoint, frame) = try makeBytesReceive(array.count, timeout)
        let reply = try await endpoint.call(frame)
        return put(try take(reply, endpoint), into: &array)
    }

    private func put(_ item: LoanDrawer.Item, into array: inout [UInt8]) -> Int {
        array.withUnsafeMutableBytes { memory in item.withBody { memory.copyMemory(from: $0) } }
        return item.range.count
    }

    private func makeBytesReceive(
        _ maximumCount: Int?,
        _ timeout: Duration?,
        looksForMore: Bool = false
    ) throws(ProcessingError) -> (endpoint: Endpoint, frame: Frame) {
        if let maximumCount, maximumCount < 0 {
            throw ProcessingError(.misuse, "receiving up to \(maximumCount) bytes from a pipe")
        }
        return try receiveFrame(
            .pipeReceive,
            timeout,
            maximumCount: maximumCount,
            looksForMore: looksForMore
        )
    }
}
