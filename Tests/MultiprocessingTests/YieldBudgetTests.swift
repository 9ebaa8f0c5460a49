import Testing

@testable import Multiprocessing

/// When a Host gives its processor away.
@Suite("Yield budget")
struct YieldBudgetTests {
    private let start = ContinuousClock.now

    @Test("as long as the processor comes back at once it is given away again and again")
    func brief() {
        var budget = YieldBudget()
        for step in 0..<10 {
            let moment = start + .microseconds(100 * step)
            #expect(budget.allows(at: moment))
            budget.note(from: moment, to: moment + .microseconds(50))
        }
        #expect(budget.allows(at: start))
    }

    @Test("after others have kept it long it is not given away for twenty times as long")
    func long() {
        var budget = YieldBudget()
        budget.note(from: start, to: start + .milliseconds(3))
        #expect(!budget.allows(at: start + .milliseconds(3)))
        #expect(!budget.allows(at: start + .milliseconds(62)))
        #expect(budget.allows(at: start + .milliseconds(63)))
        budget.note(from: start + .milliseconds(63), to: start + .milliseconds(63) + .microseconds(5))
        #expect(budget.allows(at: start + .milliseconds(64)))
    }
}
