/// The first items of a backlog, on loan to a process that takes one after the other: it takes them without a word, and says in memory that
/// it shares with its Host how many it has taken.
///
/// What was lent and not taken still counts as the head of the backlog. One process at a time has it, and whoever else wants an
/// item has it taken back first, for which the borrower need not do anything. So nobody sees a difference, but that it is quicker.
struct Lending {
    private struct Loan {
        let borrower: Address
        let slot: Int
        let generation: UInt16
        let items: [Backlog.Item]
    }

    /// How much is lent at most. What is longer travels alone.
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
        let taken = desk.taken(by: loan.borrower, slot: loan.slot, generation: loan.generation)
        return max(0, loan.items.count - taken)
    }

    /// Lends a process the first items.
    ///
    /// Returns what it is lent, and by what the process knows the loan; `nil` when nothing can be lent.
    mutating func lend(from backlog: inout Backlog, to borrower: Address, slot: Int) -> (
        items: [Backlog.Item], mark: UInt64
    )? {
        guard let desk, loan == nil, !backlog.isEmpty, desk.knows(borrower) else { return nil }
        let items = backlog.popFirst(quotas[borrower] ?? 1, bytes: Lending.maximumBytes)
        guard !items.isEmpty else { return nil }
        guard let generation = desk.open(for: borrower, slot: slot, count: items.count) else {
            backlog.putBack(items)
            return nil
        }
        loan = Loan(borrower: borrower, slot: slot, generation: generation, items: items)
        return (items, UInt64(generation) + 1)
    }

    /// Takes back what was not taken.
    mutating func recall(to backlog: inout Backlog) {
        guard let desk, let loan = loan.take() else { return }
        let taken = desk.close(of: loan.borrower, slot: loan.slot, generation: loan.generation)
        let quota = quotas[loan.borrower] ?? 1
        guard taken < loan.items.count else {
            quotas[loan.borrower] = min(Lending.maximumCount, max(quota, 2 * loan.items.count))
            return
        }
        quotas[loan.borrower] = min(Lending.maximumCount, max(1, 2 * taken))
        backlog.putBack(Array(loan.items[taken...]))
    }

    /// The same if it is that process that has the loan.
    mutating func recall(from borrower: Address, to backlog: inout Backlog) {
        if loan?.borrower == borrower { recall(to: &backlog) }
    }

    /// A process has ended.
    mutating func forget(_ address: Address) { quotas[address] = nil }
}
