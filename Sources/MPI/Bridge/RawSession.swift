internal import CMPI

#if MPI_INTEGER_HANDLES
private typealias SessionHandle = Int32
#else
private typealias SessionHandle = UnsafeMutableRawPointer?
#endif

/// `MPI_Session`, which libraries of MPI 4.0 have.
struct RawSession: Sendable {
    let bits: UInt

    private enum Functions {
        typealias Starting =
            @convention(c) (InfoHandle, ErrorHandlerHandle, UnsafeMutablePointer<SessionHandle>) -> Int32
        typealias Ending = @convention(c) (UnsafeMutablePointer<SessionHandle>) -> Int32
        typealias Counting = @convention(c) (SessionHandle, InfoHandle, UnsafeMutablePointer<Int32>) -> Int32
        typealias Naming =
            @convention(c) (
                SessionHandle, InfoHandle, Int32, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<CChar>?
            ) -> Int32
        typealias Telling =
            @convention(c) (SessionHandle, UnsafePointer<CChar>, UnsafeMutablePointer<InfoHandle>) -> Int32
        typealias Grouping =
            @convention(c) (SessionHandle, UnsafePointer<CChar>, UnsafeMutablePointer<GroupHandle>) -> Int32
        typealias Joining =
            @convention(c) (
                GroupHandle, UnsafePointer<CChar>, InfoHandle, ErrorHandlerHandle,
                UnsafeMutablePointer<CommunicatorHandle>
            ) -> Int32

        static let initialize = find("MPI_Session_init", Starting.self)
        static let finalize = find("MPI_Session_finalize", Ending.self)
        static let setCount = find("MPI_Session_get_num_psets", Counting.self)
        static let setName = find("MPI_Session_get_nth_pset", Naming.self)
        static let setInfo = find("MPI_Session_get_pset_info", Telling.self)
        static let group = find("MPI_Group_from_session_pset", Grouping.self)
        static let communicator = find("MPI_Comm_create_from_group", Joining.self)

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

    private var handle: SessionHandle {
        #if MPI_INTEGER_HANDLES
        SessionHandle(truncatingIfNeeded: bits)
        #else
        UnsafeMutableRawPointer(bitPattern: bits)
        #endif
    }

    init(_ info: RawInfo) throws(MPIError) {
        let function = try Functions.initialize.function
        #if MPI_INTEGER_HANDLES
        var made: SessionHandle = 0
        #else
        var made: SessionHandle = nil
        #endif
        try call("MPI_Session_init") { function(info.handle, cmpi_errors_return(), &made) }
        #if MPI_INTEGER_HANDLES
        bits = UInt(UInt32(bitPattern: made))
        #else
        bits = UInt(bitPattern: made)
        #endif
    }

    func finalize() throws(MPIError) {
        let function = try Functions.finalize.function
        var gone = handle
        try callCollective("MPI_Session_finalize") { function(&gone) }
    }

    func processSets() throws(MPIError) -> [String] {
        let (count, name) = (try Functions.setCount.function, try Functions.setName.function)
        var number: Int32 = 0
        try call("MPI_Session_get_num_psets") { count(handle, cmpi_info_null(), &number) }
        var names: [String] = []
        for index in 0..<number {
            // The length is asked first.
            var length: Int32 = 0
            try call("MPI_Session_get_nth_pset") { name(handle, cmpi_info_null(), index, &length, nil) }
            var text = [CChar](repeating: 0, count: Int(length) + 1)
            try call("MPI_Session_get_nth_pset") { name(handle, cmpi_info_null(), index, &length, &text) }
            names.append(Runtime.string(text, Int32(text.count)))
        }
        return names
    }

    func info(ofProcessSet name: String) throws(MPIError) -> [String: String] {
        try CText.expectWhole(name, "MPI_Session_get_pset_info")
        let function = try Functions.setInfo.function
        var made: InfoHandle = cmpi_info_null()
        try call("MPI_Session_get_pset_info") { function(handle, name, &made) }
        defer { RawInfo(made).free() }
        return try RawInfo(made).values()
    }

    func group(ofProcessSet name: String) throws(MPIError) -> RawGroup {
        try CText.expectWhole(name, "MPI_Group_from_session_pset")
        let function = try Functions.group.function
        var made: GroupHandle = cmpi_group_null()
        try call("MPI_Group_from_session_pset") { function(handle, name, &made) }
        return RawGroup(made)
    }

    static func makeCommunicator(_ group: RawGroup, _ tag: String, _ info: RawInfo) throws(MPIError)
        -> RawCommunicator
    {
        let function = try Functions.communicator.function
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Comm_create_from_group") {
            function(group.handle, tag, info.handle, cmpi_errors_return(), &made)
        }
        return RawCommunicator(made)
    }
}
