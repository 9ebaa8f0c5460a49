/// A rank that is lost, with what it hosted and knew, and how that was found out.
struct RankLoss: Codable, Hashable, Sendable, CustomStringConvertible {
    let rank: Int
    /// Its machine, if that is known.
    let host: String
    let reason: String

    /// `rank 2 on node7 is lost: its process has ended`.
    var description: String { "rank \(rank)\(host.isEmpty ? "" : " on \(host)") is lost: \(reason)" }

    /// How processes on it are said to have ended: their fork server kills them when it sees the end of the rank.
    static let status = ExitStatus.signalled(9)

    /// What those are told who want something of it.
    var error: ProcessingError { ProcessingError(.rankLost, description) }
}

/// Decides which ranks are lost, and what follows.
///
/// Rank 0 decides for all, so that all say the same: the others report to it what they notice. Nothing can go on without rank 0, or where
/// the launcher ends the job with its first rank that is lost.
struct RankRoll {
    /// What to do about a rank that seems to be lost.
    enum Verdict: Equatable {
        /// That was known, or makes no sense.
        case nothing
        /// Rank 0 has to decide.
        case report
        /// The others go on without it; rank 0 tells them.
        case goOn(RankLoss)
        case end(RankLoss)
    }

    let ownRank: Int
    let size: Int
    /// Whether the launcher lets the others run.
    let survives: Bool
    private let hostNames: [String]
    private var losses: [Int: RankLoss] = [:]
    private var reported: Set<Int> = []

    /// Begins with those that were lost `earlier`.
    init(ownRank: Int, size: Int, survives: Bool, hostNames: [String], earlier: [RankLoss]) {
        self.ownRank = ownRank
        self.size = size
        self.survives = survives
        self.hostNames = hostNames
        for loss in earlier { losses[loss.rank] = loss }
    }

    /// The ranks that are there, in order.
    var present: [Int] { losses.isEmpty ? Array(0..<size) : (0..<size).filter { losses[$0] == nil } }
    /// Those that are not, in order.
    var lost: [RankLoss] { losses.values.sorted { $0.rank < $1.rank } }
    func loss(of rank: Int) -> RankLoss? { losses.isEmpty ? nil : losses[rank] }

    /// This rank has noticed something, or, on rank 0, another one has.
    mutating func suspect(_ rank: Int, _ reason: String) -> Verdict {
        guard (0..<size).contains(rank), rank != ownRank, losses[rank] == nil else { return .nothing }
        guard survives, rank != 0 else { return .end(lose(rank, reason)) }
        guard ownRank != 0 else { return .goOn(lose(rank, reason)) }
        return reported.insert(rank).inserted ? .report : .nothing
    }

    /// Rank 0 says which rank is lost.
    mutating func declare(_ rank: Int, _ reason: String) -> Verdict {
        guard (0..<size).contains(rank), rank != 0, losses[rank] == nil else { return .nothing }
        let loss = lose(rank, reason)
        // Whoever is taken for lost has no place any more.
        return survives && rank != ownRank ? .goOn(loss) : .end(loss)
    }

    private mutating func lose(_ rank: Int, _ reason: String) -> RankLoss {
        let host = hostNames.indices.contains(rank) ? hostNames[rank] : ""
        let loss = RankLoss(rank: rank, host: host, reason: reason)
        losses[rank] = loss
        return loss
    }
}
