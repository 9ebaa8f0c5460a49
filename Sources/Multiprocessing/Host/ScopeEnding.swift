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

    private let size: Int
    private var missingBlocks: Int
    private var round: UInt64 = 0
    private var reports: [Int: UInt64] = [:]
    private var previousStartCount: UInt64?
    private var stopped: Set<Int> = []
    private var isStopping = false

    init(size: Int, blockCount: Int) {
        self.size = size
        missingBlocks = blockCount
    }

    /// A block has ended.
    ///
    /// After an error nothing is waited for.
    mutating func blockEnded(withError hasFailed: Bool) -> Step? {
        missingBlocks -= 1
        if hasFailed, !isStopping {
            isStopping = true
            return .stop
        }
        guard missingBlocks == 0, !isStopping else { return stoppedEverywhere }
        round += 1
        return .drain(round: round)
    }

    /// A Host has no ordinary process left, and has started so many since the beginning.
    mutating func drained(rank: Int, round: UInt64, startCount: UInt64) -> Step? {
        guard round == self.round, !isStopping else { return nil }
        reports[rank] = startCount
        guard reports.count == size else { return nil }
        let total = reports.values.reduce(0, +)
        reports = [:]
        guard total == previousStartCount else {
            previousStartCount = total
            self.round += 1
            return .drain(round: self.round)
        }
        isStopping = true
        return .stop
    }

    /// A Host has nothing left at all.
    mutating func stopped(rank: Int) -> Step? {
        stopped.insert(rank)
        return stoppedEverywhere
    }

    private var stoppedEverywhere: Step? { stopped.count == size && missingBlocks <= 0 ? .leave : nil }
}
