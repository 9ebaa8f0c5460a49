/// Decides when `withProcesses` is over: the main rank's Host asks it, and does what it says.
///
/// First every block has to end. Then every Host reports that no ordinary process is left on its rank; as a process may
/// have started another one elsewhere in the meantime, this is repeated until nothing was started between two rounds.
/// Then the daemons are ended, and at last all Hosts leave together.
struct ScopeEnding {
    /// What the Host has to do next.
    enum Step: Equatable {
        /// Ask every Host to report, with this round's number, once it has no ordinary process left.
        case drain(round: UInt64)
        /// Tell every Host to end whatever is left.
        case stop
        /// Tell every Host to leave.
        case leave
    }

    /// The ranks that are there.
    private var ranks: Set<Int>
    /// Those whose blocks have not ended.
    private var missingBlocks: Set<Int>
    private var round: UInt64 = 0
    private var reports: [Int: UInt64] = [:]
    private var previousStartCount: UInt64?
    private var stopped: Set<Int> = []
    private var isStopping = false

    /// The first ranks, so many as `blockCount` says, run a block; those that are not there do not.
    init(ranks: [Int], blockCount: Int) {
        self.ranks = Set(ranks)
        missingBlocks = self.ranks.filter { $0 < blockCount }
    }

    /// A block has ended.
    ///
    /// After an error nothing is waited for.
    mutating func blockEnded(rank: Int, withError hasFailed: Bool) -> Step? {
        missingBlocks.remove(rank)
        if hasFailed, !isStopping {
            isStopping = true
            return .stop
        }
        guard missingBlocks.isEmpty, !isStopping else { return stoppedEverywhere }
        round += 1
        return .drain(round: round)
    }

    /// A Host has no ordinary process left, and has started so many since the beginning.
    mutating func drained(rank: Int, round: UInt64, startCount: UInt64) -> Step? {
        guard round == self.round, !isStopping else { return nil }
        reports[rank] = startCount
        return drainedEverywhere()
    }

    private mutating func drainedEverywhere() -> Step? {
        guard reports.count == ranks.count else { return nil }
        let total = reports.values.reduce(0, +)
        reports = [:]
        guard total == previousStartCount else {
            previousStartCount = total
            round += 1
            return .drain(round: round)
        }
        isStopping = true
        return .stop
    }

    /// A rank is lost: nothing is expected of it any more, and its block has ended, if it had one.
    mutating func rankLost(_ rank: Int) -> Step? {
        guard ranks.remove(rank) != nil else { return nil }
        stopped.remove(rank)
        let hadBlock = missingBlocks.remove(rank) != nil
        guard !isStopping else { return stoppedEverywhere }
        if hadBlock, missingBlocks.isEmpty {
            round += 1
            return .drain(round: round)
        }
        guard round > 0 else { return nil }
        // What it had started is not counted any more.
        reports[rank] = nil
        previousStartCount = nil
        return drainedEverywhere()
    }

    /// A Host has nothing left at all.
    mutating func stopped(rank: Int) -> Step? {
        guard ranks.contains(rank) else { return nil }
        stopped.insert(rank)
        return stoppedEverywhere
    }

    private var stoppedEverywhere: Step? { stopped == ranks && missingBlocks.isEmpty ? .leave : nil }
}
