/// Which ranks measure when: rounds in which every rank is in one pair at most.
struct PairSchedule: Equatable {
    /// Two ranks, the lower one first.
    struct Pair: Codable, Hashable, Sendable {
        var low: Int
        var high: Int
    }

    var rounds: [[Pair]]

    /// Every pair once.
    ///
    /// - Parameters:
    ///   - rankCount: How many ranks there are.
    ///   - atOnce: Whether the pairs of a round measure at the same time; otherwise each has a round of its own.
    init(rankCount: Int, atOnce: Bool) {
        // All but one rank go around in a circle; who faces whom makes a round. An odd one out faces nobody.
        let places = rankCount + rankCount % 2
        let circle =
            rankCount < 2
            ? []
            : (0..<places - 1).map { turn in
                (0..<places / 2).compactMap { index -> Pair? in
                    let first = index == 0 ? places - 1 : (turn + index) % (places - 1)
                    let second = (turn + places - 1 - index) % (places - 1)
                    guard first < rankCount, second < rankCount else { return nil }
                    return Pair(low: min(first, second), high: max(first, second))
                }
            }
        rounds =
            atOnce
            ? circle : circle.flatMap { $0 }.sorted { ($0.low, $0.high) < ($1.low, $1.high) }.map { [$0] }
    }

    /// The partner of a rank in a round, if it has one.
    func partner(of rank: Int, inRound round: Int) -> Int? {
        for pair in rounds[round] {
            if pair.low == rank { return pair.high }
            if pair.high == rank { return pair.low }
        }
        return nil
    }
}
