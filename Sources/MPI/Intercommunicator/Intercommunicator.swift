/// A communicator between two groups of ranks: whatever is sent goes to the other group, whose ranks are meant by all numbers.
///
/// ```swift
/// let workers = try world.spawn([SpawnCommand("worker", count: 4)])
/// try workers.send(task, to: 3)                                 // rank 3 of the others
/// let results = try workers.allGather(mine)                     // what the others have given
/// try workers.broadcast(from: isMain ? .here : .remote(0)) { configuration }
/// ```
/// A collective operation that all ranks take part in alike gives each group what the other one has given. In one with a root, the rank
/// that gives or gets says ``Root/here``, the rest of its group ``Root/nobody``, and the other group who it is.
///
/// MPI 3.1 §6.6
public final class Intercommunicator: Communicator, @unchecked Sendable {
    // Immutable, like what the superclass guards: hence the unchecked conformance.

    /// The ranks of the own group, among themselves.
    let local: Communicator

    /// The number of ranks of the other group.
    ///
    /// Local · `MPI_Comm_remote_size` (MPI 3.1 §6.6.1)
    public var remoteSize: Int { peerCount }

    /// The processes of the other group.
    ///
    /// - Throws: `MPIError` if the communicator has been freed.
    ///
    /// Local · `MPI_Comm_remote_group` (MPI 3.1 §6.6.1)
    public var remoteGroup: Group {
        get throws(MPIError) { try Group(raw.remoteGroup()) }
    }

    /// Who the root of a collective operation is.
    public enum Root: Sendable, Hashable {
        /// This rank.
        ///
        /// The corresponding C constant is `MPI_ROOT`.
        case here

        /// Another rank of this one's group, so that this one has nothing to do.
        ///
        /// The corresponding C constant is `MPI_PROC_NULL`.
        case nobody

        /// A rank of the other group.
        case remote(Int)
    }

    /// Takes a communicator that the library has made, and that in which the own group is.
    ///
    /// Collective over the own group.
    init(takingOver raw: RawCommunicator, among own: Communicator) throws(MPIError) {
        local = try own.duplicate()
        try super.init(raw, isOwned: true)
    }

    override func ofSameKind(_ duplicate: RawCommunicator) throws(MPIError) -> Communicator {
        try Intercommunicator(takingOver: duplicate, among: local)
    }

    /// Frees the communicator between the groups.
    ///
    /// Nothing may be under way on it. Every rank of both calls it.
    ///
    /// - Throws: `MPIError` of class `communicator` if it has been freed.
    ///
    /// Collective · blocking · `MPI_Comm_free` (MPI 3.1 §6.4.3)
    public override func free() throws(MPIError) {
        try super.free()
        try local.free()
    }

    /// Frees the communicator between the groups when all that is under way on it is complete.
    ///
    /// Every rank of both calls it.
    ///
    /// - Throws: `MPIError` of class `communicator` if it has been freed.
    ///
    /// Collective · blocking · `MPI_Comm_disconnect` (MPI 3.1 §10.5.4)
    public override func disconnect() throws(MPIError) {
        try super.disconnect()
        try local.free()
    }

    /// Makes an ordinary communicator of both groups.
    ///
    /// Every rank of both calls it; the ranks of one group give the same.
    ///
    /// - Parameter high: Whether the ranks of this group come behind those of the other. If both say the same, the order is any.
    /// - Returns: The communicator; ``Communicator/free()`` gives it back.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Intercomm_merge` (MPI 3.1 §6.6.2)
    public func merge(high: Bool = false) throws(MPIError) -> Communicator {
        try Communicator(raw.merge(isHigh: high), isOwned: true)
    }

    /// The C library's number for a root.
    func number(of root: Root, _ name: StaticString) throws(MPIError) -> Int32 {
        switch root {
        case .here: RawCommunicator.rootItself
        case .nobody: Pattern.noSource
        case .remote(let rank): try destination(rank, name)
        }
    }
}

extension Communicator {
    /// This communicator as one between groups; `nil` if it is within one.
    ///
    /// Values go through a communicator of the own group, too, which is not known of a handle that another binding has made.
    final var betweenGroups: Intercommunicator? {
        get throws(MPIError) {
            guard isBetweenGroups else { return nil }
            guard let between = self as? Intercommunicator else {
                throw MPIError(
                    .communicator,
                    call: "MPI_Comm_test_inter",
                    text: """
                        the groups of a communicator that was not made as an Intercommunicator exchange buffers and messages, no \
                        values collectively; make it by makeIntercommunicator
                        """
                )
            }
            return between
        }
    }

    /// Makes a communicator between this group of ranks and another one.
    ///
    /// Every rank of both groups calls it.
    ///
    /// ```swift
    /// let half = try world.split(color: world.rank % 2)!
    /// let between = try half.makeIntercommunicator(peer: world, remoteLeader: 1 - world.rank % 2)
    /// ```
    /// - Parameters:
    ///   - localLeader: The rank of this communicator that speaks for it.
    ///   - peer: A communicator in which the leaders of both groups are; it counts on the leaders only.
    ///   - remoteLeader: The rank that the leader of the other group has in that communicator.
    ///   - tag: Tells apart what is made at the same time between the same leaders.
    /// - Returns: The communicator; ``Intercommunicator/disconnect()`` gives it back.
    /// - Throws: `MPIError` of class `rank` if there is no such rank, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Intercomm_create` (MPI 3.1 §6.6.2)
    public final func makeIntercommunicator(
        localLeader: Int = 0,
        peer: Communicator,
        remoteLeader: Int,
        tag: Int = 0
    ) throws(MPIError) -> Intercommunicator {
        let name: StaticString = "MPI_Intercomm_create"
        let made = try raw.makeIntercommunicator(
            destination(localLeader, name),
            peer.raw,
            peer.destination(remoteLeader, name),
            Self.number(ofTag: tag, name)
        )
        return try Intercommunicator(takingOver: made, among: self)
    }
}
