extension Communicator {
    /// Waits until a message has arrived, and says what is known of it, without receiving it.
    ///
    /// If several threads receive on the communicator another one may receive the message before this one can; use
    /// ``matchedProbe(from:tag:timeout:)`` then.
    ///
    /// - Parameters:
    ///   - rank: The rank that must have sent the message; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` of class `timedOut` if there was no message in time, or what the MPI library reports.
    ///
    /// Point to point · blocking · `MPI_Probe` (MPI 3.1 §3.8.1)
    public func probe(
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        let raw = try raw
        let pattern = try pattern(from: rank, tag: tag, "MPI_Probe")
        guard timeout != nil else { return try raw.probe(pattern) }
        let deadline = Deadline(after: timeout)
        var backoff = Backoff()
        while true {
            if let status = try raw.immediateProbe(pattern) { return status }
            if deadline.isOver { throw Self.timedOut("MPI_Probe") }
            backoff.pause()
        }
    }

    /// Says whether a message has arrived, and what is known of it, without receiving it.
    ///
    /// - Parameters:
    ///   - rank: The rank that must have sent the message; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: Who sent the message, with which tag, and how long it is; `nil` if there is none.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Point to point · `MPI_Iprobe` (MPI 3.1 §3.8.1)
    public func immediateProbe(from rank: Int? = nil, tag: Int? = nil) throws(MPIError) -> Status? {
        try raw.immediateProbe(pattern(from: rank, tag: tag, "MPI_Iprobe"))
    }

    /// Waits until a message has arrived, and takes it out of the reach of all other receives, to be received later.
    ///
    /// ```swift
    /// let message = try world.matchedProbe()
    /// print("\(message.status.byteCount) bytes from rank \(message.status.source)")
    /// let text = try message.receive(String.self)
    /// ```
    /// - Parameters:
    ///   - rank: The rank that must have sent the message; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The message, to be received once.
    /// - Throws: `MPIError` of class `timedOut` if there was no message in time, or what the MPI library reports.
    ///
    /// Point to point · blocking · `MPI_Mprobe` (MPI 3.1 §3.8.2)
    public func matchedProbe(
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> MatchedMessage {
        MatchedMessage(try match(pattern(from: rank, tag: tag, "MPI_Mprobe"), timeout, "MPI_Mprobe"))
    }

    /// Takes a message that has arrived out of the reach of all other receives, to be received later.
    ///
    /// - Parameters:
    ///   - rank: The rank that must have sent the message; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    /// - Returns: The message, to be received once; `nil` if there is none.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Point to point · `MPI_Improbe` (MPI 3.1 §3.8.2)
    public func immediateMatchedProbe(from rank: Int? = nil, tag: Int? = nil) throws(MPIError)
        -> MatchedMessage?
    {
        guard let message = try matchNow(pattern(from: rank, tag: tag, "MPI_Improbe"), raw) else {
            return nil
        }
        return MatchedMessage(message)
    }
}
