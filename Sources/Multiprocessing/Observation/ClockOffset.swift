internal import MPI

/// How far a rank's clock is behind that of rank 0: what is added to its times in a trace.
enum ClockOffset {
    /// A question and its answer.
    struct Exchange {
        /// When the rank asked, and when it had the answer, by its own clock.
        var asked: UInt64
        var answered: UInt64
        /// What rank 0's clock was in between.
        var remote: UInt64
    }

    /// The offset that the shortest exchange gives, whose middle is nearest to the moment of the answer.
    static func estimate(_ exchanges: [Exchange]) -> Int64 {
        let shortest = exchanges.min { $0.answered &- $0.asked < $1.answered &- $1.asked }
        guard let shortest else { return 0 }
        let middle = shortest.asked &+ (shortest.answered &- shortest.asked) / 2
        return Int64(bitPattern: shortest.remote &- middle)
    }

    private static let exchangeCount = 16

    /// Measures it for the ranks that do not share rank 0's clock.
    ///
    /// Collective over the ranks; `clocks` says for each of them which clock it has, unless it is lost.
    static func measure(_ communicator: Communicator, clocks: [String?]) throws -> Int64 {
        let rank = communicator.rank
        for (other, clock) in clocks.enumerated() where clock != nil && clock != clocks[0] {
            if rank == 0 {
                for _ in 0..<exchangeCount {
                    _ = try communicator.receive(UInt64.self, from: other, tag: tag)
                    try communicator.send(MonotonicClock.now, to: other, tag: tag)
                }
            } else if rank == other {
                var exchanges: [Exchange] = []
                for _ in 0..<exchangeCount {
                    let asked = MonotonicClock.now
                    try communicator.send(asked, to: 0, tag: tag)
                    let remote = try communicator.receive(UInt64.self, from: 0, tag: tag)
                    exchanges.append(Exchange(asked: asked, answered: MonotonicClock.now, remote: remote))
                }
                return estimate(exchanges)
            }
        }
        return 0
    }

    private static let tag = 17
}
