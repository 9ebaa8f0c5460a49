/// What all pairs of ranks have measured, and which of them are much slower than others of their kind.
struct PairMatrix: Codable, Sendable, Equatable {
    /// Microseconds of a small message from one rank to another; `nil` from a rank to itself.
    var latency: [[Double?]]
    /// Gigabytes a second of a large message.
    var bandwidth: [[Double?]]
    /// Whether pairs measured at the same time.
    var atOnce: Bool
    var outliers: [Outlier]

    /// A pair that is much slower than the median of its kind.
    struct Outlier: Codable, Sendable, Equatable {
        enum Quantity: String, Codable, Sendable {
            case latency
            case bandwidth
        }

        var pair: PairSchedule.Pair
        var quantity: Quantity
        var value: Double
        var median: Double
        /// Whether both ranks, as those of the median, are on one host.
        var isOnOneHost: Bool
    }

    /// How many times slower than the median is much slower.
    static let factor = 3.0

    init(rankCount: Int, hostOfRank: [Int], results: [PairMeasurement.Result], atOnce: Bool) {
        let empty = [[Double?]](repeating: [Double?](repeating: nil, count: rankCount), count: rankCount)
        latency = empty
        bandwidth = empty
        self.atOnce = atOnce
        for result in results {
            let (low, high) = (result.pair.low, result.pair.high)
            latency[low][high] = result.latency
            latency[high][low] = result.latency
            bandwidth[low][high] = result.bandwidth
            bandwidth[high][low] = result.bandwidth
        }
        func isOnOneHost(_ pair: PairSchedule.Pair) -> Bool {
            guard hostOfRank.count == rankCount else { return true }
            return hostOfRank[pair.low] == hostOfRank[pair.high]
        }
        // Like is compared with like: shared memory is faster than a network, and that is nobody's fault.
        outliers = [true, false].flatMap { kind in
            Self.outliers(results.filter { isOnOneHost($0.pair) == kind }, isOnOneHost: kind)
        }
    }

    private static func outliers(_ results: [PairMeasurement.Result], isOnOneHost: Bool) -> [Outlier] {
        // Of two nobody can tell which is the slow one.
        guard results.count >= 3, let latency = median(results.map(\.latency)),
            let bandwidth = median(results.map(\.bandwidth))
        else { return [] }
        return results.flatMap { result in
            var found: [Outlier] = []
            func add(_ quantity: Outlier.Quantity, _ value: Double, _ median: Double) {
                found.append(
                    Outlier(
                        pair: result.pair,
                        quantity: quantity,
                        value: value,
                        median: median,
                        isOnOneHost: isOnOneHost
                    )
                )
            }
            if result.latency > factor * latency { add(.latency, result.latency, latency) }
            if result.bandwidth < bandwidth / factor { add(.bandwidth, result.bandwidth, bandwidth) }
            return found
        }
    }

    /// The value in the middle; `nil` of none.
    static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
