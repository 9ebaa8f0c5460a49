/// The services that a pool's jobs were given: a job holds them until it is over and no worker is at it any more.
extension PoolService {
    /// A job is over, for whatever reason.
    mutating func closePassages(of number: UInt64, _ ledger: PoolLedger, _ outbox: inout Outbox) {
        let passages = ledger.passages
        guard !passages.isEmpty else { return }
        // A task that runs on uses them, although nobody wants its result.
        passagesOfPastJobs[number] = passages
        closePassages(ofPastJob: number, &outbox)
    }

    /// A worker is no longer at a job.
    mutating func closePassages(ofPastJob number: UInt64, _ outbox: inout Outbox) {
        guard let passages = passagesOfPastJobs[number],
            !roster.members.values.contains(where: { $0.assignments.contains { $0.job == number } })
        else { return }
        passagesOfPastJobs[number] = nil
        outbox.close(passages)
    }
}

extension PoolSubmission {
    /// The services that are held for what a client hands in, as one whom nobody hears has to know.
    static func passages(in frame: Frame) -> [ServicePassage] {
        switch Operation(rawValue: frame.code) {
        case .submit: (try? PoolSubmission(frame))?.allPassages ?? []
        case .extendJob: (try? addition(frame, taskCount: nil))?.chunks.flatMap(\.passages) ?? []
        default: []
        }
    }
}
