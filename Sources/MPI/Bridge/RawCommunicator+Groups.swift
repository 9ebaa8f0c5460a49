internal import CMPI

extension RawCommunicator {
    func make(from group: RawGroup) throws(MPIError) -> RawCommunicator? {
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Comm_create") { MPI_Comm_create(handle, group.handle, &made) }
        return try checked(RawCommunicator(made))
    }

    func make(from group: RawGroup, tag: Int32) throws(MPIError) -> RawCommunicator? {
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Comm_create_group") {
            MPI_Comm_create_group(handle, group.handle, tag, &made)
        }
        return try checked(RawCommunicator(made))
    }

    func duplicate(_ info: RawInfo) throws(MPIError) -> RawCommunicator {
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Comm_dup_with_info") { MPI_Comm_dup_with_info(handle, info.handle, &made) }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    /// Begins to duplicate; the handle is stored where the address says when it is complete.
    func immediateDuplicate(_ target: UnsafeMutableRawPointer) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        let place = target.bindMemory(to: CommunicatorHandle.self, capacity: 1)
        place.initialize(to: cmpi_comm_null())
        try call("MPI_Comm_idup") { MPI_Comm_idup(handle, place, &request) }
        return RawRequest(request)
    }

    static let handleLength = MemoryLayout<CommunicatorHandle>.size

    /// The handle that has been stored.
    init(storedAt address: UnsafeMutableRawPointer) throws(MPIError) {
        self.init(address.load(as: CommunicatorHandle.self))
        try returnErrors()
    }

    func info() throws(MPIError) -> [String: String] {
        var made: InfoHandle = cmpi_info_null()
        try call("MPI_Comm_get_info") { MPI_Comm_get_info(handle, &made) }
        defer { RawInfo(made).free() }
        return try RawInfo(made).values()
    }

    func setInfo(_ info: RawInfo) throws(MPIError) {
        try callCollective("MPI_Comm_set_info") { MPI_Comm_set_info(handle, info.handle) }
    }

    func disconnect() throws(MPIError) {
        var gone = handle
        try callCollective("MPI_Comm_disconnect") { MPI_Comm_disconnect(&gone) }
    }

    func abort(_ status: Int32) { _ = MPI_Abort(handle, status) }

    // MARK: Between groups

    func makeIntercommunicator(_ leader: Int32, _ peer: RawCommunicator, _ remoteLeader: Int32, _ tag: Int32)
        throws(MPIError) -> RawCommunicator
    {
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Intercomm_create") {
            MPI_Intercomm_create(handle, leader, peer.handle, remoteLeader, tag, &made)
        }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    func merge(isHigh: Bool) throws(MPIError) -> RawCommunicator {
        var made: CommunicatorHandle = cmpi_comm_null()
        try callCollective("MPI_Intercomm_merge") { MPI_Intercomm_merge(handle, isHigh ? 1 : 0, &made) }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    /// The C library's number for the root itself, and for the other ranks of its group.
    static var rootItself: Int32 { cmpi_root() }

    // MARK: Attributes

    /// An attribute that the library has set.
    func attribute(_ key: Int32) throws(MPIError) -> Int? {
        var value: UnsafeMutableRawPointer?
        var isThere: Int32 = 0
        try withUnsafeMutablePointer(to: &value) { (value) throws(MPIError) in
            try call("MPI_Comm_get_attr") { MPI_Comm_get_attr(handle, key, value, &isThere) }
        }
        return isThere == 0 ? nil : value.map { Int($0.load(as: Int32.self)) }
    }

    static var tagUpperBound: Int32 { cmpi_tag_ub() }
    static var universeSize: Int32 { cmpi_universe_size() }
    static var applicationNumber: Int32 { cmpi_appnum() }
    static var isClockGlobal: Int32 { cmpi_wtime_is_global() }
    static var lastErrorCode: Int32 { cmpi_lastusedcode() }
}

extension RawCommunicator {
    // MARK: Dynamic processes

    static func parent() throws(MPIError) -> RawCommunicator? {
        var found: CommunicatorHandle = cmpi_comm_null()
        try call("MPI_Comm_get_parent") { MPI_Comm_get_parent(&found) }
        let communicator = RawCommunicator(found)
        if communicator == .null { return nil }
        try communicator.returnErrors()
        return communicator
    }

    func spawn(_ commands: [SpawnCommand], _ infos: [RawInfo], root: Int32) throws(MPIError)
        -> RawCommunicator
    {
        var made: CommunicatorHandle = cmpi_comm_null()
        let names = commands.map { strings([$0.executable]) }
        let arguments = commands.map { strings($0.arguments) }
        defer { for list in names + arguments { free(list) } }
        var nameList = names.map { $0[0] }
        var argumentLists: [UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?] = arguments.map { $0 }
        let counts = commands.map { Int32(clamping: $0.count) }
        let handles = infos.map(\.handle)
        try callConnecting("MPI_Comm_spawn_multiple") {
            MPI_Comm_spawn_multiple(
                Int32(commands.count),
                &nameList,
                &argumentLists,
                counts,
                handles,
                root,
                handle,
                &made,
                cmpi_errcodes_ignore()
            )
        }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    private func strings(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() {
            let bytes = Array(text.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            list[index] = copy
        }
        list[texts.count] = nil
        return list
    }

    private func free(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
        var next = list
        while let text = next.pointee {
            text.deallocate()
            next += 1
        }
        list.deallocate()
    }

    static func openPort(_ info: RawInfo) throws(MPIError) -> String {
        var name = [CChar](repeating: 0, count: Int(cmpi_max_port_name()) + 1)
        try callConnecting("MPI_Open_port") { MPI_Open_port(info.handle, &name) }
        return Runtime.string(name, Int32(name.count))
    }

    static func closePort(_ name: String) throws(MPIError) {
        try CText.expectWhole(name, "MPI_Close_port")
        try call("MPI_Close_port") { MPI_Close_port(name) }
    }

    static func publish(_ name: String, _ port: String, _ info: RawInfo) throws(MPIError) {
        try CText.expectWhole(name, "MPI_Publish_name")
        try call("MPI_Publish_name") { MPI_Publish_name(name, info.handle, port) }
    }

    static func unpublish(_ name: String, _ port: String, _ info: RawInfo) throws(MPIError) {
        try CText.expectWhole(name, "MPI_Unpublish_name")
        try call("MPI_Unpublish_name") { MPI_Unpublish_name(name, info.handle, port) }
    }

    static func lookUp(_ name: String, _ info: RawInfo) throws(MPIError) -> String {
        try CText.expectWhole(name, "MPI_Lookup_name")
        var port = [CChar](repeating: 0, count: Int(cmpi_max_port_name()) + 1)
        try call("MPI_Lookup_name") { MPI_Lookup_name(name, info.handle, &port) }
        return Runtime.string(port, Int32(port.count))
    }

    func accept(_ port: String, _ info: RawInfo, root: Int32) throws(MPIError) -> RawCommunicator {
        try CText.expectWhole(port, "MPI_Comm_accept")
        var made: CommunicatorHandle = cmpi_comm_null()
        try callConnecting("MPI_Comm_accept") { MPI_Comm_accept(port, info.handle, root, handle, &made) }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    func connect(_ port: String, _ info: RawInfo, root: Int32) throws(MPIError) -> RawCommunicator {
        try CText.expectWhole(port, "MPI_Comm_connect")
        var made: CommunicatorHandle = cmpi_comm_null()
        try callConnecting("MPI_Comm_connect") { MPI_Comm_connect(port, info.handle, root, handle, &made) }
        let communicator = RawCommunicator(made)
        try communicator.returnErrors()
        return communicator
    }

    static func join(_ fileDescriptor: Int32) throws(MPIError) -> RawCommunicator? {
        var made: CommunicatorHandle = cmpi_comm_null()
        try callConnecting("MPI_Comm_join") { MPI_Comm_join(fileDescriptor, &made) }
        let communicator = RawCommunicator(made)
        if communicator == .null { return nil }
        try communicator.returnErrors()
        return communicator
    }
}

/// Calls the C library for a connection between worlds, which a library may lack the means for.
///
/// MPICH over UCX, as Debian has it, says of ports that it does not support them; its other calls fail for want of one, without
/// telling why.
private func callConnecting(_ name: StaticString, _ body: () -> Int32) throws(MPIError) {
    do throws(MPIError) {
        try callCollective(name, body)
    } catch {
        guard !hasPorts() else { throw error }
        throw MPIError(
            errorClass: .notSupported,
            code: error.code,
            call: error.call,
            text: "this MPI library cannot connect ranks of different worlds: \(error.text)"
        )
    }
}

/// Whether a port can be opened, as far as the library says.
private func hasPorts() -> Bool {
    var name = [CChar](repeating: 0, count: Int(cmpi_max_port_name()) + 1)
    do throws(MPIError) {
        try call("MPI_Open_port") { MPI_Open_port(cmpi_info_null(), &name) }
    } catch {
        return !error.text.contains("not supported")
    }
    _ = MPI_Close_port(name)
    return true
}
