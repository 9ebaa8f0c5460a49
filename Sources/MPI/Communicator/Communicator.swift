internal import Synchronization

/// A group of ranks that communicate with each other, apart from all other communicators.
///
/// Every rank runs the same program and finds out by its ``rank`` which part is its own.
///
/// ```swift
/// let world = Communicator.world
/// print("rank \(world.rank) of \(world.size)")
/// ```
/// A communicator may be used by several threads. Its collective operations have to be called in the same order on every
/// rank, by one thread at a time.
///
/// Its subclasses know more: `CartesianCommunicator` and the other topologies who a rank's neighbours are, `Intercommunicator` a
/// second group of ranks, to which everything goes that is sent.
///
/// Local · MPI 3.1 chapter 6
public class Communicator: @unchecked Sendable {
    // Every stored property is immutable or guarded by a lock of its own, in the subclasses as well: hence the unchecked conformance.

    /// The handle of the library, or 0 when the communicator has been freed.
    private final let bits: Atomic<UInt>

    /// The number of this process in the communicator, from 0.
    ///
    /// Local · `MPI_Comm_rank` (MPI 3.1 §6.4.1)
    public final let rank: Int

    /// The number of processes in the communicator.
    ///
    /// Local · `MPI_Comm_size` (MPI 3.1 §6.4.1)
    public final let size: Int

    /// The number of ranks that can be sent to: all of its own, or those of the other group of an intercommunicator.
    final let peerCount: Int

    /// Whether what is sent goes to another group of ranks.
    final let isBetweenGroups: Bool

    /// Whether this library made the communicator, so that it can be freed.
    final let isOwned: Bool

    /// A duplicate for the messages of which collective operations on values consist.
    private final let companionHolder = Mutex<RawCommunicator?>(nil)

    /// A duplicate on which immediate collective operations on values are done.
    final let immediateTeamHolder = Mutex<Communicator?>(nil)

    /// Whether ranks agree on their arguments first.
    final let agrees = Atomic(true)

    /// The ``WaitingPolicy``, as a number.
    final let waiting = Atomic(WaitingPolicy.ofProgram.rawValue)

    /// Immediate receives of values that have found no message yet.
    final let unmatchedReceives = UnmatchedReceives()

    /// The lane on which blocking operations are done for those who await them.
    final let lane = BlockingLane()

    init(_ raw: RawCommunicator, isOwned: Bool) throws(MPIError) {
        bits = Atomic(raw.bits)
        self.isOwned = isOwned
        rank = Int(try raw.rank())
        size = Int(try raw.size())
        let remoteSize = try raw.remoteSize()
        isBetweenGroups = remoteSize != nil
        peerCount = remoteSize.map { Int($0) } ?? size
    }

    /// A communicator that MPI has from the beginning; there is nothing to go on with if it has not.
    private init(predefined raw: RawCommunicator, rank: Int, size: Int) {
        bits = Atomic(raw.bits)
        isOwned = false
        self.rank = rank
        self.size = size
        peerCount = size
        isBetweenGroups = false
    }

    // MARK: From the beginning

    /// All ranks of the job.
    ///
    /// Its first use initializes MPI; if that fails, the program ends with a message. To handle the failure call
    /// ``Environment/initialize(threads:)`` first.
    ///
    /// Local, except that its first use is collective over all ranks · `MPI_COMM_WORLD` (MPI 3.1 §2.5.4)
    public static var world: Communicator {
        if !Gate.isOpen, Gate.has(Gate.Obstacle.forbidden) { Runtime.refuse() }
        return predefinedWorld
    }

    /// This process alone.
    ///
    /// Local, except that its first use initializes MPI, like ``world`` · `MPI_COMM_SELF` (MPI 3.1 §2.5.4)
    public static var alone: Communicator {
        _ = world
        return predefinedAlone
    }

    private static let predefinedWorld: Communicator = {
        Runtime.start()
        let (rank, size) = Runtime.state.withLock { ($0.worldRank, $0.worldSize ?? 1) }
        return Communicator(predefined: .world, rank: rank, size: size)
    }()

    private static let predefinedAlone = Communicator(predefined: .alone, rank: 0, size: 1)

    // MARK: The handle

    /// The handle for calls of the library.
    final var raw: RawCommunicator {
        @inline(__always)
        get throws(MPIError) {
            let bits = bits.load(ordering: .relaxed)
            if bits == 0 { throw Self.freedError() }
            return RawCommunicator(bits: bits)
        }
    }

    @inline(never)
    private static func freedError() -> MPIError {
        MPIError(.communicator, call: "MPI_Comm_free", text: "the communicator has been freed")
    }

    /// The C library's handle, for use with other bindings: the pointer or the integer that `MPI_Comm` is.
    ///
    /// Local · MPI 3.1 §2.5.1
    public final var rawHandle: UInt { bits.load(ordering: .relaxed) }

    /// The duplicate that carries the messages of collective operations on values.
    ///
    /// Collective when called first, which is inside a collective operation.
    final func companion() throws(MPIError) -> RawCommunicator {
        if let made = companionHolder.withLock({ $0 }) { return made }
        let made = try raw.duplicate()
        companionHolder.withLock { $0 = made }
        if !isOwned { Runtime.freeAtEnd { try? made.free() } }
        return made
    }

    /// A communicator of the same class for a duplicate that the library has made.
    ///
    /// Collective.
    func ofSameKind(_ duplicate: RawCommunicator) throws(MPIError) -> Communicator {
        try Communicator(duplicate, isOwned: true)
    }

    /// Frees a communicator that the program has made, by ``duplicate()``, ``split(color:key:)`` or in another way.
    ///
    /// Nothing may be under way on it.
    ///
    /// Every rank of the communicator calls it. Using the communicator afterwards is an error.
    ///
    /// - Throws: `MPIError` of class `communicator` if it is ``world``, ``alone`` or has been freed.
    ///
    /// Collective · blocking · `MPI_Comm_free` (MPI 3.1 §6.4.3)
    public func free() throws(MPIError) {
        try release { (raw) throws(MPIError) in try raw.free() }
    }

    /// Frees a communicator when all that is under way on it is complete.
    ///
    /// Every rank of the communicator calls it. Jobs that have connected to each other are apart again when all communicators between them are
    /// disconnected.
    ///
    /// - Throws: `MPIError` of class `communicator` if it is ``world``, ``alone`` or has been freed.
    ///
    /// Collective · blocking · `MPI_Comm_disconnect` (MPI 3.1 §10.5.4)
    public func disconnect() throws(MPIError) {
        try release { (raw) throws(MPIError) in try raw.disconnect() }
    }

    private final func release(_ free: (RawCommunicator) throws(MPIError) -> Void) throws(MPIError) {
        guard isOwned else {
            throw MPIError(
                .communicator,
                call: "MPI_Comm_free",
                text: "a communicator that MPI has from the beginning cannot be freed"
            )
        }
        let gone = bits.exchange(0, ordering: .sequentiallyConsistent)
        guard gone != 0 else { throw Self.freedError() }
        let companion = companionHolder.withLock { holder in
            defer { holder = nil }
            return holder
        }
        ErrorListeners.ofCommunicators.listen(to: gone, nil)
        let immediateTeam = immediateTeamHolder.withLock { holder in
            defer { holder = nil }
            return holder
        }
        // The other ranks count on what was begun, whether or not anybody waits for it here.
        immediateTeam?.lane.finish()
        try immediateTeam?.free()
        try companion?.free()
        try free(RawCommunicator(bits: gone))
    }

    // MARK: Arguments

    /// Whether there is nobody else, so that a collective operation has nothing to do.
    @inline(__always)
    final var isAlone: Bool { size == 1 && !isBetweenGroups }

    /// The C library's number for a rank that something is sent to.
    @inline(__always)
    final func destination(_ rank: Int, _ name: StaticString) throws(MPIError) -> Int32 {
        guard UInt(bitPattern: rank) < UInt(bitPattern: peerCount) else {
            return try otherDestination(rank, name)
        }
        return Int32(truncatingIfNeeded: rank)
    }

    @inline(never)
    private final func otherDestination(_ rank: Int, _ name: StaticString) throws(MPIError) -> Int32 {
        if rank == Self.noRank { return Pattern.noSource }
        throw rankError(rank, name)
    }

    /// Nobody: what is sent there goes nowhere, and what is received from there is an empty buffer.
    ///
    /// So the ranks at the edge of a grid need no code of their own. A value cannot be received from nobody.
    ///
    /// ```swift
    /// let (left, right) = try grid.shift(along: 0)
    /// try grid.send(edge.span, to: right ?? Communicator.noRank)
    /// ```
    /// The corresponding C constant is `MPI_PROC_NULL`.
    public static let noRank = Int.min

    /// The C library's number for the root of a collective operation.
    @inline(__always)
    final func rootNumber(_ root: Int, _ name: StaticString) throws(MPIError) -> Int32 {
        guard UInt(bitPattern: root) < UInt(bitPattern: size), !isBetweenGroups else {
            throw rootError(root, name)
        }
        return Int32(truncatingIfNeeded: root)
    }

    /// The C library's numbers for what a receive accepts.
    @inline(__always)
    final func pattern(from rank: Int?, tag: Int?, _ name: StaticString) throws(MPIError) -> Pattern {
        Pattern(
            source: rank == nil ? Pattern.anySource : try destination(rank ?? 0, name),
            tag: tag == nil ? Pattern.anyTag : try Self.number(ofTag: tag ?? 0, name)
        )
    }

    /// The C library's number for a tag.
    @inline(__always)
    static func number(ofTag tag: Int, _ name: StaticString) throws(MPIError) -> Int32 {
        guard tag >= 0, let number = Int32(exactly: tag) else { throw tagError(tag, name) }
        return number
    }

    /// Throws if a number of elements is negative, or so large that no memory holds them: numbers of bytes would overflow.
    static func expectCount(_ count: Int, _ name: StaticString) throws(MPIError) {
        guard count >= 0, count < 1 << 48 else {
            throw MPIError(.count, call: name, text: "\(count) is no number of elements")
        }
    }

    @inline(never)
    private final func rankError(_ rank: Int, _ name: StaticString) -> MPIError {
        MPIError(.rank, call: name, text: "there is no rank \(rank) in a communicator of \(peerCount)")
    }

    @inline(never)
    private final func rootError(_ root: Int, _ name: StaticString) -> MPIError {
        MPIError(
            .root,
            call: name,
            text: isBetweenGroups
                ? "the root of an operation between two groups is said by Intercommunicator.Root"
                : "there is no rank \(root) in a communicator of \(size) to be the root"
        )
    }

    @inline(never)
    private static func tagError(_ tag: Int, _ name: StaticString) -> MPIError {
        MPIError(.tag, call: name, text: "\(tag) is no tag: a tag is a number from 0 to \(Int32.max) at most")
    }
}

extension Communicator: CustomStringConvertible {
    /// The rank, the size and the name.
    public var description: String {
        "rank \(rank) of \(size) in \((try? name) ?? "a communicator that has been freed")"
    }
}
