extension Communicator {
    // MARK: Values

    /// Sends a value to one rank while it receives one from another, or from the same.
    ///
    /// However large the values are, ranks that all do this at once do not wait for each other for ever.
    ///
    /// ```swift
    /// let fromLeft = try world.sendReceive(mine, to: right, receiving: [Double].self, from: left)
    /// ```
    /// - Parameters:
    ///   - value: The value to send.
    ///   - destination: The rank to send to.
    ///   - sendTag: The tag of the message that is sent.
    ///   - type: The type of the value to receive.
    ///   - source: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most for the message; for ever, if omitted. If the time is up the send goes on by itself.
    /// - Returns: The value that was received.
    /// - Throws: What encoding or decoding throws; `MPIError` as ``receive(_:from:tag:timeout:)`` does.
    ///
    /// Point to point · blocking · `MPI_Sendrecv` (MPI 3.1 §3.10)
    public func sendReceive<Sent: Encodable, Received: Decodable>(
        _ value: Sent,
        to destination: Int,
        sendTag: Int = 0,
        receiving type: Received.Type = Received.self,
        from source: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws -> Received {
        // Nothing is sent if nothing can be received.
        let pattern = try pattern(from: source, tag: tag, "MPI_Sendrecv")
        if pattern.source == Pattern.noSource { throw Self.nobody("MPI_Sendrecv") }
        let request = try immediateSend(value, to: destination, tag: sendTag)
        let (operation, _) = request.take()
        let result = Result { try receive(type, from: source, tag: tag, timeout: timeout) }
        return try finish(operation, result)
    }

    // MARK: Buffers

    /// Sends a buffer to one rank while it receives one from another, or from the same.
    ///
    /// - Parameters:
    ///   - elements: The elements to send.
    ///   - destination: The rank to send to.
    ///   - sendTag: The tag of the message that is sent.
    ///   - received: Where the elements that are received are stored. The message may be shorter, not longer.
    ///   - source: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most for the message; for ever, if omitted. If the time is up the send goes on by itself, which
    ///     needs a copy of the elements.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` as ``receive(into:from:tag:timeout:)-([Element],_,_,_)`` does.
    ///
    /// Point to point · blocking · `MPI_Sendrecv` (MPI 3.1 §3.10)
    @discardableResult
    public func sendReceive<Sent: BufferElement, Received: BufferElement>(
        _ elements: Span<Sent>,
        to destination: Int,
        sendTag: Int = 0,
        into received: inout [Received],
        from source: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        _ = try pattern(from: source, tag: tag, "MPI_Sendrecv")
        guard timeout == nil else {
            let request = try immediateSend(elements, to: destination, tag: sendTag)
            return try complete(request) { () throws(MPIError) in
                try receive(into: &received, from: source, tag: tag, timeout: timeout)
            }
        }
        let datatype = Sent.datatype
        return try elements.withUnsafeBufferPointer { (memory) throws(MPIError) in
            var request = try raw.immediateSend(
                memory.baseAddress,
                memory.count * datatype.unitCount,
                datatype.raw,
                to: self.destination(destination, "MPI_Sendrecv"),
                tag: Self.number(ofTag: sendTag, "MPI_Sendrecv")
            )
            let result: Result<Status, MPIError>
            do throws(MPIError) {
                result = .success(try receive(into: &received, from: source, tag: tag, timeout: timeout))
            } catch {
                result = .failure(error)
            }
            // The memory is the caller's again when this returns.
            try request.wait("MPI_Sendrecv")
            return try result.get()
        }
    }

    /// Sends a buffer to one rank, and replaces it by one that is received from another, or from the same.
    ///
    /// - Parameters:
    ///   - elements: The elements to send; those that are received replace them from the beginning.
    ///   - destination: The rank to send to.
    ///   - sendTag: The tag of the message that is sent.
    ///   - source: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most for the message; for ever, if omitted. If the time is up the send goes on by itself.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` as ``receive(into:from:tag:timeout:)-([Element],_,_,_)`` does.
    ///
    /// Point to point · blocking · `MPI_Sendrecv_replace` (MPI 3.1 §3.10)
    @discardableResult
    public func sendReceive<Element: BufferElement>(
        inPlace elements: inout [Element],
        to destination: Int,
        sendTag: Int = 0,
        from source: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        _ = try pattern(from: source, tag: tag, "MPI_Sendrecv_replace")
        let request = try immediateSend(elements.span, to: destination, tag: sendTag)
        return try complete(request) { () throws(MPIError) in
            try receive(into: &elements, from: source, tag: tag, timeout: timeout)
        }
    }

    /// Receives, and ends a send that owns what it sends.
    func complete(_ send: consuming SendRequest, _ receive: () throws(MPIError) -> Status) throws(MPIError)
        -> Status
    {
        let (operation, _) = send.take()
        let result: Result<Status, MPIError>
        do throws(MPIError) {
            result = .success(try receive())
        } catch {
            result = .failure(error)
        }
        return try finish(operation, result)
    }

    /// Ends a send whose receive has ended: waits for it if all is well, else lets it go on by itself.
    private func finish<Value, Failure: Error>(_ send: any RequestOperation, _ result: Result<Value, Failure>)
        throws(Failure) -> Value
    {
        do throws(Failure) {
            let value = try result.get()
            send.block()
            if !send.advance() { send.abandon() }
            return value
        } catch {
            send.abandon()
            throw error
        }
    }
}
