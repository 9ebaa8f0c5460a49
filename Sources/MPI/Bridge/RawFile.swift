internal import CMPI

/// `MPI_File`.
struct RawFile: Hashable, Sendable {
    let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: FileHandle) { bits = cmpi_file_bits(handle) }

    @inline(__always)
    var handle: FileHandle { cmpi_file_from_bits(bits) }

    static var null: Self { Self(cmpi_file_null()) }

    var fortranHandle: Int32 { cmpi_file_c2f(handle) }

    init(fortranHandle: Int32) { self.init(cmpi_file_f2c(fortranHandle)) }

    static func open(_ path: String, _ mode: Int32, _ info: RawInfo, _ communicator: RawCommunicator)
        throws(MPIError)
        -> RawFile
    {
        try CText.expectWhole(path, "MPI_File_open")
        var made: FileHandle = cmpi_file_null()
        try callCollective("MPI_File_open") {
            MPI_File_open(communicator.handle, path, mode, info.handle, &made)
        }
        return RawFile(made)
    }

    static func delete(_ path: String, _ info: RawInfo) throws(MPIError) {
        try CText.expectWhole(path, "MPI_File_delete")
        try call("MPI_File_delete") { MPI_File_delete(path, info.handle) }
    }

    func close() throws(MPIError) {
        ErrorListeners.ofFiles.listen(to: bits, nil)
        var gone = handle
        try callCollective("MPI_File_close") { MPI_File_close(&gone) }
    }

    func setErrorHandler(_ handling: ErrorHandling) throws(MPIError) {
        ErrorListeners.ofFiles.listen(to: bits, handling.listener)
        let handler = try handling.fileHandler()
        try call("MPI_File_set_errhandler") { MPI_File_set_errhandler(handle, handler) }
    }

    func size() throws(MPIError) -> Int {
        var size: MPI_Offset = 0
        try call("MPI_File_get_size") { MPI_File_get_size(handle, &size) }
        return Int(size)
    }

    func resize(_ size: Int) throws(MPIError) {
        try Self.expect(size, "MPI_File_set_size")
        try callCollective("MPI_File_set_size") { MPI_File_set_size(handle, MPI_Offset(size)) }
    }

    func preallocate(_ size: Int) throws(MPIError) {
        try Self.expect(size, "MPI_File_preallocate")
        try callCollective("MPI_File_preallocate") { MPI_File_preallocate(handle, MPI_Offset(size)) }
    }

    func sync() throws(MPIError) {
        try callCollective("MPI_File_sync") { MPI_File_sync(handle) }
    }

    func isAtomic() throws(MPIError) -> Bool {
        var flag: Int32 = 0
        try call("MPI_File_get_atomicity") { MPI_File_get_atomicity(handle, &flag) }
        return flag != 0
    }

    func setAtomic(_ isAtomic: Bool) throws(MPIError) {
        try callCollective("MPI_File_set_atomicity") { MPI_File_set_atomicity(handle, isAtomic ? 1 : 0) }
    }

    func mode() throws(MPIError) -> Int32 {
        var mode: Int32 = 0
        try call("MPI_File_get_amode") { MPI_File_get_amode(handle, &mode) }
        return mode
    }

    func group() throws(MPIError) -> RawGroup {
        var made: GroupHandle = cmpi_group_null()
        try call("MPI_File_get_group") { MPI_File_get_group(handle, &made) }
        return RawGroup(made)
    }

    func info() throws(MPIError) -> [String: String] {
        var made: InfoHandle = cmpi_info_null()
        try call("MPI_File_get_info") { MPI_File_get_info(handle, &made) }
        defer { RawInfo(made).free() }
        return try RawInfo(made).values()
    }

    func setInfo(_ info: RawInfo) throws(MPIError) {
        try callCollective("MPI_File_set_info") { MPI_File_set_info(handle, info.handle) }
    }

    // MARK: Views and pointers

    func setView(
        _ displacement: Int,
        _ element: RawDatatype,
        _ pattern: RawDatatype,
        _ form: String,
        _ info: RawInfo
    )
        throws(MPIError)
    {
        try Self.expect(displacement, "MPI_File_set_view")
        try callCollective("MPI_File_set_view") {
            MPI_File_set_view(
                handle,
                MPI_Offset(displacement),
                element.handle,
                pattern.handle,
                form,
                info.handle
            )
        }
    }

    func view() throws(MPIError) -> (byteOffset: Int, representation: String) {
        var displacement: MPI_Offset = 0
        var (element, pattern): (DatatypeHandle, DatatypeHandle) = (
            cmpi_datatype_null(), cmpi_datatype_null()
        )
        var form = [CChar](repeating: 0, count: Int(cmpi_max_datarep_string()) + 1)
        try call("MPI_File_get_view") { MPI_File_get_view(handle, &displacement, &element, &pattern, &form) }
        // What the library gives here is a duplicate, even of a datatype of its own in Open MPI.
        for datatype in [RawDatatype(element), RawDatatype(pattern)] where try !datatype.isNamed() {
            datatype.free()
        }
        return (Int(displacement), Runtime.string(form, Int32(form.count)))
    }

    func seek(_ offset: Int, isShared: Bool) throws(MPIError) {
        try Self.expect(offset, "MPI_File_seek")
        if isShared {
            try callCollective("MPI_File_seek_shared") {
                MPI_File_seek_shared(handle, MPI_Offset(offset), cmpi_seek_set())
            }
        } else {
            try call("MPI_File_seek") { MPI_File_seek(handle, MPI_Offset(offset), cmpi_seek_set()) }
        }
    }

    func position(isShared: Bool) throws(MPIError) -> Int {
        var offset: MPI_Offset = 0
        if isShared {
            try call("MPI_File_get_position_shared") { MPI_File_get_position_shared(handle, &offset) }
        } else {
            try call("MPI_File_get_position") { MPI_File_get_position(handle, &offset) }
        }
        return Int(offset)
    }

    func byteOffset(_ offset: Int) throws(MPIError) -> Int {
        try Self.expect(offset, "MPI_File_get_byte_offset")
        var found: MPI_Offset = 0
        try call("MPI_File_get_byte_offset") { MPI_File_get_byte_offset(handle, MPI_Offset(offset), &found) }
        return Int(found)
    }

    func extent(of datatype: RawDatatype) throws(MPIError) -> Int {
        var extent: MPI_Aint = 0
        try call("MPI_File_get_type_extent") { MPI_File_get_type_extent(handle, datatype.handle, &extent) }
        return Int(extent)
    }
}

// MARK: Reading and writing

extension RawFile {
    /// Throws if a place in a file or its size is negative, which Open MPI does not always notice.
    private static func expect(_ number: Int, _ name: StaticString) throws(MPIError) {
        guard number >= 0 else {
            throw MPIError(.argument, call: name, text: "\(number) is no place in a file")
        }
    }

    /// Returns how many bytes there were.
    func read(
        _ address: UnsafeMutableRawPointer?,
        _ count: Int,
        _ type: RawDatatype,
        _ place: FilePlace,
        isCollective: Bool
    ) throws(MPIError) -> Int {
        if case .offset(let offset) = place { try Self.expect(offset, "MPI_File_read_at") }
        var status = MPI_Status()
        try type.withCount(count) { (count, type) throws(MPIError) in
            let type = type.handle
            switch (place, isCollective) {
            case (.offset(let offset), false):
                try call("MPI_File_read_at") {
                    MPI_File_read_at(handle, MPI_Offset(offset), address, count, type, &status)
                }
            case (.offset(let offset), true):
                try callCollective("MPI_File_read_at_all") {
                    MPI_File_read_at_all(handle, MPI_Offset(offset), address, count, type, &status)
                }
            case (.own, false):
                try call("MPI_File_read") { MPI_File_read(handle, address, count, type, &status) }
            case (.own, true):
                try callCollective("MPI_File_read_all") {
                    MPI_File_read_all(handle, address, count, type, &status)
                }
            case (.shared, false):
                try call("MPI_File_read_shared") {
                    MPI_File_read_shared(handle, address, count, type, &status)
                }
            case (.shared, true):
                try callCollective("MPI_File_read_ordered") {
                    MPI_File_read_ordered(handle, address, count, type, &status)
                }
            }
        }
        return Status(&status).byteCount
    }

    func immediateRead(
        _ address: UnsafeMutableRawPointer?,
        _ count: Int,
        _ type: RawDatatype,
        _ place: FilePlace,
        isCollective: Bool
    ) throws(MPIError) -> RawRequest {
        if case .offset(let offset) = place { try Self.expect(offset, "MPI_File_iread_at") }
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            let type = type.handle
            switch (place, isCollective) {
            case (.offset(let offset), false):
                try call("MPI_File_iread_at") {
                    MPI_File_iread_at(handle, MPI_Offset(offset), address, count, type, &request)
                }
            case (.offset(let offset), true):
                try call("MPI_File_iread_at_all") {
                    MPI_File_iread_at_all(handle, MPI_Offset(offset), address, count, type, &request)
                }
            case (.own, false):
                try call("MPI_File_iread") { MPI_File_iread(handle, address, count, type, &request) }
            case (.own, true):
                try call("MPI_File_iread_all") { MPI_File_iread_all(handle, address, count, type, &request) }
            case (.shared, false):
                try call("MPI_File_iread_shared") {
                    MPI_File_iread_shared(handle, address, count, type, &request)
                }
            case (.shared, true):
                preconditionFailure("MPI has no immediate form of what all ranks do in their order")
            }
        }
        return RawRequest(request)
    }

    /// Returns how many bytes there were.
    func write(
        _ address: UnsafeRawPointer?,
        _ count: Int,
        _ type: RawDatatype,
        _ place: FilePlace,
        isCollective: Bool
    ) throws(MPIError) -> Int {
        if case .offset(let offset) = place { try Self.expect(offset, "MPI_File_write_at") }
        var status = MPI_Status()
        try type.withCount(count) { (count, type) throws(MPIError) in
            let type = type.handle
            switch (place, isCollective) {
            case (.offset(let offset), false):
                try call("MPI_File_write_at") {
                    MPI_File_write_at(handle, MPI_Offset(offset), address, count, type, &status)
                }
            case (.offset(let offset), true):
                try callCollective("MPI_File_write_at_all") {
                    MPI_File_write_at_all(handle, MPI_Offset(offset), address, count, type, &status)
                }
            case (.own, false):
                try call("MPI_File_write") { MPI_File_write(handle, address, count, type, &status) }
            case (.own, true):
                try callCollective("MPI_File_write_all") {
                    MPI_File_write_all(handle, address, count, type, &status)
                }
            case (.shared, false):
                try call("MPI_File_write_shared") {
                    MPI_File_write_shared(handle, address, count, type, &status)
                }
            case (.shared, true):
                try callCollective("MPI_File_write_ordered") {
                    MPI_File_write_ordered(handle, address, count, type, &status)
                }
            }
        }
        return Status(&status).byteCount
    }

    func immediateWrite(
        _ address: UnsafeRawPointer?,
        _ count: Int,
        _ type: RawDatatype,
        _ place: FilePlace,
        isCollective: Bool
    ) throws(MPIError) -> RawRequest {
        if case .offset(let offset) = place { try Self.expect(offset, "MPI_File_iwrite_at") }
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            let type = type.handle
            switch (place, isCollective) {
            case (.offset(let offset), false):
                try call("MPI_File_iwrite_at") {
                    MPI_File_iwrite_at(handle, MPI_Offset(offset), address, count, type, &request)
                }
            case (.offset(let offset), true):
                try call("MPI_File_iwrite_at_all") {
                    MPI_File_iwrite_at_all(handle, MPI_Offset(offset), address, count, type, &request)
                }
            case (.own, false):
                try call("MPI_File_iwrite") { MPI_File_iwrite(handle, address, count, type, &request) }
            case (.own, true):
                try call("MPI_File_iwrite_all") {
                    MPI_File_iwrite_all(handle, address, count, type, &request)
                }
            case (.shared, false):
                try call("MPI_File_iwrite_shared") {
                    MPI_File_iwrite_shared(handle, address, count, type, &request)
                }
            case (.shared, true):
                preconditionFailure("MPI has no immediate form of what all ranks do in their order")
            }
        }
        return RawRequest(request)
    }

}

extension FileMode {
    var libraryValue: Int32 {
        let table: [(FileMode, Int32)] = [
            (.create, cmpi_mode_create()), (.readOnly, cmpi_mode_rdonly()), (.writeOnly, cmpi_mode_wronly()),
            (.readWrite, cmpi_mode_rdwr()), (.deleteOnClose, cmpi_mode_delete_on_close()),
            (.uniqueOpen, cmpi_mode_unique_open()), (.exclusive, cmpi_mode_excl()),
            (.append, cmpi_mode_append()),
            (.sequential, cmpi_mode_sequential()),
        ]
        return table.reduce(0) { contains($1.0) ? $0 | $1.1 : $0 }
    }

    init(libraryValue: Int32) {
        let all: [FileMode] = [
            .create, .readOnly, .writeOnly, .readWrite, .deleteOnClose, .uniqueOpen, .exclusive, .append,
            .sequential,
        ]
        self = all.reduce([]) { libraryValue & $1.libraryValue != 0 ? $0.union($1) : $0 }
    }
}
