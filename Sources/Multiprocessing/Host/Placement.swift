/// Decides which rank hosts the next process: in turn, on every rank but the main one, unless that is the only one, or unless
/// others were selected.
struct Placement {
    /// The host of each rank.
    private let hostNames: [String]
    private let ownRank: Int
    private var candidates: [Int]
    private var lost: Set<Int> = []
    private var next: Int
    /// Whose turn it is among those of a selection.
    private var turns: [RankSelection: Int] = [:]
    private static let maximumTurns = 64

    /// - Parameters:
    ///   - hostNames: The host of each rank.
    ///   - ownRank: The rank that decides. Different ranks begin at different places, so that they don't all choose the same.
    init(hostNames: [String], ownRank: Int) {
        self.hostNames = hostNames
        self.ownRank = ownRank
        candidates = hostNames.count == 1 ? [0] : Array(1..<hostNames.count)
        next = ownRank % candidates.count
    }

    /// A rank is lost: it hosts nothing any more, and if it was the last one beside the main one, that one hosts all.
    mutating func forget(_ rank: Int) {
        lost.insert(rank)
        guard let position = candidates.firstIndex(of: rank) else { return }
        candidates.remove(at: position)
        if candidates.isEmpty { candidates = [0] }
        if position < next { next -= 1 }
        next %= candidates.count
    }

    /// The rank for one process.
    ///
    /// One that was asked for by its number may be lost.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` if there is no such rank, `rankLost` if all that were selected are lost.
    mutating func chooseRank(requested: Int?, among selection: RankSelection? = nil) throws(ProcessingError)
        -> Int
    {
        if let requested {
            guard hostNames.indices.contains(requested) else { throw noRank(requested) }
            return requested
        }
        guard let selection, selection != .inTurn else {
            defer { next = (next + 1) % candidates.count }
            return candidates[next]
        }
        let ranks = try ranks(of: selection)
        let turn = turns[selection, default: 0]
        if turns.count > Placement.maximumTurns { turns = [:] }
        turns[selection] = (turn + 1) % ranks.count
        return ranks[turn % ranks.count]
    }

    /// The ranks that were selected and are not lost: one at least.
    func ranks(of selection: RankSelection) throws(ProcessingError) -> [Int] {
        let ranks = try selected(selection).filter { !lost.contains($0) }
        guard !ranks.isEmpty else {
            throw ProcessingError(.rankLost, "all ranks are lost that were selected to host processes")
        }
        return ranks
    }

    private func selected(_ selection: RankSelection) throws(ProcessingError) -> [Int] {
        switch selection.kind {
        case .inTurn: return candidates
        case .own: return [ownRank]
        case .ranks(let ranks):
            guard !ranks.isEmpty else { throw ProcessingError(.misuse, "no rank was selected") }
            if let wrong = ranks.first(where: { !hostNames.indices.contains($0) }) { throw noRank(wrong) }
            return ranks
        case .hosts(let names):
            guard !names.isEmpty else { throw ProcessingError(.misuse, "no host was selected") }
            if let wrong = names.first(where: { !hostNames.contains($0) }) {
                let known = Set(hostNames).sorted().joined(separator: ", ")
                throw ProcessingError(.misuse, "there is no rank on a host '\(wrong)', but on \(known)")
            }
            return hostNames.indices.filter { names.contains(hostNames[$0]) }
        }
    }

    private func noRank(_ rank: Int) -> ProcessingError {
        ProcessingError(.misuse, "there is no rank \(rank): there are the ranks 0 to \(hostNames.count - 1)")
    }

    /// The rank of each worker of a pool; `nil` if they take turns with all other processes.
    func sites(of count: Int, per share: WorkerShare, on selection: RankSelection) throws(ProcessingError)
        -> [Int]?
    {
        let ranks = try ranks(of: selection)
        switch share {
        case .job: return selection == .inTurn ? nil : (0..<count).map { ranks[$0 % ranks.count] }
        case .rank: return ranks.flatMap { repeatElement($0, count: count) }
        case .host:
            var hosts: [String] = []
            var ranksOfHost: [String: [Int]] = [:]
            for rank in ranks {
                if ranksOfHost[hostNames[rank]] == nil { hosts.append(hostNames[rank]) }
                ranksOfHost[hostNames[rank], default: []].append(rank)
            }
            return hosts.flatMap { host in
                let ranks = ranksOfHost[host] ?? []
                return (0..<count).map { ranks[$0 % ranks.count] }
            }
        }
    }

    /// Which rank of its host the own one is, and how many there are.
    var placeOnHost: (place: Int, rankCount: Int) {
        let neighbours = hostNames.indices.filter { hostNames[$0] == hostNames[ownRank] }
        return (neighbours.firstIndex(of: ownRank) ?? 0, neighbours.count)
    }
}
