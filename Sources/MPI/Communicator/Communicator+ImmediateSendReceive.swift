extension Communicator {
    /// Begins to send a value to one rank and to receive one from another, or from the same, and returns at once.
    ///
    /// - Parameters:
    ///   - value: The value to send.
    ///   - destination: The rank to send to.
    ///   - sendTag: The tag of the message that is sent.
    ///   - type: The type of the value to receive.
    ///   - source: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: A request that is complete when the value has left and the other one has come. If it is cancelled the send goes on by itself.
    /// - Throws: What encoding throws; `MPIError` if there is no such rank.
    ///
    /// Point to point · `MPI_Isend` with `MPI_Imrecv`, in place of `MPI_Isendrecv` (MPI 4.0 §3.11)
    public final func immediateSendReceive<Sent: Encodable, Received: Decodable>(
        _ value: Sent,
        to destination: Int,
        sendTag: Int = 0,
        receiving type: Received.Type = Received.self,
        from source: Int? = nil,
        tag: Int? = nil
    ) throws -> ReceiveRequest<Received> {
        let (receive, finish) = try immediateReceive(type, from: source, tag: tag).take()
        return ReceiveRequest(
            try pair(receive) { try immediateSend(value, to: destination, tag: sendTag).take().0 },
            finish: finish
        )
    }

    /// Begins to send a buffer to one rank and to receive one from another, or from the same, and returns at once.
    ///
    /// ```swift
    /// let request = try world.immediateSendReceive(keeping: edge, to: right, receiving: Double.self, from: left)
    /// compute()
    /// let fromLeft = try request.wait()
    /// ```
    /// - Parameters:
    ///   - elements: The elements to send; they are kept, not copied.
    ///   - destination: The rank to send to.
    ///   - sendTag: The tag of the message that is sent.
    ///   - type: The type of the elements to receive.
    ///   - source: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: A request for the elements that come, which may take the place of those that leave. If it is cancelled the send goes on by itself.
    /// - Throws: `MPIError` if there is no such rank.
    ///
    /// Point to point · `MPI_Isend` with `MPI_Imrecv`, in place of `MPI_Isendrecv`, `MPI_Isendrecv_replace` (MPI 4.0 §3.11)
    public final func immediateSendReceive<Sent: BufferElement, Received: BufferElement>(
        keeping elements: [Sent],
        to destination: Int,
        sendTag: Int = 0,
        receiving type: Received.Type = Received.self,
        from source: Int? = nil,
        tag: Int? = nil
    ) throws -> ReceiveRequest<[Received]> {
        let (receive, finish) = try immediateReceiveElements(of: type, from: source, tag: tag).take()
        return ReceiveRequest(
            try pair(receive) {
                try immediateSend(keeping: elements, to: destination, tag: sendTag).take().0
            },
            finish: finish
        )
    }

    /// Gives the receive up if the send cannot begin.
    private func pair(
        _ receive: any RequestOperation,
        _ send: () throws -> any RequestOperation
    ) throws -> PairOperation {
        do {
            return PairOperation(try send(), receive)
        } catch {
            receive.abandon()
            throw error
        }
    }
}
