internal import CMPI

extension RawRequest {
    /// Whether the library has forgotten the request, since it is complete.
    var isNull: Bool { bits == cmpi_request_bits(cmpi_request_null()) }

    /// Moves communication along, and gives the status if the request is complete now; `nil` if not.
    ///
    /// Of a receive into memory of a capacity, a message that is longer is no error: the status says how long it is, as far as the library does.
    mutating func test(capacity: Int? = nil) throws(MPIError) -> Status? {
        var request: RequestHandle = handle
        var flag: Int32 = 0
        var status = MPI_Status()
        defer { self = RawRequest(request) }
        do throws(MPIError) {
            try call("MPI_Test") { MPI_Test(&request, &flag, &status) }
        } catch {
            return try Self.status(&status, of: error, capacity)
        }
        return flag == 0 ? nil : Status(&status)
    }

    /// Waits until the request is complete; in the library if that may block, else between others' turns.
    ///
    /// The capacity means the same as for ``test(capacity:)``.
    @discardableResult
    mutating func wait(_ name: StaticString = "MPI_Wait", capacity: Int? = nil) throws(MPIError) -> Status {
        guard Gate.isOpen, WaitingPolicy.ofProgram == .spin else {
            var backoff = Backoff()
            while true {
                if let status = try test(capacity: capacity) { return status }
                backoff.pause()
            }
        }
        var request: RequestHandle = handle
        var status = MPI_Status()
        defer { self = RawRequest(request) }
        do throws(MPIError) {
            try call(name) { MPI_Wait(&request, &status) }
        } catch {
            return try Self.status(&status, of: error, capacity)
        }
        return Status(&status)
    }

    /// Waits in the library until all of some requests are complete.
    ///
    /// - Parameters:
    ///   - count: How many there are.
    ///   - request: Each of them; null if there is nothing to wait for.
    ///   - settle: Takes each of them back, with its status unless the library has stopped waiting before, and its error if it has failed.
    static func waitForAll(
        _ count: Int,
        _ request: (Int) -> RawRequest,
        settle: (Int, RawRequest, Status?, MPIError?) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: RequestHandle.self, capacity: max(1, count)) { requests in
            withUnsafeTemporaryAllocation(of: MPI_Status.self, capacity: max(1, count)) { statuses in
                guard let handles = requests.baseAddress, let states = statuses.baseAddress else { return }
                for index in 0..<count {
                    (handles + index).initialize(to: request(index).handle)
                    (states + index).initialize(to: MPI_Status())
                }
                let code = MPI_Waitall(Int32(count), handles, states)
                for index in 0..<count {
                    let given = RawRequest(handles[index])
                    // Without an error in a status what is said there of errors means nothing.
                    let own = code == 0 ? 0 : isInStatus(code) ? states[index].MPI_ERROR : cmpi_err_pending()
                    if own == cmpi_err_pending() {
                        settle(index, given, nil, nil)
                    } else {
                        let error = own == 0 ? nil : MPIError(code: own, call: "MPI_Waitall")
                        settle(index, given, Status(&states[index]), error)
                    }
                }
            }
        }
    }

    private static func isInStatus(_ code: Int32) -> Bool {
        var errorClass: Int32 = 0
        return MPI_Error_class(code, &errorClass) == 0 && errorClass == cmpi_err_in_status()
    }

    /// The status of a receive that has failed, if that is because the message is longer than the capacity.
    @inline(never)
    private static func status(_ status: inout MPI_Status, of error: MPIError, _ capacity: Int?)
        throws(MPIError) -> Status
    {
        guard let capacity, error.errorClass == .truncation else { throw error }
        let status = Status(&status)
        guard status.byteCount > capacity else { throw error }
        return status
    }

    /// Asks the library to give the operation up; says what came of it if it has ended.
    mutating func cancel(capacity: Int?) throws(MPIError) -> (status: Status, isCancelled: Bool)? {
        var request: RequestHandle = handle
        try call("MPI_Cancel") { MPI_Cancel(&request) }
        return try testCancelled(capacity: capacity)
    }

    /// Moves an operation along that the library has been asked to give up; says what came of it if it has ended.
    mutating func testCancelled(capacity: Int?) throws(MPIError) -> (status: Status, isCancelled: Bool)? {
        var request: RequestHandle = handle
        var flag: Int32 = 0
        var status = MPI_Status()
        defer { self = RawRequest(request) }
        do throws(MPIError) {
            try call("MPI_Test") { MPI_Test(&request, &flag, &status) }
        } catch {
            return (try Self.status(&status, of: error, capacity), false)
        }
        guard flag != 0 else { return nil }
        var isCancelled: Int32 = 0
        try call("MPI_Test_cancelled") { MPI_Test_cancelled(&status, &isCancelled) }
        return (isCancelled == 0 ? Status(&status) : .empty, isCancelled != 0)
    }

    /// Whether the operation is complete, which then still has to be waited for.
    func peek() throws(MPIError) -> Bool {
        var flag: Int32 = 0
        var status = MPI_Status()
        try call("MPI_Request_get_status") { MPI_Request_get_status(handle, &flag, &status) }
        return flag != 0
    }
}
