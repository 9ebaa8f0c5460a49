import Testing

@testable import Multiprocessing

@Suite("LoanClaim, ClaimMemory, ClaimSlots")
struct LoanClaimTests {
    @Test("a claim says which loan it is of, what was taken, and what may be")
    func words() {
        let claim = LoanClaim(generation: .max, taken: 3, limit: LoanClaim.maximumCount)
        #expect(claim.generation == .max && claim.taken == 3 && claim.limit == LoanClaim.maximumCount)
        let next = claim.next(count: 2, mustAsk: false)
        #expect(next == LoanClaim(generation: 0, taken: 0, limit: 2))
        #expect(next.takingOne(of: 1) == nil)
        #expect(next.takingOne(of: 0)?.takingOne(of: 0) == LoanClaim(generation: 0, taken: 2, limit: 2))
        #expect(next.takingOne(of: 0)?.takingOne(of: 0)?.takingOne(of: 0) == nil)
        #expect(
            next.takingOne(of: 0)?.closed == LoanClaim(generation: 0, taken: 1, limit: 1, mustAsk: true)
        )
        #expect(next.closed.takingOne(of: 0) == nil)
        #expect(!next.mustAsk && next.asking.mustAsk && next.asking.takingOne(of: 0)?.mustAsk == true)
        #expect(!next.isUsedUp && next.takingOne(of: 0)?.takingOne(of: 0)?.isUsedUp == true)
        #expect(claim.next(count: 0, mustAsk: true) == LoanClaim(generation: 0, limit: 0, mustAsk: true))
    }

    @Test("what a request says of where something can be lent is read as it was written")
    func places() {
        for slot in [0, 63] {
            for looks in [true, false] {
                let place = LoanPlace(mark: LoanPlace.mark(slot: slot, looksForMore: looks))
                #expect(place?.slot == slot && place?.looksForMore == looks)
            }
        }
        #expect(LoanPlace(mark: 0) == nil && LoanPlace(mark: 1 << 8) == nil)
    }

    @Test("of two that change a word at the same time none is ignored")
    func concurrency() async {
        let memory = ClaimMemory()
        memory.change(3) { $0.next(count: 100_000, mustAsk: false) }
        let taken = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    var count = 0
                    while memory.take(3, of: 1) { count += 1 }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(taken == 100_000 && memory.claim(3).closed.taken == taken && memory.claim(2).rawValue == 0)
    }

    @Test("no word is given to two")
    func slots() {
        let slots = ClaimSlots()
        let all = (0..<ClaimMemory.slotCount).compactMap { _ in slots.take() }
        #expect(Set(all).count == ClaimMemory.slotCount && slots.take() == nil)
        slots.giveBack(7)
        #expect(slots.take() == 7)
    }
}
