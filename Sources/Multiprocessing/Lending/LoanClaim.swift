/// How much of what a process was lent it has taken, in one word that it and its Host change, so that a process that takes an item
/// and a Host that takes back what is left cannot both have the same one.
///
/// Layout: generation 16 · whether the borrower has to ask for more 1 · number of items taken 23 · number of items that may be taken 24.
struct LoanClaim: Equatable {
    let rawValue: UInt64

    /// How many items a loan has at most.
    static let maximumCount = 1 << 23 - 1

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(generation: UInt16, taken: Int = 0, limit: Int, mustAsk: Bool = false) {
        rawValue =
            UInt64(generation) << 48 | (mustAsk ? LoanClaim.askMark : 0)
            | UInt64(truncatingIfNeeded: taken & LoanClaim.maximumCount) << 24
            | UInt64(truncatingIfNeeded: limit & LoanClaim.maximumCount)
    }

    private static let askMark: UInt64 = 1 << 47

    /// Which of the loans it is that were made with this word, one after the other.
    var generation: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 48) }
    var taken: Int { Int(truncatingIfNeeded: rawValue >> 24) & LoanClaim.maximumCount }
    var limit: Int { Int(truncatingIfNeeded: rawValue) & LoanClaim.maximumCount }
    /// Whether nothing will be brought to a borrower that has taken all: it has to ask.
    var mustAsk: Bool { rawValue & LoanClaim.askMark != 0 }
    var isUsedUp: Bool { taken >= limit }

    /// The claim at the beginning of the next loan.
    func next(count: Int, mustAsk: Bool) -> LoanClaim {
        LoanClaim(generation: generation &+ 1, limit: count, mustAsk: mustAsk)
    }

    /// The claim after another item was taken; `nil` when none may be, or the loan is not that one any more.
    func takingOne(of generation: UInt16) -> LoanClaim? {
        guard self.generation == generation, !isUsedUp else { return nil }
        return LoanClaim(generation: generation, taken: taken + 1, limit: limit, mustAsk: mustAsk)
    }

    /// The claim after everything was taken back that was not taken.
    var closed: LoanClaim {
        LoanClaim(generation: generation, taken: taken, limit: min(taken, limit), mustAsk: true)
    }

    /// The claim of a borrower that has to ask when it has taken all.
    var asking: LoanClaim {
        LoanClaim(generation: generation, taken: taken, limit: limit, mustAsk: true)
    }
}

/// What a request for an item says of what can be lent with it.
///
/// Layout: slot + 1 (0: nothing can be lent) 8 · whether the borrower looks for more by itself 1.
struct LoanPlace {
    /// Which of its words the process has for it.
    let slot: Int
    /// Whether the process, having taken all, looks for a moment whether more is brought, before it asks.
    let looksForMore: Bool

    init?(mark: UInt64) {
        guard mark & 0xff > 0 else { return nil }
        slot = Int(mark & 0xff) - 1
        looksForMore = mark >> 8 & 1 == 1
    }

    static func mark(slot: Int, looksForMore: Bool) -> UInt64 {
        UInt64(slot + 1) | (looksForMore ? 1 << 8 : 0)
    }
}
