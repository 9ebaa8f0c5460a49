internal import CMPI

/// What a library of MPI 4.0 has for messages that are sent part by part.
private enum Partitions {
    typealias Making =
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, MPI_Count, DatatypeHandle, Int32, Int32, CommunicatorHandle,
            InfoHandle, UnsafeMutablePointer<RequestHandle>
        ) -> Int32
    typealias Readying = @convention(c) (Int32, RequestHandle) -> Int32
    typealias Asking = @convention(c) (RequestHandle, Int32, UnsafeMutablePointer<Int32>) -> Int32

    static let send = find("MPI_Psend_init", Making.self)
    static let receive = find("MPI_Precv_init", Making.self)
    static let ready = find("MPI_Pready", Readying.self)
    static let arrived = find("MPI_Parrived", Asking.self)

    private static func find<Signature>(_ name: StaticString, _ signature: Signature.Type)
        -> OptionalFunction<Signature>
    {
        OptionalFunction(
            name,
            as: signature,
            remedy: "it came with MPI 4.0, which Open MPI 5 and MPICH 4 have"
        )
    }
}

extension RawCommunicator {
    /// A persistent request for a message in parts, of so many elements each.
    func makePartitioned(
        isSend: Bool,
        _ address: UnsafeMutableRawPointer?,
        _ partitionCount: Int32,
        _ count: Int,
        _ datatype: RawDatatype,
        _ rank: Int32,
        _ tag: Int32
    ) throws(MPIError) -> RawRequest {
        let optional = isSend ? Partitions.send : Partitions.receive
        let function = try optional.function
        var request: RequestHandle = cmpi_request_null()
        try call(optional.name) {
            function(
                address,
                partitionCount,
                MPI_Count(count),
                datatype.handle,
                rank,
                tag,
                handle,
                cmpi_info_null(),
                &request
            )
        }
        return RawRequest(request)
    }
}

extension RawRequest {
    /// Says that a part may be sent.
    func ready(_ partition: Int32) throws(MPIError) {
        let function = try Partitions.ready.function
        try call("MPI_Pready") { function(partition, handle) }
    }

    /// Whether a part has arrived.
    func hasArrived(_ partition: Int32) throws(MPIError) -> Bool {
        let function = try Partitions.arrived.function
        var flag: Int32 = 0
        try call("MPI_Parrived") { function(handle, partition, &flag) }
        return flag != 0
    }
}
