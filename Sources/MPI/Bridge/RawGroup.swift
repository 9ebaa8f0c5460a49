internal import CMPI

/// `MPI_Group`.
struct RawGroup: Hashable, Sendable {
    let bits: UInt

    @inline(__always)
    init(bits: UInt) { self.bits = bits }

    @inline(__always)
    init(_ handle: GroupHandle) { bits = cmpi_group_bits(handle) }

    @inline(__always)
    var handle: GroupHandle { cmpi_group_from_bits(bits) }

    static var null: Self { Self(cmpi_group_null()) }
    static var empty: Self { Self(cmpi_group_empty()) }

    func size() throws(MPIError) -> Int {
        var size: Int32 = 0
        try call("MPI_Group_size") { MPI_Group_size(handle, &size) }
        return Int(size)
    }

    /// The rank of this process; `nil` if it is not in the group.
    func rank() throws(MPIError) -> Int? {
        var rank: Int32 = 0
        try call("MPI_Group_rank") { MPI_Group_rank(handle, &rank) }
        return rank == cmpi_undefined() ? nil : Int(rank)
    }

    func translate(_ ranks: [Int32], to other: RawGroup) throws(MPIError) -> [Int?] {
        var translated = [Int32](repeating: 0, count: ranks.count)
        try call("MPI_Group_translate_ranks") {
            MPI_Group_translate_ranks(handle, Int32(ranks.count), ranks, other.handle, &translated)
        }
        return translated.map { $0 == cmpi_undefined() ? nil : Int($0) }
    }

    func comparison(with other: RawGroup) throws(MPIError) -> Comparison {
        var result: Int32 = 0
        try call("MPI_Group_compare") { MPI_Group_compare(handle, other.handle, &result) }
        return Comparison(libraryValue: result)
    }

    func union(_ other: RawGroup) throws(MPIError) -> RawGroup {
        try make("MPI_Group_union") { MPI_Group_union(handle, other.handle, &$0) }
    }

    func intersection(_ other: RawGroup) throws(MPIError) -> RawGroup {
        try make("MPI_Group_intersection") { MPI_Group_intersection(handle, other.handle, &$0) }
    }

    func difference(_ other: RawGroup) throws(MPIError) -> RawGroup {
        try make("MPI_Group_difference") { MPI_Group_difference(handle, other.handle, &$0) }
    }

    func including(_ ranks: [Int32]) throws(MPIError) -> RawGroup {
        try make("MPI_Group_incl") { MPI_Group_incl(handle, Int32(ranks.count), ranks, &$0) }
    }

    func excluding(_ ranks: [Int32]) throws(MPIError) -> RawGroup {
        try make("MPI_Group_excl") { MPI_Group_excl(handle, Int32(ranks.count), ranks, &$0) }
    }

    private func make(_ name: StaticString, _ body: (inout GroupHandle) -> Int32) throws(MPIError) -> RawGroup
    {
        var made: GroupHandle = cmpi_group_null()
        try call(name) { body(&made) }
        return RawGroup(made)
    }

    func free() {
        guard self != .null, self != .empty, !Runtime.libraryIsFinalized else { return }
        var gone = handle
        _ = try? { () throws(MPIError) in try call("MPI_Group_free") { MPI_Group_free(&gone) } }()
    }

    var fortranHandle: Int32 { cmpi_group_c2f(handle) }

    init(fortranHandle: Int32) { self.init(cmpi_group_f2c(fortranHandle)) }
}

extension RawCommunicator {
    func group() throws(MPIError) -> RawGroup {
        var made: GroupHandle = cmpi_group_null()
        try call("MPI_Comm_group") { MPI_Comm_group(handle, &made) }
        return RawGroup(made)
    }

    func remoteGroup() throws(MPIError) -> RawGroup {
        var made: GroupHandle = cmpi_group_null()
        try call("MPI_Comm_remote_group") { MPI_Comm_remote_group(handle, &made) }
        return RawGroup(made)
    }

    func comparison(with other: RawCommunicator) throws(MPIError) -> Comparison {
        var result: Int32 = 0
        try call("MPI_Comm_compare") { MPI_Comm_compare(handle, other.handle, &result) }
        return Comparison(libraryValue: result)
    }
}

extension Comparison {
    init(libraryValue: Int32) {
        if libraryValue == cmpi_ident() {
            self = .identical
        } else if libraryValue == cmpi_congruent() {
            self = .congruent
        } else if libraryValue == cmpi_similar() {
            self = .similar
        } else {
            self = .unequal
        }
    }
}
