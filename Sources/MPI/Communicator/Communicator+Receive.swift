extension Communicator {
    // MARK: Values

    /// Receives a value that another rank has sent.
    ///
    /// ```swift
    /// let data = try world.receive([String: Int].self, from: 0, tag: 11)
    /// ```
    /// - Parameters:
    ///   - type: The type of the value, the same that was sent.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The value.
    /// - Throws: What decoding throws; `MPIError` of class `mismatch` if the message is not a value of this type, after which it
    ///   is gone, of class `timedOut` if there was none in time, or what the MPI library reports.
    ///
    /// Point to point · blocking · `MPI_Mprobe`, `MPI_Mrecv`, or `MPI_Recv` (MPI 3.1 §3.8.2)
    public func receive<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws -> Value {
        try receiveWithStatus(type, from: rank, tag: tag, timeout: timeout).value
    }

    /// Receives a value, and says who sent it with which tag.
    ///
    /// ```swift
    /// let (answer, status) = try world.receiveWithStatus(Double.self)
    /// print("rank \(status.source) says \(answer)")
    /// ```
    /// - Parameters:
    ///   - type: The type of the value, the same that was sent.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The value, and what is known of its message.
    /// - Throws: As ``receive(_:from:tag:timeout:)`` does.
    ///
    /// Point to point · blocking · `MPI_Mprobe`, `MPI_Mrecv`, or `MPI_Recv` (MPI 3.1 §3.8.2)
    public func receiveWithStatus<Value: Decodable>(
        _ type: Value.Type = Value.self,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws -> (value: Value, status: Status) {
        let pattern = try pattern(from: rank, tag: tag, "MPI_Mprobe")
        // Without asking for its length first, if there is memory for any.
        if timeout == nil, Gate.isOpen, spins, unmatchedReceives.isEmpty, pattern.source != Pattern.noSource,
            let place = ScratchMemory.takeValueLanding()
        {
            // What has arrived of a message that fails is given back as well.
            var byteCount = Int.max
            defer { ScratchMemory.giveBackValueLanding(byteCount) }
            let status = try raw.receive(place.address, LandingZone.datatypeCount, place.datatype, pattern)
            byteCount = status.byteCount
            let bytes = UnsafeRawBufferPointer(start: place.address, count: byteCount)
            return (try ValueFormat.read(type, from: bytes, "MPI_Recv", rank: status.source), status)
        }
        let message = try match(pattern, timeout, "MPI_Mprobe")
        return (try message.receiveValue(type), message.status)
    }

    /// Waits for a message and takes it out of the reach of other receives.
    func match(_ pattern: Pattern, _ timeout: Duration?, _ name: StaticString) throws(MPIError) -> RawMessage
    {
        let raw = try raw
        if pattern.source == Pattern.noSource { throw Self.nobody(name) }
        if timeout == nil, spins, unmatchedReceives.isEmpty { return try raw.matchedProbe(pattern) }
        let deadline = Deadline(after: timeout)
        var backoff = Backoff(spins ? .backOff : waitingPolicy)
        while true {
            if let message = try matchNow(pattern, raw) { return message }
            if deadline.isOver { throw Self.timedOut(name) }
            backoff.pause()
        }
    }

    /// Takes a message that has arrived out of the reach of other receives, if there is one.
    @inline(__always)
    func matchNow(_ pattern: Pattern, _ raw: RawCommunicator) throws(MPIError) -> RawMessage? {
        unmatchedReceives.isEmpty
            ? try raw.immediateMatchedProbe(pattern) : try unmatchedReceives.match(pattern, on: self)
    }

    static func nobody(_ name: StaticString) -> MPIError {
        MPIError(.rank, call: name, text: "no value comes from noRank, which is nobody")
    }

    static func timedOut(_ name: StaticString) -> MPIError {
        MPIError(.timedOut, call: name, text: "no message arrived within the time given")
    }

    // MARK: Buffers

    /// Receives elements that another rank has sent as a buffer, into an array that the caller has.
    ///
    /// ```swift
    /// var numbers = [Double](repeating: 0, count: 1000)
    /// let status = try world.receive(into: &numbers, from: 0)
    /// let count = status.count(of: Double.self)
    /// ```
    /// - Parameters:
    ///   - elements: Where the elements are stored, from the beginning. The message may be shorter, not longer.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: `MPIError` of class `truncation` if the message is longer than the array, `mismatch` if it is a value or ends within
    ///   an element, `timedOut` if there was none in time, or what the MPI library reports.
    ///
    /// Point to point · blocking · `MPI_Recv` (MPI 3.1 §3.2.4)
    @inlinable
    @discardableResult
    public func receive<Element: BufferElement>(
        into elements: inout [Element],
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        let datatype = Element.datatype
        return try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try receiveBuffer(
                UnsafeMutableRawBufferPointer(memory),
                memory.count,
                datatype,
                rank,
                tag,
                timeout
            )
        }
    }

    /// Receives elements that another rank has sent as a buffer, into memory that the caller has.
    ///
    /// - Parameters:
    ///   - elements: Where the elements are stored, from the beginning. The message may be shorter, not longer.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: Who sent the message, with which tag, and how long it is.
    /// - Throws: As the variant that takes an array does.
    ///
    /// Point to point · blocking · `MPI_Recv` (MPI 3.1 §3.2.4)
    @inlinable
    @discardableResult
    public func receive<Element: BufferElement>(
        into elements: inout MutableSpan<Element>,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> Status {
        let datatype = Element.datatype
        return try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try receiveBuffer(
                UnsafeMutableRawBufferPointer(memory),
                memory.count,
                datatype,
                rank,
                tag,
                timeout
            )
        }
    }

    /// Receives a buffer of any length into a new array.
    ///
    /// ```swift
    /// let numbers = try world.receiveElements(of: Double.self, from: 0)
    /// ```
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - rank: The rank to receive from; any, if omitted.
    ///   - tag: The tag that the message must have; any, if omitted.
    ///   - timeout: How long to wait at most; for ever, if omitted.
    /// - Returns: The elements.
    /// - Throws: `MPIError` of class `mismatch` if the message is a value or ends within an element, `timedOut` if there was none
    ///   in time, or what the MPI library reports.
    ///
    /// Point to point · blocking · `MPI_Mprobe`, `MPI_Mrecv` (MPI 3.1 §3.8.2)
    public func receiveElements<Element: BufferElement>(
        of type: Element.Type = Element.self,
        from rank: Int? = nil,
        tag: Int? = nil,
        timeout: Duration? = nil
    ) throws(MPIError) -> [Element] {
        let message = try match(pattern(from: rank, tag: tag, "MPI_Mprobe"), timeout, "MPI_Mprobe")
        return try message.receiveElements(of: type)
    }

    @usableFromInline
    func receiveBuffer(
        _ memory: UnsafeMutableRawBufferPointer,
        _ count: Int,
        _ datatype: Datatype,
        _ rank: Int?,
        _ tag: Int?,
        _ timeout: Duration?
    ) throws(MPIError) -> Status {
        let raw = try raw
        let pattern = try pattern(from: rank, tag: tag, "MPI_Recv")
        if pattern.source == Pattern.noSource {
            return Status(source: pattern.source, tag: pattern.tag, byteCount: 0)
        }
        guard timeout == nil, spins, unmatchedReceives.isEmpty, memory.count <= LandingZone.capacity,
            let zone = ScratchMemory.landingZone
        else {
            let message = try match(pattern, timeout, "MPI_Recv")
            try message.receive(into: memory, elementLength: datatype.elementLength)
            return message.status
        }
        let status: Status
        do throws(MPIError) {
            status = try raw.receive(zone.address, count * datatype.unitCount, datatype.raw, pattern)
        } catch {
            zone.clear()
            throw error
        }
        try Self.checkBuffer(zone.address, status, elementLength: datatype.elementLength)
        memory.baseAddress?.copyMemory(from: zone.address, byteCount: min(status.byteCount, memory.count))
        return status
    }

    /// The error of a message that is longer than the memory for it.
    static func truncation(_ status: Status, capacity: Int) -> MPIError {
        MPIError(
            .truncation,
            call: "MPI_Recv",
            text: "rank \(status.source) sent \(status.byteCount) bytes, and there is memory for \(capacity)"
        )
    }

    /// Refuses what was received as a buffer if it is a value, or no whole number of elements.
    @inline(__always)
    static func checkBuffer(
        _ address: UnsafeRawPointer?,
        _ status: Status,
        elementLength: Int
    ) throws(MPIError) {
        if ValueFormat.isValue(address, status.byteCount) { throw valueInsteadOfBuffer(status) }
        // Elements are powers of two of bytes, mostly: no division for them.
        let isWhole =
            elementLength & (elementLength - 1) == 0
            ? status.byteCount & (elementLength - 1) == 0 : status.byteCount.isMultiple(of: elementLength)
        if !isWhole { throw partOfElement(status, elementLength) }
    }

    @inline(never)
    private static func valueInsteadOfBuffer(_ status: Status) -> MPIError {
        MPIError(
            .mismatch,
            call: "MPI_Recv",
            text: "expected a buffer; rank \(status.source) sent a value, which receive(_:from:tag:) takes"
        )
    }

    @inline(never)
    private static func partOfElement(_ status: Status, _ elementLength: Int) -> MPIError {
        MPIError(
            .mismatch,
            call: "MPI_Recv",
            text: """
                expected elements of \(elementLength) bytes; rank \(status.source) sent \(status.byteCount) bytes, \
                which is no whole number of them
                """
        )
    }
}
