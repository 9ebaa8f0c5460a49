internal import CMPI

extension RawRequest {
    /// Whether the library has forgotten the request, since it is complete.
    var isNull: Bool { bits == cmpi_request_bits(cmpi_request_null()) }

    /// Moves communication along, and gives the status if the request is complete now; `nil` if not.
    mutating func test() throws(MPIError) -> Status? {
        var request: RequestHandle = handle
        var flag: Int32 = 0
        var status = MPI_Status()
        defer { self = RawRequest(request) }
        try call("MPI_Test") { MPI_Test(&request, &flag, &status) }
        return flag == 0 ? nil : Status(&status)
    }

    /// Waits until the request is complete; in the library if that may block, else between others' turns.
    @discardableResult
    mutating func wait(_ name: StaticString = "MPI_Wait") throws(MPIError) -> Status {
        guard Gate.isOpen else {
            var backoff = Backoff()
            while true {
                if let status = try test() { return status }
                backoff.pause()
            }
        }
        var request: RequestHandle = handle
        var status = MPI_Status()
        defer { self = RawRequest(request) }
        try call(name) { MPI_Wait(&request, &status) }
        return Status(&status)
    }

    /// Asks the library to give a receive up.
    ///
    /// The request still has to be completed.
    mutating func cancel() throws(MPIError) {
        var request: RequestHandle = handle
        try call("MPI_Cancel") { MPI_Cancel(&request) }
    }
}
