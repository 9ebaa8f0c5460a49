/// Which cores the processes of one rank are bound to.
struct CoreSupply {
    private let permitted: [Int]
    private let ofRank: [Int]
    /// The permitted ones, beginning with this rank's share of them: else all ranks of a host would begin with the same.
    private let inTurn: [Int]
    /// How many processes are bound to a core alone.
    private var useCounts: [Int: Int] = [:]

    /// - Parameters:
    ///   - permitted: The cores that processes may have.
    ///   - ofRank: Those that the rank itself is bound to.
    ///   - place: Which rank of its host it is.
    ///   - rankCount: How many ranks there are on the host.
    init(permitted: [Int], ofRank: [Int], place: Int, rankCount: Int) {
        self.permitted = permitted
        self.ofRank = ofRank
        let start = rankCount > 0 ? permitted.count * place / rankCount : 0
        inTurn = Array(permitted[start...] + permitted[..<start])
    }

    /// The cores for one more process; `nil` if it is not to be bound.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` if it may not have them.
    mutating func take(_ binding: CoreBinding) throws(ProcessingError) -> [Int]? {
        switch binding {
        case .none: return nil
        case .rank: return ofRank.isEmpty ? nil : ofRank
        case .core:
            guard let core = inTurn.min(by: { useCounts[$0, default: 0] < useCounts[$1, default: 0] }) else {
                return nil
            }
            useCounts[core, default: 0] += 1
            return [core]
        case .cores(let cores):
            guard !cores.isEmpty, cores.allSatisfy(permitted.contains) else {
                throw ProcessingError(
                    .misuse,
                    "a process cannot be bound to the cores \(cores): there are \(permitted) for this program"
                )
            }
            return cores
        }
    }

    /// A process has ended that was bound.
    mutating func giveBack(_ cores: [Int], of binding: CoreBinding) {
        guard binding == .core, let core = cores.first, let count = useCounts[core] else { return }
        useCounts[core] = count > 1 ? count - 1 : nil
    }
}
