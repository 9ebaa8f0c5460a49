/// An ordered set of processes, from which communicators are made.
///
/// It needs no communication to work with groups.
///
/// ```swift
/// let world = Communicator.world
/// let even = try world.group.including(Array(stride(from: 0, to: world.size, by: 2)))
/// ```
/// Local · `MPI_Group` (MPI 3.1 §6.3)
public struct Group: Sendable {
    /// Frees the library's group when nobody has it any more.
    private final class Handle: Sendable {
        let raw: RawGroup

        init(_ raw: RawGroup) { self.raw = raw }

        deinit { raw.free() }
    }

    private let handle: Handle

    /// The number of processes.
    ///
    /// Local · `MPI_Group_size` (MPI 3.1 §6.3.1)
    public let size: Int

    /// The rank of this process in the group; `nil` if it is not in it.
    ///
    /// Local · `MPI_Group_rank` (MPI 3.1 §6.3.1)
    public let rank: Int?

    var raw: RawGroup { handle.raw }

    /// Takes a group that the library has made.
    init(_ raw: RawGroup) throws(MPIError) {
        handle = Handle(raw)
        size = try raw.size()
        rank = try raw.rank()
    }

    /// The group without processes.
    ///
    /// It initializes MPI if need be.
    ///
    /// - Throws: `MPIError` if MPI is not running.
    ///
    /// Local · `MPI_GROUP_EMPTY` (MPI 3.1 §6.3.2)
    public static var empty: Group {
        get throws(MPIError) {
            try Runtime.initialize(.multiple)
            return try Group(.empty)
        }
    }

    // MARK: Set algebra

    /// The processes of this group, then those of the other one that are not in this one.
    ///
    /// - Parameter other: The other group.
    /// - Returns: The union.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Group_union` (MPI 3.1 §6.3.2)
    public func union(_ other: Group) throws(MPIError) -> Group { try Group(raw.union(other.raw)) }

    /// The processes of this group that are in the other one, too, in the order of this one.
    ///
    /// - Parameter other: The other group.
    /// - Returns: The intersection.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Group_intersection` (MPI 3.1 §6.3.2)
    public func intersection(_ other: Group) throws(MPIError) -> Group {
        try Group(raw.intersection(other.raw))
    }

    /// The processes of this group that are not in the other one, in the order of this one.
    ///
    /// - Parameter other: The other group.
    /// - Returns: The difference.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Group_difference` (MPI 3.1 §6.3.2)
    public func subtracting(_ other: Group) throws(MPIError) -> Group { try Group(raw.difference(other.raw)) }

    /// The processes with some ranks, in the order given.
    ///
    /// - Parameter ranks: Ranks of this group, each once; a `stride` of them is an array, too.
    /// - Returns: The group, in which the first of them has rank 0.
    /// - Throws: `MPIError` of class `rank` if there is no such rank, or one is there twice.
    ///
    /// Local · `MPI_Group_incl`, `MPI_Group_range_incl` (MPI 3.1 §6.3.2)
    public func including(_ ranks: some Sequence<Int>) throws(MPIError) -> Group {
        try Group(raw.including(numbers(of: ranks, "MPI_Group_incl")))
    }

    /// The processes without those with some ranks.
    ///
    /// - Parameter ranks: Ranks of this group, each once.
    /// - Returns: The group, in the order of this one.
    /// - Throws: `MPIError` of class `rank` if there is no such rank, or one is there twice.
    ///
    /// Local · `MPI_Group_excl`, `MPI_Group_range_excl` (MPI 3.1 §6.3.2)
    public func excluding(_ ranks: some Sequence<Int>) throws(MPIError) -> Group {
        try Group(raw.excluding(numbers(of: ranks, "MPI_Group_excl")))
    }

    private func numbers(of ranks: some Sequence<Int>, _ name: StaticString) throws(MPIError) -> [Int32] {
        var numbers: [Int32] = []
        var isThere = [Bool](repeating: false, count: size)
        for rank in ranks {
            guard isThere.indices.contains(rank), !isThere[rank] else {
                throw MPIError(
                    .rank,
                    call: name,
                    text: isThere.indices.contains(rank)
                        ? "rank \(rank) is given twice" : "there is no rank \(rank) in a group of \(size)"
                )
            }
            isThere[rank] = true
            numbers.append(Int32(rank))
        }
        return numbers
    }

    // MARK: Relations

    /// The ranks that processes of this group have in another one.
    ///
    /// ```swift
    /// let inWorld = try team.group.translate(to: world.group)     // of all of them
    /// ```
    /// - Parameters:
    ///   - ranks: Ranks of this group; all, if omitted.
    ///   - other: The other group.
    /// - Returns: Their ranks there, `nil` for a process that is not in it.
    /// - Throws: `MPIError` of class `rank` if there is no such rank.
    ///
    /// Local · `MPI_Group_translate_ranks` (MPI 3.1 §6.3.1)
    public func translate(_ ranks: [Int]? = nil, to other: Group) throws(MPIError) -> [Int?] {
        var numbers: [Int32] = []
        for rank in ranks ?? Array(0..<size) {
            guard rank >= 0, rank < size else {
                throw MPIError(
                    .rank,
                    call: "MPI_Group_translate_ranks",
                    text: "there is no rank \(rank) in a group of \(size)"
                )
            }
            numbers.append(Int32(rank))
        }
        return try raw.translate(numbers, to: other.raw)
    }

    /// How alike two groups are.
    ///
    /// - Parameter other: The other group.
    /// - Returns: `identical`, `similar` or `unequal`.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Group_compare` (MPI 3.1 §6.3.1)
    public func compare(with other: Group) throws(MPIError) -> Comparison {
        try raw.comparison(with: other.raw)
    }

    // MARK: Handles

    /// The C library's handle, for use with other bindings: valid as long as this group is kept.
    ///
    /// Local · MPI 3.1 §2.5.1
    public var rawHandle: UInt { raw.bits }

    /// The integer by which a Fortran program knows the group.
    ///
    /// Local · `MPI_Group_c2f` (MPI 3.1 §17.2.4)
    public var fortranHandle: Int32 { raw.fortranHandle }

    /// Takes a group that another binding, or C, has made.
    ///
    /// - Parameter rawHandle: What `MPI_Group` is in C. It belongs to this group from now on, which frees it.
    /// - Throws: `MPIError` of class `group` if it is the null handle.
    ///
    /// Local · MPI 3.1 §2.5.1
    public init(taking rawHandle: UInt) throws(MPIError) {
        let raw = RawGroup(bits: rawHandle)
        guard rawHandle != 0, raw != .null else {
            throw MPIError(.group, call: "MPI_Group", text: "this handle stands for no group")
        }
        try self.init(raw)
    }

    /// Takes a group that a Fortran program has made.
    ///
    /// - Parameter fortranHandle: The integer. The group belongs to this one from now on, which frees it.
    /// - Throws: `MPIError` of class `group` if it is the null handle.
    ///
    /// Local · `MPI_Group_f2c` (MPI 3.1 §17.2.4)
    public init(taking fortranHandle: Int32) throws(MPIError) {
        try self.init(taking: RawGroup(fortranHandle: fortranHandle).bits)
    }
}

extension Communicator {
    /// The processes of this communicator, in the order of their ranks.
    ///
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_group` (MPI 3.1 §6.3.2)
    public final var group: Group {
        get throws(MPIError) { try Group(raw.group()) }
    }

    /// How alike two communicators are.
    ///
    /// - Parameter other: The other communicator.
    /// - Returns: `identical` if they are the same one.
    /// - Throws: `MPIError` if one has been freed.
    ///
    /// Local · `MPI_Comm_compare` (MPI 3.1 §6.4.1)
    public final func compare(with other: Communicator) throws(MPIError) -> Comparison {
        try raw.comparison(with: other.raw)
    }
}
