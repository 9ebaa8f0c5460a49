internal import CMPI

extension Runtime {
    static func initializeLibrary(_ wanted: ThreadLevel) throws(MPIError) {
        var provided: Int32 = 0
        try call("MPI_Init_thread") { MPI_Init_thread(nil, nil, wanted.libraryValue, &provided) }
    }

    static func finalizeLibrary() throws(MPIError) {
        try call("MPI_Finalize") { MPI_Finalize() }
    }

    static func abortLibrary(_ status: Int32) {
        _ = MPI_Abort(cmpi_comm_world(), status)
    }

    static func providedLevel() throws(MPIError) -> ThreadLevel {
        var provided: Int32 = 0
        try call("MPI_Query_thread") { MPI_Query_thread(&provided) }
        return ThreadLevel.allCases.last { $0.libraryValue <= provided } ?? .single
    }

    static var libraryIsInitialized: Bool {
        var flag: Int32 = 0
        return MPI_Initialized(&flag) == 0 && flag != 0
    }

    static var libraryIsFinalized: Bool {
        var flag: Int32 = 0
        return MPI_Finalized(&flag) == 0 && flag != 0
    }

    static var libraryVersion: String {
        var text = [CChar](repeating: 0, count: Int(cmpi_max_library_version_string()) + 1)
        var length: Int32 = 0
        _ = MPI_Get_library_version(&text, &length)
        return string(text, length)
    }

    static var standardVersion: (major: Int, minor: Int) {
        var major: Int32 = 0
        var minor: Int32 = 0
        _ = MPI_Get_version(&major, &minor)
        return (Int(major), Int(minor))
    }

    static var wallTime: Double { MPI_Wtime() }

    static var wallTimeResolution: Double { MPI_Wtick() }

    static func isMainThread() throws(MPIError) -> Bool {
        var flag: Int32 = 0
        try call("MPI_Is_thread_main") { MPI_Is_thread_main(&flag) }
        return flag != 0
    }

    static func controlProfiling(_ level: Int32) throws(MPIError) {
        try call("MPI_Pcontrol") { cmpi_pcontrol(level) }
    }

    static func processorName() throws(MPIError) -> String {
        var text = [CChar](repeating: 0, count: Int(cmpi_max_processor_name()) + 1)
        var length: Int32 = 0
        try call("MPI_Get_processor_name") { MPI_Get_processor_name(&text, &length) }
        return string(text, length)
    }

    static func string(_ text: [CChar], _ length: Int32) -> String {
        String(
            decoding: text.prefix(Int(max(0, length))).prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }
}

extension ThreadLevel {
    var libraryValue: Int32 {
        switch self {
        case .single: cmpi_thread_single()
        case .funneled: cmpi_thread_funneled()
        case .serialized: cmpi_thread_serialized()
        case .multiple: cmpi_thread_multiple()
        }
    }
}
