/// Who is there at the beginning of `withProcesses` where ranks may be lost: rank 0 waits for a word of each, or the news of its loss.
struct RollCall {
    private var missing: Set<Int>
    private(set) var cards: [Int: [UInt8]] = [:]

    /// - Parameter ranks: Those that are expected: the others were lost before.
    init(ranks: [Int]) { missing = Set(ranks) }

    /// A rank has come, with what it has to say.
    mutating func arrived(_ rank: Int, _ card: [UInt8]) {
        if missing.remove(rank) != nil { cards[rank] = card }
    }

    /// A rank will not come, or has been lost since it came.
    mutating func lost(_ rank: Int) {
        missing.remove(rank)
        cards[rank] = nil
    }

    var isComplete: Bool { missing.isEmpty }
}
