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
        guard Gate.isOpen, WaitingPolicy.ofProgram == .spin else {
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

    /// Asks the library to give the operation up, and says whether it has ended, and whether by that.
    mutating func cancel() throws(MPIError) -> (hasEnded: Bool, isCancelled: Bool) {
        var request: RequestHandle = handle
        try call("MPI_Cancel") { MPI_Cancel(&request) }
        var flag: Int32 = 0
        var status = MPI_Status()
        defer { self = RawRequest(request) }
        try call("MPI_Test") { MPI_Test(&request, &flag, &status) }
        guard flag != 0 else { return (false, false) }
        var isCancelled: Int32 = 0
        try call("MPI_Test_cancelled") { MPI_Test_cancelled(&status, &isCancelled) }
        return (true, isCancelled != 0)
    }

    /// Whether the operation is complete, which then still has to be waited for.
    func peek() throws(MPIError) -> Bool {
        var flag: Int32 = 0
        var status = MPI_Status()
        try call("MPI_Request_get_status") { MPI_Request_get_status(handle, &flag, &status) }
        return flag != 0
    }
}
