import Testing

@testable import Multiprocessing

/// What of a queue is lent to processes that take item after item, and how it comes back.
@Suite("QueueService, lending")
struct QueueServiceLendingTests {
    private typealias Harness = ServiceHarness<QueueService>
    private let borrowers = Borrowers(1...3)

    private func makeHarness(_ items: Range<UInt8>, capacity: Int? = nil) -> Harness {
        let harness = Harness(QueueService(capacity: capacity, desk: borrowers.desk))
        for item in items { put(item, in: harness) }
        return harness
    }

    private func put(_ item: UInt8, in harness: Harness) {
        #expect(harness.request(.put, body: [item], kind: .notice).replies.isEmpty)
    }

    /// A process asks for an item, and says that it has it.
    private func get(_ process: UInt32, _ harness: Harness, slot: Int = 0) -> Borrowers.Loan {
        let get = harness.request(.get, from: process, argument: UInt64(slot) + 1)
        harness.request(.acknowledge, from: process, argument: get.correlation, kind: .notice)
        return borrowers.loan(process, slot: slot, get.replies.first)
    }

    private func count(_ harness: Harness) -> UInt64? { harness.request(.queueState).replies.first?.argument }

    /// What a process takes that is lent nothing.
    private func rest(_ harness: Harness) -> [UInt8] {
        var items: [UInt8] = []
        while case let get = harness.request(.get, from: 9, timeout: .zero),
            get.replies.first?.summary.outcome == .done
        {
            items += get.replies[0].body
            harness.request(.acknowledge, from: 9, argument: get.correlation, kind: .notice)
        }
        return items
    }

    @Test("who takes all that it was lent is lent twice as much the next time; all comes in order")
    func growth() {
        let harness = makeHarness(0..<100)
        var (items, sizes): ([UInt8], [Int]) = ([], [])
        while items.count < 100 {
            let loan = get(1, harness)
            items += loan.first ?? []
            sizes.append(loan.lent.count)
            while let item = loan.take() { items += item }
        }
        #expect(items == Array(0..<100))
        #expect(sizes == [1, 2, 4, 8, 16, 32, 30])
        #expect(count(harness) == 0)
    }

    @Test("what a borrower wants no more of has not been taken, also when more comes before it says so")
    func forgone() {
        let harness = makeHarness(0..<2)
        let get = harness.request(
            .get,
            from: 1,
            argument: LoanPlace.mark(slot: 0, looksForMore: true)
        )
        harness.request(.acknowledge, from: 1, argument: get.correlation, kind: .notice)
        let loan = borrowers.loan(1, get.replies.first)
        #expect(loan.first == [0] && loan.lent == [[1]])
        borrowers.memory(1).change(0) { $0.closed }
        put(2, in: harness)
        #expect(count(harness) == 2)
        #expect(rest(harness) == [1, 2])
    }

    @Test("what is lent counts as in the queue until it is taken, and can be polled for")
    func counts() {
        let harness = makeHarness(0..<4)
        let loan = get(1, harness)
        #expect(loan.lent == [[1]] && count(harness) == 3)
        #expect(loan.take() == [1] && count(harness) == 2)
        let last = get(1, harness)
        #expect(last.first == [2] && last.lent == [[3]] && count(harness) == 1)
        for process in [1, 2] as [UInt32] {
            #expect(harness.request(.queuePoll, from: process, timeout: .zero).replies.map(\.argument) == [1])
        }
        #expect(last.take() == [3] && count(harness) == 0)
        #expect(harness.request(.queuePoll, from: 2, timeout: .zero).replies.map(\.argument) == [0])
    }

    @Test("whoever else wants an item has it at once, in order, though the borrower does nothing for it")
    func recall() {
        let harness = makeHarness(0..<10)
        let first = get(1, harness)
        #expect(first.take() == [1])
        let second = get(1, harness)
        #expect(second.first == [2] && second.lent == [[3], [4]] && second.take() == [3])
        // One that is lent nothing, a batch, and a lease.
        #expect(harness.request(.get, from: 9).replies.map(\.body) == [[4]])
        #expect(second.take() == nil)
        let third = get(1, harness)
        #expect(third.first == [5] && third.lent.count == 2)
        let batch = harness.request(.getBatch, from: 9, argument: 2).replies.first
        #expect(batch?.withBody { ItemBatch.ranges(in: $0)?.map { Int($0.count) } } == [1, 1])
        #expect(third.take() == nil && count(harness) == 2)
        let fourth = get(1, harness)
        #expect(fourth.first == [8] && fourth.lent == [[9]])
        #expect(harness.request(.lease, from: 9).replies.map(\.body) == [[9]])
        #expect(fourth.take() == nil && count(harness) == 0)
    }

    @Test("two that take in turns get everything once, each in order")
    func turns() {
        let harness = makeHarness(0..<200)
        var items: [UInt32: [UInt8]] = [1: [], 2: []]
        var turn = 0
        while (items[1]?.count ?? 0) + (items[2]?.count ?? 0) < 200 {
            turn += 1
            let process = UInt32(turn % 2 + 1)
            let loan = get(process, harness)
            items[process]? += loan.first ?? []
            for _ in 0..<turn % 5 { items[process]? += loan.take() ?? [] }
        }
        #expect(items.values.joined().sorted() == Array(0..<200))
        #expect(items.values.allSatisfy { $0 == $0.sorted() })
    }

    @Test("who takes little of what it was lent is lent little")
    func shrinking() {
        let harness = makeHarness(0..<200)
        for _ in 0..<4 {
            let loan = get(1, harness)
            while loan.take() != nil {}
        }
        var loan = get(1, harness)
        #expect(loan.lent.count == 16)
        for _ in 0..<3 { #expect(loan.take() != nil) }
        _ = get(2, harness)
        loan = get(1, harness)
        #expect(loan.lent.count == 6)
        _ = get(2, harness)
        #expect(get(1, harness).lent.count == 1)
    }

    @Test("what a process was lent and had not taken when it ended goes back to its old place")
    func end() {
        let harness = makeHarness(0..<10)
        while get(1, harness).take() != nil, count(harness) != 8 {}
        let loan = get(1, harness)
        #expect(loan.first == [2] && loan.lent == [[3], [4]] && loan.take() == [3])
        #expect(harness.end(1).isEmpty)
        #expect(rest(harness) == Array(4..<10))
        // What it had not acknowledged comes before that.
        let other = makeHarness(0..<3)
        #expect(other.request(.get, from: 1, argument: 1).replies.first?.argument != 0)
        _ = other.end(1)
        #expect(rest(other) == [0, 1, 2])
        // A reply that finds nobody.
        let third = makeHarness(0..<3)
        let reply = third.request(.get, from: 1, argument: 1).replies[0]
        #expect(third.takeBack(reply).isEmpty)
        #expect(rest(third) == [0, 1, 2])
    }

    @Test("an item that comes back finds its place before what is on loan")
    func returnBefore() {
        let harness = makeHarness(0..<5)
        let lease = harness.request(.lease, from: 2)
        let loan = get(1, harness)
        #expect(loan.first == [1] && loan.lent == [[2]])
        harness.request(.returnLease, from: 2, argument: lease.correlation, kind: .notice)
        #expect(loan.take() == nil)
        #expect(rest(harness) == [0, 2, 3, 4])
    }

    @Test("a queue that is closed is over when what was lent is taken, or has been taken back by another")
    func closed() {
        let harness = makeHarness(0..<3)
        let loan = get(1, harness)
        #expect(loan.first == [0] && loan.lent == [[1]])
        _ = harness.request(.closeQueue)
        #expect(rest(harness) == [1, 2])
        #expect(loan.take() == nil)
        #expect(harness.request(.get, from: 1, argument: 1).replies.map(\.summary.outcome) == [.closed])
        let other = makeHarness(0..<2)
        let last = get(1, other)
        _ = other.request(.closeQueue)
        #expect(last.take() == [1])
        #expect(other.request(.get, from: 2).replies.map(\.summary.outcome) == [.closed])
    }

    @Test(
        "nothing is lent while somebody else waits, nor where there is a limit, nor to those whom nobody sees taking it"
    )
    func nothing() {
        let harness = Harness(QueueService(capacity: nil, desk: borrowers.desk))
        let waiting = (1...2 as ClosedRange<UInt32>).map { harness.request(.get, from: $0, argument: 1) }
        #expect(waiting.allSatisfy { $0.replies.isEmpty })
        var body: [UInt8] = []
        for item in 0..<6 as Range<UInt8> { ItemBatch.append(to: &body) { $0.append(item) } }
        let replies = harness.request(.putBatch, body: body, kind: .notice).replies
        #expect(replies.map(\.argument) == [0, 2] && replies.first?.body == [0])
        #expect(borrowers.loan(2, replies.last).lent == [[2]])
        let limited = makeHarness(0..<3, capacity: 5)
        #expect(limited.request(.get, from: 1, argument: 1).replies.map(\.argument) == [0])
        let others = makeHarness(0..<9)
        #expect(others.request(.get, from: 9, argument: 1).replies.map(\.argument) == [0])
        for slot in [64, 65, .max - 1, .max] as [UInt64] {
            #expect(others.request(.get, from: 1, argument: slot &+ 1).replies.map(\.argument) == [0])
        }
        #expect(count(others) == 4)
    }

    @Test(
        "what is given back is there for others, and garbage in the memory of a process harms only what it had"
    )
    func garbage() {
        let harness = makeHarness(0..<6)
        let loan = get(1, harness)
        harness.request(.returnLoan, from: 2, kind: .notice)
        #expect(loan.take() == [1])
        let next = get(1, harness)
        #expect(next.first == [2] && next.lent.count == 2)
        harness.request(.returnLoan, from: 1, kind: .notice)
        #expect(next.take() == nil && count(harness) == 3)
        let last = get(1, harness)
        #expect(last.first == [3])
        for word in [UInt64.max, 0, 1 << 47] {
            borrowers.memory(1).change(0) { _ in LoanClaim(rawValue: word) }
            #expect(count(harness).map { $0 <= 3 } == true)
        }
        put(6, in: harness)
        #expect(rest(harness).last == 6)
    }

    @Test("a borrower that has taken everything is brought what comes, until somebody else asks")
    func bringing() {
        let harness = Harness(QueueService(capacity: nil, desk: borrowers.desk))
        let mark = LoanPlace.mark(slot: 5, looksForMore: true)
        let waiting = harness.request(.get, from: 1, argument: mark)
        #expect(waiting.replies.isEmpty)
        func bring(_ item: UInt8) -> [Frame] {
            harness.request(.put, body: [item], kind: .notice).replies
        }
        let answer = borrowers.loan(1, slot: 5, bring(0).first)
        #expect(answer.first == [0] && answer.lent.isEmpty && !answer.mustAsk)
        harness.request(.acknowledge, from: 1, argument: waiting.correlation, kind: .notice)
        // Each comes by itself, whether or not it is awaited, and counts until it is taken.
        for item in 1..<4 as Range<UInt8> {
            let brought = borrowers.delivery(1, bring(item).first)
            #expect(brought.lent == [[item]] && count(harness) == 1 && !brought.mustAsk)
            #expect(brought.take() == [item] && count(harness) == 0)
        }
        // With something left the borrower is brought nothing, and has to ask.
        let left = borrowers.delivery(1, bring(4).first)
        #expect(bring(5).isEmpty && left.mustAsk && bring(6).isEmpty && count(harness) == 3)
        #expect(left.take() == [4])
        let asked = harness.request(.get, from: 1, argument: mark).replies.first
        let further = borrowers.loan(1, slot: 5, asked)
        #expect(further.first == [5] && further.take() == [6] && !further.mustAsk)
        // Another that asks is told first, and has what comes.
        #expect(harness.request(.get, from: 2, argument: 1).replies.isEmpty && further.mustAsk)
        #expect(bring(7).map(\.summary.process) == [2])
        #expect(bring(8).isEmpty && count(harness) == 1)
        // What was brought and not taken another takes.
        let again = borrowers.loan(1, slot: 5, harness.request(.get, from: 1, argument: mark).replies.first)
        #expect(again.first == [8])
        let last = borrowers.delivery(1, bring(9).first)
        #expect(last.lent == [[9]])
        #expect(harness.request(.getBatch, from: 3, argument: 9).replies.count == 1 && last.take() == nil)
        #expect(bring(10).isEmpty && count(harness) == 1)
    }

    @Test(
        "who polls is told of what is brought to somebody else; what is too long for that has to be asked for"
    )
    func bringingAndPolling() {
        let harness = makeHarness(0..<1)
        let mark = LoanPlace.mark(slot: 0, looksForMore: true)
        #expect(borrowers.loan(1, harness.request(.get, from: 1, argument: mark).replies.first).first == [0])
        let polling = harness.request(.queuePoll, from: 2)
        #expect(polling.replies.isEmpty)
        let replies = harness.request(.put, body: [1], kind: .notice).replies
        #expect(replies.map(\.summary.process) == [2, 1] && replies.first?.argument == 1)
        let brought = borrowers.delivery(1, replies.last)
        #expect(brought.take() == [1])
        let long = [UInt8](repeating: 2, count: Lending.maximumBytes + 1)
        #expect(harness.request(.put, body: long, kind: .notice).replies.isEmpty && brought.mustAsk)
        #expect(harness.request(.get, from: 1, argument: mark).replies.first?.body == long)
        _ = harness.end(1)
        #expect(rest(harness) == [0] + long)
    }

    @Test("long items are lent within a limit of bytes")
    func longItems() {
        let harness = Harness(QueueService(capacity: nil, desk: borrowers.desk))
        let sizes = [70_000, 10, 40_000, 30_000, 80_000]
        for size in sizes {
            harness.request(.put, body: Array(repeating: 7, count: size), kind: .notice)
        }
        for process in [1, 1, 1] as [UInt32] {
            let loan = get(process, harness)
            while loan.take() != nil {}
            #expect(loan.lent.reduce(0) { $0 + $1.count } <= Lending.maximumBytes)
        }
        #expect(count(harness) == 1)
    }
}
