/// The first items of a backlog, on loan to a process that takes one after the other: it takes them without a word, and says in memory that
/// it shares with its Host how many it has taken.
///
/// What was lent and not taken still counts as the head of the backlog. One process at a time has it, and whoever else wants an
/// item has it taken back first, for which the borrower need not do anything. So nobody sees a difference, but that it is quicker.
///
/// A borrower that has taken everything is brought what comes then, if nobody else has asked meanwhile; if it finds nothing
/// for a moment, or its word says so, it asks, as anybody would.
struct Lending {
    private struct Loan {
        let borrower: Address
        let place: LoanPlace
        let generation: UInt16
        let items: [Backlog.Item]
        /// Whether the borrower knows that it has to ask for more.
        var mustAsk: Bool
    }

    /// What a process is lent.
    struct Delivery {
        let borrower: Address
        let items: [Backlog.Item]
        /// By what the process knows the loan, in an answer.
        let mark: UInt64
        /// The same where it is brought without having been asked for: generation 16 · slot 48.
        let argument: UInt64

        /// The parts of an argument.
        static func parts(of argument: UInt64) -> (generation: UInt16, slot: UInt64) {
            (UInt16(truncatingIfNeeded: argument), argument >> 16)
        }
    }

    /// How much is lent at most; what is longer travels alone.
    static let maximumCount = 512
    static let maximumBytes = 64 << 10

    private let desk: LoanDesk?
    private var loan: Loan?
    /// How much each process is lent next: about what it has taken of what it was lent before.
    private var quotas: [Address: Int] = [:]

    /// Without a desk nothing is lent.
    init(at desk: LoanDesk?) { self.desk = desk }

    /// How many items were lent and have not been taken.
    var unreadCount: Int {
        guard let loan, let desk else { return 0 }
        let taken = desk.taken(by: loan.borrower, slot: loan.place.slot, generation: loan.generation)
        return max(0, loan.items.count - taken)
    }

    /// Lends a process the first items, perhaps none yet.
    ///
    /// Returns `nil` when there is nothing to lend, or nothing can be lent.
    mutating func lend(
        from backlog: inout Backlog,
        to borrower: Address,
        _ place: LoanPlace
    ) -> Delivery? {
        guard let desk, loan == nil, desk.knows(borrower, slot: place.slot) else { return nil }
        let items = backlog.popFirst(quotas[borrower] ?? 1, bytes: Lending.maximumBytes)
        guard !items.isEmpty || place.looksForMore && backlog.isEmpty else { return nil }
        return open(items, for: borrower, place, backlog: backlog)
    }

    /// Brings the borrower what has come, if it has taken everything; if not, lets it know that it has to ask.
    mutating func extend(from backlog: inout Backlog) -> Delivery? {
        guard let desk, let loan, !loan.mustAsk, !backlog.isEmpty else { return nil }
        let isUsedUp = desk.isUsedUp(
            by: loan.borrower,
            slot: loan.place.slot,
            generation: loan.generation,
            count: loan.items.count
        )
        guard isUsedUp == true, loan.place.looksForMore else {
            self.loan?.mustAsk = true
            return nil
        }
        noteTaken(loan.items.count, of: loan)
        self.loan = nil
        let items = backlog.popFirst(quotas[loan.borrower] ?? 1, bytes: Lending.maximumBytes)
        guard !items.isEmpty else {
            _ = desk.close(of: loan.borrower, slot: loan.place.slot, generation: loan.generation)
            return nil
        }
        return open(items, for: loan.borrower, loan.place, backlog: backlog)
    }

    private mutating func open(
        _ items: [Backlog.Item],
        for borrower: Address,
        _ place: LoanPlace,
        backlog: borrowing Backlog
    ) -> Delivery? {
        let mustAsk = !backlog.isEmpty || !place.looksForMore
        // Whoever the desk knows can be lent something.
        let generation =
            desk?.open(for: borrower, slot: place.slot, count: items.count, mustAsk: mustAsk) ?? 0
        loan = Loan(
            borrower: borrower,
            place: place,
            generation: generation,
            items: items,
            mustAsk: mustAsk
        )
        return Delivery(
            borrower: borrower,
            items: items,
            mark: UInt64(generation) + 1,
            argument: UInt64(generation) | UInt64(place.slot) << 16
        )
    }

    /// Takes back what was not taken.
    mutating func recall(to backlog: inout Backlog) {
        guard let desk, let loan = loan.take() else { return }
        let taken = desk.close(of: loan.borrower, slot: loan.place.slot, generation: loan.generation)
        noteTaken(taken, of: loan)
        if taken < loan.items.count { backlog.putBack(Array(loan.items[taken...])) }
    }

    /// The same if it is that process that has the loan.
    ///
    /// Returns whether it had.
    @discardableResult
    mutating func recall(from borrower: Address, to backlog: inout Backlog) -> Bool {
        guard loan?.borrower == borrower else { return false }
        recall(to: &backlog)
        return true
    }

    /// Decides how much the process is lent the next time.
    private mutating func noteTaken(_ count: Int, of loan: Loan) {
        let quota = quotas[loan.borrower] ?? 1
        let next = count < loan.items.count ? max(1, 2 * count) : max(quota, 2 * loan.items.count)
        if next != quota { quotas[loan.borrower] = min(Lending.maximumCount, next) }
    }

    /// A process has ended.
    mutating func forget(_ address: Address) { quotas[address] = nil }
}
