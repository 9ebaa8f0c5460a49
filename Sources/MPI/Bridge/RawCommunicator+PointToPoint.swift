internal import CMPI

/// What a receive or a probe accepts: numbers of the C library, `MPI_ANY_SOURCE` and `MPI_ANY_TAG` among them.
struct Pattern: Hashable, Sendable {
    let source: Int32
    let tag: Int32

    /// Whether it accepts a message.
    func accepts(_ status: Status) -> Bool {
        (source == cmpi_any_source() || Int(source) == status.source)
            && (tag == cmpi_any_tag() || Int(tag) == status.tag)
    }

    static var anySource: Int32 { cmpi_any_source() }
    static var anyTag: Int32 { cmpi_any_tag() }
}

extension RawCommunicator {
    // MARK: Sending

    func send(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32
    ) throws(MPIError) {
        guard Gate.isOpen, let small = Int32(exactly: count) else {
            return try sendSlowly(address, count, type, to: rank, tag: tag)
        }
        try call("MPI_Send") { MPI_Send(address, small, type.handle, rank, tag, handle) }
    }

    /// Sends what is large, or gives up its turn between looks at whether the message has left.
    @inline(never)
    private func sendSlowly(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32
    ) throws(MPIError) {
        guard !Gate.isOpen else {
            return try type.withCount(count) { (count, type) throws(MPIError) in
                try call("MPI_Send") { MPI_Send(address, count, type.handle, rank, tag, handle) }
            }
        }
        var request = try immediateSend(address, count, type, to: rank, tag: tag)
        try request.wait("MPI_Send")
    }

    func immediateSend(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Isend") { MPI_Isend(address, count, type.handle, rank, tag, handle, &request) }
        }
        return RawRequest(request)
    }

    // MARK: Receiving

    func receive(
        _ address: Target,
        _ count: Int,
        _ type: RawDatatype,
        _ pattern: Pattern
    ) throws(MPIError) -> Status {
        guard Gate.isOpen, let small = Int32(exactly: count) else {
            return try receiveSlowly(address, count, type, pattern)
        }
        var status = MPI_Status()
        try call("MPI_Recv") {
            MPI_Recv(address, small, type.handle, pattern.source, pattern.tag, handle, &status)
        }
        return Status(&status)
    }

    @inline(never)
    private func receiveSlowly(
        _ address: Target,
        _ count: Int,
        _ type: RawDatatype,
        _ pattern: Pattern
    ) throws(MPIError) -> Status {
        guard !Gate.isOpen else {
            var status = MPI_Status()
            try type.withCount(count) { (count, type) throws(MPIError) in
                try call("MPI_Recv") {
                    MPI_Recv(address, count, type.handle, pattern.source, pattern.tag, handle, &status)
                }
            }
            return Status(&status)
        }
        var request = try immediateReceive(address, count, type, pattern)
        return try request.wait("MPI_Recv")
    }

    func immediateReceive(
        _ address: Target,
        _ count: Int,
        _ type: RawDatatype,
        _ pattern: Pattern
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Irecv") {
                MPI_Irecv(address, count, type.handle, pattern.source, pattern.tag, handle, &request)
            }
        }
        return RawRequest(request)
    }

    // MARK: Probing

    func probe(_ pattern: Pattern) throws(MPIError) -> Status {
        guard Gate.isOpen else {
            var backoff = Backoff()
            while true {
                if let status = try immediateProbe(pattern) { return status }
                backoff.pause()
            }
        }
        var status = MPI_Status()
        try call("MPI_Probe") { MPI_Probe(pattern.source, pattern.tag, handle, &status) }
        return Status(&status)
    }

    func immediateProbe(_ pattern: Pattern) throws(MPIError) -> Status? {
        var status = MPI_Status()
        var flag: Int32 = 0
        try call("MPI_Iprobe") { MPI_Iprobe(pattern.source, pattern.tag, handle, &flag, &status) }
        return flag == 0 ? nil : Status(&status)
    }

    func matchedProbe(_ pattern: Pattern) throws(MPIError) -> RawMessage {
        guard Gate.isOpen else {
            var backoff = Backoff()
            while true {
                if let message = try immediateMatchedProbe(pattern) { return message }
                backoff.pause()
            }
        }
        var status = MPI_Status()
        var message: MessageHandle = cmpi_message_null()
        try call("MPI_Mprobe") { MPI_Mprobe(pattern.source, pattern.tag, handle, &message, &status) }
        return RawMessage(message, Status(&status))
    }

    func immediateMatchedProbe(_ pattern: Pattern) throws(MPIError) -> RawMessage? {
        var status = MPI_Status()
        var message: MessageHandle = cmpi_message_null()
        var flag: Int32 = 0
        try call("MPI_Improbe") {
            MPI_Improbe(pattern.source, pattern.tag, handle, &flag, &message, &status)
        }
        return flag == 0 ? nil : RawMessage(message, Status(&status))
    }
}

extension RawMessage {
    func receive(_ address: Target, _ count: Int, _ type: RawDatatype) throws(MPIError) -> Status {
        guard Gate.isOpen, let small = Int32(exactly: count) else {
            return try receiveSlowly(address, count, type)
        }
        var status = MPI_Status()
        var message: MessageHandle = handle
        try call("MPI_Mrecv") { MPI_Mrecv(address, small, type.handle, &message, &status) }
        return Status(&status)
    }

    @inline(never)
    private func receiveSlowly(_ address: Target, _ count: Int, _ type: RawDatatype) throws(MPIError)
        -> Status
    {
        var request = try immediateReceive(address, count, type)
        return try request.wait("MPI_Mrecv")
    }

    func immediateReceive(_ address: Target, _ count: Int, _ type: RawDatatype) throws(MPIError) -> RawRequest
    {
        var message: MessageHandle = handle
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Imrecv") { MPI_Imrecv(address, count, type.handle, &message, &request) }
        }
        return RawRequest(request)
    }
}
