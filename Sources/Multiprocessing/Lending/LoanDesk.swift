/// What a Host knows of the loans of its processes: the memory in which each says what it has taken; and whether they may have a lane.
///
/// The services of the same Host look into it at any time. What a process on another rank takes nobody sees at once, so nothing is lent to it.
final class LoanDesk {
    private var memories: [Address: ClaimMemory] = [:]
    /// Where what they print is shown.
    private var routes: [Address: OutputRoute] = [:]

    /// A process or the main program can be lent something from now on.
    func admit(_ address: Address, _ memory: ClaimMemory, output: OutputRoute = .direct) {
        memories[address] = memory
        routes[address] = output
    }

    /// A process has ended, and all services have been told so.
    func dismiss(_ address: Address) {
        memories[address] = nil
        routes[address] = nil
    }

    /// Whether that is a process, or the main program, of this Host.
    func knows(_ address: Address) -> Bool { memories[address] != nil }

    /// Whether what one sends to the other may pass the Host by.
    func mayPass(from sender: Address, to receiver: Address) -> Bool {
        guard knows(sender), knows(receiver), let route = routes[sender], let end = routes[receiver] else {
            return false
        }
        return route.mayPass(hostOnRank: sender.rank, to: end)
    }

    /// Whether something can be lent with that word.
    func knows(_ address: Address, slot: Int) -> Bool {
        0..<ClaimMemory.slotCount ~= slot && memories[address] != nil
    }

    /// Begins a loan of so many items with the word of a slot.
    ///
    /// Returns by what the loan is known; `nil` when nothing can be lent.
    func open(for address: Address, slot: Int, count: Int, mustAsk: Bool = false) -> UInt16? {
        guard knows(address, slot: slot), 0...LoanClaim.maximumCount ~= count else { return nil }
        let last = memories[address]?.change(slot) { $0.next(count: count, mustAsk: mustAsk) }
        return last?.next(count: count, mustAsk: mustAsk).generation
    }

    /// How many items of a loan were taken by now.
    ///
    /// Of a loan whose word says something else all were: its borrower has gone astray.
    func taken(by address: Address, slot: Int, generation: UInt16) -> Int {
        guard let claim = memories[address]?.claim(slot), claim.generation == generation else { return .max }
        return claim.taken
    }

    /// Ends a loan, of which no item can be taken any more; returns how many were.
    func close(of address: Address, slot: Int, generation: UInt16) -> Int {
        let last = memories[address]?.change(slot) { $0.generation == generation ? $0.closed : nil }
        return last?.taken ?? .max
    }

    /// Whether the borrower has taken all of so many items, so that it can be brought more; if not, it has to ask when it has.
    ///
    /// One that wants no more of them has ended the loan itself, and has not taken all. Returns `nil` when the word says something else.
    func isUsedUp(by address: Address, slot: Int, generation: UInt16, count: Int) -> Bool? {
        guard let memory = memories[address] else { return nil }
        let last = memory.change(slot) { claim in
            guard claim.generation == generation else { return nil }
            return claim.taken >= count ? claim : claim.asking
        }
        return last.map { $0.taken >= count }
    }
}
