/// Decides which rank hosts the next process: in turn, on every rank but the main one, unless that is the only one.
struct Placement {
    private var candidates: [Int]
    private var next: Int

    /// - Parameters:
    ///   - size: How many ranks there are.
    ///   - ownRank: The rank that decides. Different ranks begin at different places, so that they don't all choose the same.
    init(size: Int, ownRank: Int) {
        candidates = size == 1 ? [0] : Array(1..<size)
        next = ownRank % candidates.count
    }

    /// A rank is lost: it hosts nothing any more, and if it was the last one beside the main one, that one hosts all.
    mutating func forget(_ rank: Int) {
        guard let position = candidates.firstIndex(of: rank) else { return }
        candidates.remove(at: position)
        if candidates.isEmpty { candidates = [0] }
        if position < next { next -= 1 }
        next %= candidates.count
    }

    mutating func chooseRank(requested: Int?) -> Int {
        if let requested { return requested }
        defer { next = (next + 1) % candidates.count }
        return candidates[next]
    }
}
