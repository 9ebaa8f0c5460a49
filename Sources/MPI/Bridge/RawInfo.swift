internal import CMPI

/// `MPI_Info`.
struct RawInfo: Hashable, Sendable {
    let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: InfoHandle) { bits = cmpi_info_bits(handle) }

    @inline(__always)
    var handle: InfoHandle { cmpi_info_from_bits(bits) }

    static var null: Self { Self(cmpi_info_null()) }
    static var environment: Self { Self(cmpi_info_env()) }

    /// Reads all keys and values.
    func values() throws(MPIError) -> [String: String] {
        var count: Int32 = 0
        try call("MPI_Info_get_nkeys") { MPI_Info_get_nkeys(handle, &count) }
        var values: [String: String] = [:]
        for index in 0..<count {
            var key = [CChar](repeating: 0, count: Int(cmpi_max_info_key()) + 1)
            try call("MPI_Info_get_nthkey") { MPI_Info_get_nthkey(handle, index, &key) }
            var length: Int32 = 0
            var flag: Int32 = 0
            try call("MPI_Info_get_valuelen") { MPI_Info_get_valuelen(handle, key, &length, &flag) }
            guard flag != 0 else { continue }
            var value = [CChar](repeating: 0, count: Int(length) + 1)
            try call("MPI_Info_get") { MPI_Info_get(handle, key, length, &value, &flag) }
            if flag != 0 { values[Runtime.string(key, Int32(key.count))] = Runtime.string(value, length) }
        }
        return values
    }

    /// Frees what the library or ``Info`` has made.
    func free() {
        guard self != .null, self != .environment else { return }
        var gone = handle
        _ = try? { () throws(MPIError) in try call("MPI_Info_free") { MPI_Info_free(&gone) } }()
    }
}

extension Info {
    /// Lends the hints as the library has them; none at all if there are no hints.
    func withRaw<Result: ~Copyable>(_ body: (RawInfo) throws(MPIError) -> Result) throws(MPIError) -> Result {
        if values.isEmpty { return try body(.null) }
        let raw = try makeRaw()
        defer { raw.free() }
        return try body(raw)
    }

    /// The hints as the library has them, to be freed; none at all if there are no hints.
    func makeOwned() throws(MPIError) -> RawInfo { values.isEmpty ? .null : try makeRaw() }

    private func makeRaw() throws(MPIError) -> RawInfo {
        for (key, value) in values {
            guard !key.isEmpty, key.utf8.count < Int(cmpi_max_info_key()) else {
                throw MPIError(
                    .infoKey,
                    call: "MPI_Info_set",
                    text: "the key \"\(key)\" must have 1 to \(cmpi_max_info_key() - 1) bytes"
                )
            }
            guard !CText.isCut(key) else {
                throw MPIError(
                    .infoKey,
                    call: "MPI_Info_set",
                    text: "a key with the character of code 0 in it ends there in C"
                )
            }
            guard !value.isEmpty else {
                throw MPIError(
                    .infoValue,
                    call: "MPI_Info_set",
                    text: "the value of \"\(key)\" is empty, which libraries refuse"
                )
            }
            guard !CText.isCut(value) else {
                throw MPIError(
                    .infoValue,
                    call: "MPI_Info_set",
                    text: "the value of \"\(key)\" has the character of code 0 in it, where it ends in C"
                )
            }
            guard value.utf8.count < Int(cmpi_max_info_val()) else {
                throw MPIError(
                    .infoValue,
                    call: "MPI_Info_set",
                    text:
                        "the value of \"\(key)\" has \(value.utf8.count) bytes; \(cmpi_max_info_val() - 1) fit"
                )
            }
        }
        var made: InfoHandle = cmpi_info_null()
        try call("MPI_Info_create") { MPI_Info_create(&made) }
        let raw = RawInfo(made)
        do throws(MPIError) {
            for (key, value) in values { try call("MPI_Info_set") { MPI_Info_set(made, key, value) } }
        } catch {
            raw.free()
            throw error
        }
        return raw
    }
}
