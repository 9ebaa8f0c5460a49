/// Decides how many processes a Host keeps ready that only wait for their work.
///
/// Who starts one process after another, of the same kind and within a moment, finds the next one there already. Who starts a
/// single one pays for no other; and when nothing has been started for a while, none is kept.
struct SpareSupply {
    /// What a process has had since it was forked, and what therefore cannot be given to it later.
    struct Kind: Equatable, Sendable {
        var options: ForkServerProtocol.Options
        /// The size of its journal in bytes.
        var journalSize: Int
        /// Which of its standard output and error the Host reads.
        var readStreams: [Int32] = []
    }

    /// How long after the last start they are kept.
    static let patience = Duration.seconds(1)
    /// How long none are kept after the system gave none.
    static let abstinence = Duration.seconds(10)

    /// The kind of all of them.
    private(set) var kind: Kind?
    /// How many there should be.
    private(set) var target = 0
    /// When the supply is given up, if nothing is started until then.
    private(set) var deadline: ContinuousClock.Instant?
    private var resumption: ContinuousClock.Instant?
    private let limit: Int

    /// - Parameter processorCount: More than this machine can run at a time are of little use.
    init(processorCount: Int) { limit = min(8, max(2, processorCount)) }

    /// A process of that kind is wanted.
    mutating func noteStart(of kind: Kind, at now: ContinuousClock.Instant) {
        if let resumption, now < resumption { return }
        let isSequel = kind == self.kind && deadline.map { now < $0 } ?? false
        self.kind = kind
        target = isSequel ? min(limit, max(1, 2 * target)) : 0
        deadline = now.advanced(by: SpareSupply.patience)
    }

    /// The system has no processes, no memory or no descriptors to spare.
    mutating func noteShortage(at now: ContinuousClock.Instant) {
        giveUp()
        resumption = now.advanced(by: SpareSupply.abstinence)
    }

    /// Gives the supply up if its time has come.
    mutating func expire(at now: ContinuousClock.Instant) {
        if let deadline, deadline <= now { giveUp() }
    }

    private mutating func giveUp() {
        kind = nil
        target = 0
        deadline = nil
    }
}
