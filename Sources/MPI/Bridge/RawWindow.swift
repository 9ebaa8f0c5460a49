internal import CMPI

#if MPI_INTEGER_HANDLES
internal import Synchronization
#endif

/// `MPI_Win`.
struct RawWindow: Hashable, Sendable {
    let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: WindowHandle) { bits = cmpi_win_bits(handle) }

    @inline(__always)
    var handle: WindowHandle { cmpi_win_from_bits(bits) }

    static var null: Self { Self(cmpi_win_null()) }

    var fortranHandle: Int32 { cmpi_win_c2f(handle) }

    init(fortranHandle: Int32) { self.init(cmpi_win_f2c(fortranHandle)) }

    // MARK: Making and freeing

    private func returnErrors() throws(MPIError) {
        try call("MPI_Win_set_errhandler") { MPI_Win_set_errhandler(handle, cmpi_errors_return()) }
    }

    func setErrorHandler(_ handling: ErrorHandling) throws(MPIError) {
        ErrorListeners.ofWindows.listen(to: bits, handling.listener)
        let handler = try handling.windowHandler()
        try call("MPI_Win_set_errhandler") { MPI_Win_set_errhandler(handle, handler) }
    }

    func free() throws(MPIError) {
        ErrorListeners.ofWindows.listen(to: bits, nil)
        var gone = handle
        try callCollective("MPI_Win_free") { MPI_Win_free(&gone) }
    }

    /// With memory that the library provides; shared with the other ranks of the node, if wanted.
    static func allocate(
        byteCount: Int,
        unit: Int,
        isShared: Bool,
        _ info: RawInfo,
        _ communicator: RawCommunicator
    ) throws(MPIError) -> (window: RawWindow, address: UnsafeMutableRawPointer?) {
        var made: WindowHandle = cmpi_win_null()
        var address: UnsafeMutableRawPointer?
        try explainingRefusal(of: isShared ? "MPI_Win_allocate_shared" : "MPI_Win_allocate") {
            () throws(MPIError) in
            try withUnsafeMutablePointer(to: &address) { (address) throws(MPIError) in
                if isShared {
                    try callCollective("MPI_Win_allocate_shared") {
                        MPI_Win_allocate_shared(
                            MPI_Aint(byteCount),
                            Int32(unit),
                            info.handle,
                            communicator.handle,
                            address,
                            &made
                        )
                    }
                } else {
                    try callCollective("MPI_Win_allocate") {
                        MPI_Win_allocate(
                            MPI_Aint(byteCount),
                            Int32(unit),
                            info.handle,
                            communicator.handle,
                            address,
                            &made
                        )
                    }
                }
            }
        }
        let window = RawWindow(made)
        try window.returnErrors()
        return (window, address)
    }

    /// Without memory, which is attached later.
    static func createDynamic(_ info: RawInfo, _ communicator: RawCommunicator) throws(MPIError) -> RawWindow
    {
        var made: WindowHandle = cmpi_win_null()
        try explainingRefusal(of: "MPI_Win_create_dynamic") { () throws(MPIError) in
            try callCollective("MPI_Win_create_dynamic") {
                MPI_Win_create_dynamic(info.handle, communicator.handle, &made)
            }
        }
        let window = RawWindow(made)
        try window.returnErrors()
        return window
    }

    /// Open MPI says that a window is invalid when it has no way to make one; that explains nothing.
    private static func explainingRefusal(of name: StaticString, _ make: () throws(MPIError) -> Void)
        throws(MPIError)
    {
        do throws(MPIError) {
            try make()
        } catch  where error.errorClass == .window {
            throw MPIError(
                .notSupported,
                call: name,
                text: """
                    the MPI library has no way to the memory of other ranks between these. Open MPI 4.1 has one over TCP only below the thread \
                    level multiple: call Environment.initialize(threads: .serialized) first, and set OMPI_MCA_osc=^ucx (\(error.text))
                    """
            )
        }
    }

    func attach(_ memory: RequestMemory) throws(MPIError) {
        try call("MPI_Win_attach") { MPI_Win_attach(handle, memory.address, MPI_Aint(memory.byteCount)) }
    }

    func detach(_ memory: RequestMemory) throws(MPIError) {
        try call("MPI_Win_detach") { MPI_Win_detach(handle, memory.address) }
    }

    static func address(of memory: RequestMemory) throws(MPIError) -> Int {
        var address: MPI_Aint = 0
        try call("MPI_Get_address") { MPI_Get_address(memory.address, &address) }
        return Int(address)
    }

    /// The memory of another rank of the node.
    func shared(ofRank rank: Int32) throws(MPIError) -> UnsafeMutableRawBufferPointer {
        var byteCount: MPI_Aint = 0
        var unit: Int32 = 0
        var address: UnsafeMutableRawPointer?
        try withUnsafeMutablePointer(to: &address) { (address) throws(MPIError) in
            try call("MPI_Win_shared_query") {
                MPI_Win_shared_query(handle, rank, &byteCount, &unit, address)
            }
        }
        return UnsafeMutableRawBufferPointer(start: address, count: Int(byteCount))
    }

    // MARK: What is known of it

    func group() throws(MPIError) -> RawGroup {
        var made: GroupHandle = cmpi_group_null()
        try call("MPI_Win_get_group") { MPI_Win_get_group(handle, &made) }
        return RawGroup(made)
    }

    func info() throws(MPIError) -> [String: String] {
        var made: InfoHandle = cmpi_info_null()
        try call("MPI_Win_get_info") { MPI_Win_get_info(handle, &made) }
        defer { RawInfo(made).free() }
        return try RawInfo(made).values()
    }

    func setInfo(_ info: RawInfo) throws(MPIError) {
        try callCollective("MPI_Win_set_info") { MPI_Win_set_info(handle, info.handle) }
    }

    func name() throws(MPIError) -> String {
        var text = [CChar](repeating: 0, count: Int(cmpi_max_object_name()) + 1)
        var length: Int32 = 0
        try call("MPI_Win_get_name") { MPI_Win_get_name(handle, &text, &length) }
        return Runtime.string(text, length)
    }

    func rename(to name: String) throws(MPIError) {
        try CText.expectWhole(name, "MPI_Win_set_name")
        var fitting = name
        while fitting.utf8.count >= Int(cmpi_max_object_name()) { fitting.removeLast() }
        try call("MPI_Win_set_name") { MPI_Win_set_name(handle, fitting) }
    }

    private func attributeValue(_ key: Int32) throws(MPIError) -> UnsafeMutableRawPointer? {
        var value: UnsafeMutableRawPointer?
        var isThere: Int32 = 0
        try withUnsafeMutablePointer(to: &value) { (value) throws(MPIError) in
            try call("MPI_Win_get_attr") { MPI_Win_get_attr(handle, key, value, &isThere) }
        }
        return isThere == 0 ? nil : value
    }

    private func attribute(_ key: Int32) throws(MPIError) -> Int32? {
        try attributeValue(key)?.load(as: Int32.self)
    }

    /// The memory that this rank has in it, and the unit of its displacements, in bytes.
    func ownMemory() throws(MPIError) -> (memory: UnsafeMutableRawBufferPointer, unit: Int) {
        let start = try attributeValue(cmpi_win_base())
        let size = try attributeValue(cmpi_win_size())?.load(as: MPI_Aint.self) ?? 0
        guard start != nil || size == 0, let unit = try attribute(cmpi_win_disp_unit()) else {
            throw MPIError(.window, call: "MPI_Win_get_attr", text: "this window has no memory of its own")
        }
        return (UnsafeMutableRawBufferPointer(start: start, count: Int(size)), Int(unit))
    }

    func flavor() throws(MPIError) -> WindowFlavor {
        switch try attribute(cmpi_win_create_flavor()) {
        case cmpi_win_flavor_allocate(): .allocated
        case cmpi_win_flavor_dynamic(): .dynamic
        case cmpi_win_flavor_shared(): .shared
        default: .created
        }
    }

    func hasUnifiedMemory() throws(MPIError) -> Bool { try attribute(cmpi_win_model()) == cmpi_win_unified() }

    // MARK: Epochs

    func fence() throws(MPIError) {
        try callCollective("MPI_Win_fence") { MPI_Win_fence(0, handle) }
    }

    func start(_ group: RawGroup) throws(MPIError) {
        try call("MPI_Win_start") { MPI_Win_start(group.handle, 0, handle) }
    }

    func complete() throws(MPIError) {
        try call("MPI_Win_complete") { MPI_Win_complete(handle) }
    }

    func post(_ group: RawGroup) throws(MPIError) {
        try call("MPI_Win_post") { MPI_Win_post(group.handle, 0, handle) }
    }

    func wait() throws(MPIError) {
        try call("MPI_Win_wait") { MPI_Win_wait(handle) }
    }

    func test() throws(MPIError) -> Bool {
        var flag: Int32 = 0
        try call("MPI_Win_test") { MPI_Win_test(handle, &flag) }
        return flag != 0
    }

    func lock(_ rank: Int32, isExclusive: Bool) throws(MPIError) {
        let kind = isExclusive ? cmpi_lock_exclusive() : cmpi_lock_shared()
        try call("MPI_Win_lock") { MPI_Win_lock(kind, rank, 0, handle) }
    }

    func unlock(_ rank: Int32) throws(MPIError) {
        try call("MPI_Win_unlock") { MPI_Win_unlock(rank, handle) }
    }

    func lockAll() throws(MPIError) {
        try call("MPI_Win_lock_all") { MPI_Win_lock_all(0, handle) }
    }

    func unlockAll() throws(MPIError) {
        try call("MPI_Win_unlock_all") { MPI_Win_unlock_all(handle) }
    }

    func flush(_ rank: Int32) throws(MPIError) {
        try call("MPI_Win_flush") { MPI_Win_flush(rank, handle) }
    }

    func flushAll() throws(MPIError) {
        try call("MPI_Win_flush_all") { MPI_Win_flush_all(handle) }
    }

    func flushLocal(_ rank: Int32) throws(MPIError) {
        try call("MPI_Win_flush_local") { MPI_Win_flush_local(rank, handle) }
    }

    func flushLocalAll() throws(MPIError) {
        try call("MPI_Win_flush_local_all") { MPI_Win_flush_local_all(handle) }
    }

    /// Orders what this rank does in its own memory, and what other ranks do there.
    func sync() throws(MPIError) {
        #if MPI_INTEGER_HANDLES
        // MPICH refuses MPI_Win_sync outside a lock. Its windows have one copy of the memory, where a fence of this processor is
        // all that can be done; the probe lets others' accesses go on, as MPI_Win_sync does.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        var isThere: Int32 = 0
        try call("MPI_Win_sync") {
            MPI_Iprobe(
                cmpi_any_source(),
                cmpi_any_tag(),
                cmpi_comm_self(),
                &isThere,
                cmpi_status_ignore()
            )
        }
        #else
        try call("MPI_Win_sync") { MPI_Win_sync(handle) }
        #endif
    }

    // MARK: Accesses

    func put(_ source: Source, _ count: Int, _ type: RawDatatype, _ rank: Int32, _ offset: Int)
        throws(MPIError)
    {
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Put") {
                MPI_Put(source, count, type.handle, rank, MPI_Aint(offset), count, type.handle, handle)
            }
        }
    }

    /// How many of a pattern.
    typealias Line = (count: Int, type: RawDatatype)

    func put(_ source: Source, _ own: Line, _ rank: Int32, _ offset: Int, _ other: Line) throws(MPIError) {
        try own.type.withCount(own.count) { (count, type) throws(MPIError) in
            try other.type.withCount(other.count) { (otherCount, otherType) throws(MPIError) in
                try call("MPI_Put") {
                    MPI_Put(
                        source,
                        count,
                        type.handle,
                        rank,
                        MPI_Aint(offset),
                        otherCount,
                        otherType.handle,
                        handle
                    )
                }
            }
        }
    }

    func get(_ target: Target, _ own: Line, _ rank: Int32, _ offset: Int, _ other: Line) throws(MPIError) {
        try own.type.withCount(own.count) { (count, type) throws(MPIError) in
            try other.type.withCount(other.count) { (otherCount, otherType) throws(MPIError) in
                try call("MPI_Get") {
                    MPI_Get(
                        target,
                        count,
                        type.handle,
                        rank,
                        MPI_Aint(offset),
                        otherCount,
                        otherType.handle,
                        handle
                    )
                }
            }
        }
    }

    func get(_ target: Target, _ count: Int, _ type: RawDatatype, _ rank: Int32, _ offset: Int)
        throws(MPIError)
    {
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Get") {
                MPI_Get(target, count, type.handle, rank, MPI_Aint(offset), count, type.handle, handle)
            }
        }
    }

    func requestPut(_ source: Source, _ count: Int, _ type: RawDatatype, _ rank: Int32, _ offset: Int)
        throws(MPIError) -> RawRequest
    {
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Rput") {
                MPI_Rput(
                    source,
                    count,
                    type.handle,
                    rank,
                    MPI_Aint(offset),
                    count,
                    type.handle,
                    handle,
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    func requestGet(_ target: Target, _ count: Int, _ type: RawDatatype, _ rank: Int32, _ offset: Int)
        throws(MPIError) -> RawRequest
    {
        var request: RequestHandle = cmpi_request_null()
        try type.withCount(count) { (count, type) throws(MPIError) in
            try call("MPI_Rget") {
                MPI_Rget(
                    target,
                    count,
                    type.handle,
                    rank,
                    MPI_Aint(offset),
                    count,
                    type.handle,
                    handle,
                    &request
                )
            }
        }
        return RawRequest(request)
    }

    func accumulate(
        _ source: Source,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ rank: Int32,
        _ offset: Int
    ) throws(MPIError) {
        try call("MPI_Accumulate") {
            MPI_Accumulate(
                source,
                count,
                type.handle,
                rank,
                MPI_Aint(offset),
                count,
                type.handle,
                operation.handle,
                handle
            )
        }
    }

    func getAccumulate(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ rank: Int32,
        _ offset: Int
    ) throws(MPIError) {
        try call("MPI_Get_accumulate") {
            MPI_Get_accumulate(
                source,
                count,
                type.handle,
                target,
                count,
                type.handle,
                rank,
                MPI_Aint(offset),
                count,
                type.handle,
                operation.handle,
                handle
            )
        }
    }

    func requestAccumulate(
        _ source: Source,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ rank: Int32,
        _ offset: Int
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        try call("MPI_Raccumulate") {
            MPI_Raccumulate(
                source,
                count,
                type.handle,
                rank,
                MPI_Aint(offset),
                count,
                type.handle,
                operation.handle,
                handle,
                &request
            )
        }
        return RawRequest(request)
    }

    func requestGetAccumulate(
        _ source: Source,
        _ target: Target,
        _ count: Int32,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ rank: Int32,
        _ offset: Int
    ) throws(MPIError) -> RawRequest {
        var request: RequestHandle = cmpi_request_null()
        try call("MPI_Rget_accumulate") {
            MPI_Rget_accumulate(
                source,
                count,
                type.handle,
                target,
                count,
                type.handle,
                rank,
                MPI_Aint(offset),
                count,
                type.handle,
                operation.handle,
                handle,
                &request
            )
        }
        return RawRequest(request)
    }

    func fetchAndOperate(
        _ source: Source,
        _ target: Target,
        _ type: RawDatatype,
        _ operation: RawOperation,
        _ rank: Int32,
        _ offset: Int
    ) throws(MPIError) {
        try call("MPI_Fetch_and_op") {
            MPI_Fetch_and_op(source, target, type.handle, rank, MPI_Aint(offset), operation.handle, handle)
        }
    }

    func compareAndSwap(
        _ source: Source,
        _ expected: Source,
        _ target: Target,
        _ type: RawDatatype,
        _ rank: Int32,
        _ offset: Int
    ) throws(MPIError) {
        try call("MPI_Compare_and_swap") {
            MPI_Compare_and_swap(source, expected, target, type.handle, rank, MPI_Aint(offset), handle)
        }
    }
}

extension PredefinedOperation {
    /// The operation for windows, which take some that reductions do not.
    func rawForWindow(_ datatype: Datatype) -> RawOperation? {
        switch self {
        case .replace: RawOperation(cmpi_replace())
        case .noOperation: RawOperation(cmpi_no_op())
        default: raw(for: datatype)
        }
    }
}
