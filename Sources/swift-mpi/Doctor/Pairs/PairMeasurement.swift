import MPI

/// Measures how long messages take between all pairs of ranks, quickly.
enum PairMeasurement {
    /// What the lower rank of a pair has measured.
    struct Result: Codable, Sendable, Equatable {
        var pair: PairSchedule.Pair
        /// Half of a small message's way there and back, in microseconds.
        var latency: Double
        /// How fast a large message goes, in gigabytes a second.
        var bandwidth: Double
    }

    /// About how long all pairs may take together, in seconds, and one pair at most.
    private static let limits = (all: 20.0, pair: 0.08)
    private static let largeSizes = [64 << 10, 1 << 20]
    private static let tag = 17

    /// Measures all pairs.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - world: The ranks.
    ///   - atOnce: Whether disjoint pairs measure at the same time, for which ranks need cores of their own.
    /// - Returns: The results of all pairs, on every rank.
    /// - Throws: `MPIError`.
    static func measure(on world: Communicator, atOnce: Bool) throws -> [Result] {
        let schedule = PairSchedule(rankCount: world.size, atOnce: atOnce)
        let budget = min(limits.pair, limits.all / Double(max(1, schedule.rounds.count)))
        var results: [Result] = []
        var buffer = [UInt8](repeating: 1, count: largeSizes.max() ?? 1)
        for round in schedule.rounds.indices {
            try world.barrier()
            guard let partner = schedule.partner(of: world.rank, inRound: round) else { continue }
            if world.rank < partner {
                results.append(try lead(partner, world, &buffer, budget))
            } else {
                try follow(partner, world, &buffer)
            }
        }
        return try world.allGather(results).flatMap { $0 }
    }

    /// The lower rank decides how often, by the clock, and tells by the first byte whether that was all.
    private static func lead(
        _ partner: Int,
        _ world: Communicator,
        _ buffer: inout [UInt8],
        _ budget: Double
    ) throws -> Result {
        buffer[0] = 1
        // The first message may have to make a connection.
        _ = try passage(8, partner, world, &buffer)
        let small = try passages(8, partner, world, &buffer, most: 200, seconds: budget / 4)
        var bandwidth = 0.0
        for size in largeSizes {
            _ = try passage(size, partner, world, &buffer)
            let large = try passages(size, partner, world, &buffer, most: 6, seconds: budget / 4)
            bandwidth = Double(size) / max(1e-9, large - small / 2) / 1e9
            // Where this size took its time already, a larger one would take too long.
            if large > budget / 16 { break }
        }
        buffer[0] = 0
        try world.send(buffer.span.extracting(first: 1), to: partner, tag: tag)
        return Result(
            pair: PairSchedule.Pair(low: world.rank, high: partner),
            latency: small / 2 * 1e6,
            bandwidth: bandwidth
        )
    }

    private static func follow(_ partner: Int, _ world: Communicator, _ buffer: inout [UInt8]) throws {
        let answer: [UInt8] = [UInt8](repeating: 1, count: 8)
        while true {
            _ = try world.receive(into: &buffer, from: partner, tag: tag)
            if buffer[0] == 0 { return }
            try world.send(answer.span, to: partner, tag: tag)
        }
    }

    /// The middle of what several messages take, there and a small one back: at least one, and as many as there is time for.
    private static func passages(
        _ size: Int,
        _ partner: Int,
        _ world: Communicator,
        _ buffer: inout [UInt8],
        most: Int,
        seconds: Double
    ) throws -> Double {
        let end = Stopwatch.now + seconds
        var times: [Double] = []
        repeat {
            times.append(try passage(size, partner, world, &buffer))
        } while times.count < most && Stopwatch.now < end
        return PairMatrix.median(times) ?? 0
    }

    private static func passage(
        _ size: Int,
        _ partner: Int,
        _ world: Communicator,
        _ buffer: inout [UInt8]
    ) throws -> Double {
        try Stopwatch.time {
            try world.send(buffer.span.extracting(first: size), to: partner, tag: tag)
            var answer: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
            _ = try world.receive(into: &answer, from: partner, tag: tag)
        }
    }
}
