internal import CMPI

extension RawRequest {
    /// Starts a persistent request that is not active.
    func start() throws(MPIError) {
        var request = handle
        try call("MPI_Start") { MPI_Start(&request) }
    }

    /// Whether a persistent request has ended; then it is inactive.
    ///
    /// Open MPI frees a request that has failed, even a persistent one, which is null then.
    mutating func testPersistent() throws(MPIError) -> Status? {
        var request = handle
        defer { self = RawRequest(request) }
        var flag: Int32 = 0
        var status = MPI_Status()
        try call("MPI_Test") { MPI_Test(&request, &flag, &status) }
        return flag == 0 ? nil : Status(&status)
    }

    mutating func waitPersistent() throws(MPIError) -> Status {
        guard Gate.isOpen else {
            var backoff = Backoff()
            while true {
                if let status = try testPersistent() { return status }
                backoff.pause()
            }
        }
        var request = handle
        defer { self = RawRequest(request) }
        var status = MPI_Status()
        try call("MPI_Wait") { MPI_Wait(&request, &status) }
        return Status(&status)
    }

    /// Frees an inactive persistent request.
    ///
    /// Nothing is left of it after the end of MPI anyway.
    func freePersistent() {
        guard !isNull, !Runtime.libraryIsFinalized else { return }
        var request = handle
        _ = try? { () throws(MPIError) in try call("MPI_Request_free") { MPI_Request_free(&request) } }()
    }
}
