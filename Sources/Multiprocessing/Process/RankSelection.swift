public import MPI

/// Which ranks host processes.
///
/// ```swift
/// let pool = try Pool(processes: 2, per: .rank, on: .hosts("node1", "node2"))
/// ```
/// Python has no counterpart: its processes all run on one machine.
public struct RankSelection: Codable, Hashable, Sendable {
    enum Kind: Codable, Hashable, Sendable {
        case inTurn
        case own
        case ranks([Int])
        case hosts([String])
    }

    let kind: Kind

    /// Every rank but rank 0, unless it is the only one: the default.
    public static let inTurn = RankSelection(kind: .inTurn)

    /// The rank of whoever starts the process or makes the pool: in a program of which every rank runs the block, each has
    /// processes of its own by that.
    public static let own = RankSelection(kind: .own)

    /// These ranks of the world; one that is named twice hosts twice as much.
    ///
    /// To start something there fails with a `ProcessingError` of kind `misuse` if there is no such rank, or none is named; of kind `rankLost`
    /// if all of them are lost.
    public static func ranks(_ ranks: some Sequence<Int>) -> RankSelection {
        RankSelection(kind: .ranks(Array(ranks)))
    }

    /// The ranks on the hosts of these names, as `Process.host` says them.
    ///
    /// To start something there fails with a `ProcessingError` of kind `misuse` if there is no rank on one of them.
    public static func hosts(_ names: String...) -> RankSelection { hosts(names) }

    /// The ranks on the hosts of these names.
    public static func hosts(_ names: [String]) -> RankSelection { RankSelection(kind: .hosts(names)) }

    /// The ranks that belong to a communicator; only a rank that belongs to it itself can ask for them.
    ///
    /// ```swift
    /// guard let half = try Communicator.world.split(color: Communicator.world.rank % 2) else { return }
    /// let pool = try Pool(processes: 1, per: .rank, on: .members(of: half))
    /// ```
    /// - Throws: `MPIError` if the communicator has been freed.
    public static func members(of communicator: Communicator) throws -> RankSelection {
        .ranks(try communicator.group.translate(to: Communicator.world.group).compactMap { $0 })
    }
}

/// What a pool's number of workers is counted per.
public enum WorkerShare: String, Codable, Hashable, Sendable {
    /// So many in all.
    case job
    /// So many on each rank of the selection.
    case rank
    /// So many on each host of the selection, however many ranks are there.
    case host
}
