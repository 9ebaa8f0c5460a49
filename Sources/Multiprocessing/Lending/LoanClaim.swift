/// How much of what a process was lent it has taken, in one word that it and its Host change, so that a process that takes an item
/// and a Host that takes back what is left cannot both have the same one.
///
/// Layout: generation 16 · number of items taken 24 · number of items that may be taken 24.
struct LoanClaim: Equatable {
    let rawValue: UInt64

    /// How many items a loan has at most.
    static let maximumCount = 1 << 24 - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(generation: UInt16, taken: Int, limit: Int) {
        rawValue =
            UInt64(generation) << 48 | UInt64(truncatingIfNeeded: taken & 0xff_ffff) << 24
            | UInt64(truncatingIfNeeded: limit & 0xff_ffff)
    }

    /// Which of the loans it is that were made with this word, one after the other.
    var generation: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 48) }
    var taken: Int { Int(rawValue >> 24 & 0xff_ffff) }
    var limit: Int { Int(rawValue & 0xff_ffff) }

    /// The claim at the beginning of the next loan.
    func next(count: Int) -> LoanClaim { LoanClaim(generation: generation &+ 1, taken: 0, limit: count) }

    /// The claim after another item was taken; `nil` when none may be, or the loan is not that one any more.
    func takingOne(of generation: UInt16) -> LoanClaim? {
        guard self.generation == generation, taken < limit else { return nil }
        return LoanClaim(generation: generation, taken: taken + 1, limit: limit)
    }

    /// The claim after everything was taken back that was not taken.
    var closed: LoanClaim { LoanClaim(generation: generation, taken: taken, limit: min(taken, limit)) }
}
