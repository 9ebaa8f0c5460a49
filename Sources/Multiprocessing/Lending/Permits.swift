/// Who may send how many short messages without asking: a permit is a loan of places, of which the sender takes one for each message.
///
/// A message whose place was taken before the permit was withdrawn is on its way; the next one has to be asked for.
struct Permits {
    private struct Holder: Hashable {
        let address: Address
        let slot: Int
    }

    /// How long a message is at most that is sent without asking.
    static let maximumSize = 4 << 10
    private static let maximumCount = 256

    private let desk: LoanDesk?
    private var generations: [Holder: UInt16] = [:]

    /// Without a desk there are none.
    init(at desk: LoanDesk?) { self.desk = desk }

    /// Gives a permit to one who has asked, for as many messages as there is certainly room for.
    ///
    /// Returns by what the sender knows it; 0 for none.
    mutating func grant(to address: Address, slot: Int, room: Int) -> UInt64 {
        let holder = Holder(address: address, slot: slot)
        // One that it has not used up holds no longer: there may be less room now.
        withdraw(holder)
        let count = min(Permits.maximumCount, room / (2 * Permits.maximumSize))
        guard count > 0, let desk, let generation = desk.open(for: address, slot: slot, count: count) else {
            return 0
        }
        generations[holder] = generation
        return UInt64(generation) + 1
    }

    /// Nobody may send without asking any more.
    mutating func withdraw() {
        for holder in generations.keys { withdraw(holder) }
    }

    private mutating func withdraw(_ holder: Holder) {
        guard let generation = generations.removeValue(forKey: holder) else { return }
        _ = desk?.close(of: holder.address, slot: holder.slot, generation: generation)
    }

    /// A process has ended.
    mutating func forget(_ address: Address) {
        if !generations.isEmpty { generations = generations.filter { $0.key.address != address } }
    }
}
