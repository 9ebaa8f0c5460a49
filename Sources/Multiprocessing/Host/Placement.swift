/// Decides which rank hosts the next process: in turn, on every rank but the main one, unless that is the only one.
struct Placement {
    private let candidates: [Int]
    private var next: Int

    /// - Parameters:
    ///   - size: How many ranks there are.
    ///   - ownRank: The rank that decides. Different ranks begin at different places, so that they don't all choose the same.
    init(size: Int, ownRank: Int) {
        candidates = size == 1 ? [0] : Array(1..<size)
        next = ownRank % candidates.count
    }

    mutating func chooseRank(requested: Int?) -> Int {
        if let requested { return requested }
        defer { next = (next + 1) % candidates.count }
        return candidates[next]
    }
}
