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
    /// Collective over the ranks; `clocks` says for each of them which clock it has, unless it is lost. Where ranks may be lost, `patience` is how
    /// long one waits for another: a rank that has not been answered then takes its clock for right, and rank 0 goes on to the next.
    static func measure(_ communicator: Communicator, clocks: [String?], patience: Duration? = nil) throws
        -> Int64
    {
        let rank = communicator.rank
        let others = clocks.indices.filter { clocks[$0] != nil && clocks[$0] != clocks[0] }
        do {
            if rank == 0 {
                for other in others { try answer(communicator, other, patience) }
            } else if let turn = others.firstIndex(of: rank) {
                // Rank 0 may be waiting for those before.
                return try ask(communicator, patience.map { $0 * (turn + 2) }, patience)
            }
        } catch let error as MPIError {
            guard patience != nil else { throw error }
        }
        return 0
    }

    private static func answer(_ communicator: Communicator, _ other: Int, _ patience: Duration?) throws {
        do {
            for _ in 0..<exchangeCount {
                _ = try communicator.receive(UInt64.self, from: other, tag: tag, timeout: patience)
                try communicator.send(MonotonicClock.now, to: other, tag: tag)
            }
        } catch let error as MPIError {
            // The Host will find out what has become of it.
            guard patience != nil else { throw error }
        }
    }

    private static func ask(_ communicator: Communicator, _ first: Duration?, _ next: Duration?) throws
        -> Int64
    {
        var exchanges: [Exchange] = []
        for index in 0..<exchangeCount {
            let asked = MonotonicClock.now
            try communicator.send(asked, to: 0, tag: tag)
            let remote = try communicator.receive(
                UInt64.self,
                from: 0,
                tag: tag,
                timeout: index == 0 ? first : next
            )
            exchanges.append(Exchange(asked: asked, answered: MonotonicClock.now, remote: remote))
        }
        return estimate(exchanges)
    }

    private static let tag = 17
}
