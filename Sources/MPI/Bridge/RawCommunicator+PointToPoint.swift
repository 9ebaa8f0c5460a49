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
    static var noSource: Int32 { cmpi_proc_null() }
    static var anyTag: Int32 { cmpi_any_tag() }
}

extension RawCommunicator {
    // MARK: Sending

    func send(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32,
        _ mode: SendMode = .standard
    ) throws(MPIError) {
        guard Gate.isOpen, mode == .standard, let small = Int32(exactly: count) else {
            return try sendSlowly(address, count, type, to: rank, tag: tag, mode)
        }
        try call("MPI_Send") { MPI_Send(address, small, type.handle, rank, tag, handle) }
    }

    @inline(never)
    private func sendSlowly(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32,
        _ mode: SendMode
    ) throws(MPIError) {
        guard !Gate.isOpen else {
            if mode == .buffered { try SendBuffer.expectRoom(for: count, type) }
            return try type.withCount(count) { (count, type) throws(MPIError) in
                let type = type.handle
                switch mode {
                case .standard: try call("MPI_Send") { MPI_Send(address, count, type, rank, tag, handle) }
                case .synchronous:
                    try call("MPI_Ssend") { MPI_Ssend(address, count, type, rank, tag, handle) }
                case .buffered: try call("MPI_Bsend") { MPI_Bsend(address, count, type, rank, tag, handle) }
                case .ready: try call("MPI_Rsend") { MPI_Rsend(address, count, type, rank, tag, handle) }
                }
            }
        }
        var request = try immediateSend(address, count, type, to: rank, tag: tag, mode)
        try request.wait("MPI_Send")
    }

    func immediateSend(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32,
        _ mode: SendMode = .standard
    ) throws(MPIError) -> RawRequest {
        if mode == .buffered { try SendBuffer.expectRoom(for: count, type) }
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            let type = type.handle
            switch mode {
            case .standard:
                try call("MPI_Isend") { MPI_Isend(address, count, type, rank, tag, handle, &request) }
            case .synchronous:
                try call("MPI_Issend") { MPI_Issend(address, count, type, rank, tag, handle, &request) }
            case .buffered:
                try call("MPI_Ibsend") { MPI_Ibsend(address, count, type, rank, tag, handle, &request) }
            case .ready:
                try call("MPI_Irsend") { MPI_Irsend(address, count, type, rank, tag, handle, &request) }
            }
        }
        return RawRequest(request)
    }

    /// Describes a send that is started later.
    ///
    /// The library keeps the datatype of a count that C cannot express as long as the request.
    func makeSend(
        _ address: Source,
        _ count: Int,
        _ type: RawDatatype,
        to rank: Int32,
        tag: Int32,
        _ mode: SendMode
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            let type = type.handle
            switch mode {
            case .standard:
                try call("MPI_Send_init") { MPI_Send_init(address, count, type, rank, tag, handle, &request) }
            case .synchronous:
                try call("MPI_Ssend_init") {
                    MPI_Ssend_init(address, count, type, rank, tag, handle, &request)
                }
            case .buffered:
                try call("MPI_Bsend_init") {
                    MPI_Bsend_init(address, count, type, rank, tag, handle, &request)
                }
            case .ready:
                try call("MPI_Rsend_init") {
                    MPI_Rsend_init(address, count, type, rank, tag, handle, &request)
                }
            }
        }
        return RawRequest(request)
    }

    /// Describes a receive that is started later.
    func makeReceive(_ address: Target, _ count: Int, _ type: RawDatatype, _ pattern: Pattern)
        throws(MPIError)
        -> RawRequest
    {
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Recv_init") {
                MPI_Recv_init(address, count, type.handle, pattern.source, pattern.tag, handle, &request)
            }
        }
        return RawRequest(request)
    }

    /// A count as C has it.
    static func count(_ count: Int, _ name: StaticString) throws(MPIError) -> Int32 {
        guard let small = Int32(exactly: count), small >= 0 else {
            throw MPIError(.count, call: name, text: "\(count) elements; it must be 0 to \(Int32.max) here")
        }
        return small
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
    /// Receives the message, of which everything that there is to know is known already.
    func receive(_ address: Target, _ count: Int, _ type: RawDatatype) throws(MPIError) {
        guard Gate.isOpen, let small = Int32(exactly: count) else {
            return try receiveSlowly(address, count, type)
        }
        var message: MessageHandle = handle
        try call("MPI_Mrecv") { MPI_Mrecv(address, small, type.handle, &message, cmpi_status_ignore()) }
    }

    @inline(never)
    private func receiveSlowly(_ address: Target, _ count: Int, _ type: RawDatatype) throws(MPIError) {
        var request = try immediateReceive(address, count, type)
        try request.wait("MPI_Mrecv")
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
