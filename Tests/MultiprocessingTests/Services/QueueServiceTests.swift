import Testing

@testable import Multiprocessing

@Suite("QueueService")
struct QueueServiceTests {
    private typealias Harness = ServiceHarness<QueueService>

    private func put(_ item: UInt8, in harness: Harness, from source: UInt32 = 0, timeout: Timeout = .none)
        -> [Frame]
    {
        harness.request(.put, from: source, timeout: timeout, body: [item]).replies
    }

    @Test("items come out in the order in which they went in")
    func order() {
        let harness = Harness(QueueService(capacity: nil))
        for item in 0..<5 { _ = put(UInt8(item), in: harness) }
        for item in 0..<5 { #expect(harness.request(.get).replies.map(\.body) == [[UInt8(item)]]) }
    }

    @Test("those who wait are served first come, first served")
    func waiters() {
        let harness = Harness(QueueService(capacity: nil))
        let first = harness.request(.get, from: 1)
        let second = harness.request(.get, from: 2)
        #expect(first.replies.isEmpty && second.replies.isEmpty)
        #expect(
            put(10, in: harness).first?.summary
                == .init(process: 1, correlation: first.correlation, outcome: .done, body: [10])
        )
        #expect(
            put(11, in: harness).first?.summary
                == .init(process: 2, correlation: second.correlation, outcome: .done, body: [11])
        )
    }

    @Test(
        "a get that does not wait finds an empty queue empty, and one that waits is told when its time is up"
    )
    func timeouts() {
        let harness = Harness(QueueService(capacity: nil))
        #expect(harness.request(.get, timeout: .zero).replies.map(\.summary.outcome) == [.timedOut])
        let waiting = harness.request(.get, from: 3, timeout: Timeout(.seconds(1)))
        #expect(harness.expire().isEmpty)
        #expect(harness.service.nextDeadline == harness.now.advanced(by: .seconds(1)))
        harness.now = harness.now.advanced(by: .seconds(2))
        #expect(
            harness.expire().map(\.summary) == [
                .init(process: 3, correlation: waiting.correlation, outcome: .timedOut, body: [])
            ]
        )
        // Its time is over: the next item is not for it.
        #expect(put(1, in: harness).map(\.summary.process) == [0])
    }

    @Test("a bounded queue never holds more than its capacity, and lets producers in as there is room")
    func capacity() {
        let harness = Harness(QueueService(capacity: 2))
        #expect(put(1, in: harness).map(\.summary.outcome) == [.done])
        #expect(put(2, in: harness).map(\.summary.outcome) == [.done])
        #expect(put(3, in: harness, timeout: .zero).map(\.summary.outcome) == [.timedOut])
        #expect(put(4, in: harness, from: 7).isEmpty)
        #expect(harness.request(.queueState).replies.map(\.argument) == [2])
        let replies = harness.request(.get).replies
        #expect(replies.map(\.summary.process) == [0, 7])
        #expect(replies.map(\.body) == [[1], []])
        #expect(harness.request(.get).replies.first?.body == [2])
        #expect(harness.request(.get).replies.first?.body == [4])
    }

    @Test("an item whose taker ended before it came is the first again")
    func takenBack() {
        let harness = Harness(QueueService(capacity: nil))
        _ = put(1, in: harness)
        _ = put(2, in: harness)
        let lost = harness.request(.get, from: 1).replies[0]
        #expect(harness.takeBack(lost).isEmpty)
        // The news of its end comes as well, and must not bring the item back twice.
        #expect(harness.end(1).isEmpty)
        #expect(harness.takeBack(lost).isEmpty)
        #expect(harness.request(.get).replies.first?.body == [1])
        #expect(harness.request(.get).replies.first?.body == [2])
        #expect(harness.request(.get, timeout: .zero).replies.map(\.summary.outcome) == [.timedOut])
    }

    @Test("a process that has ended waits for nothing any more")
    func deadWaiter() {
        let harness = Harness(QueueService(capacity: nil))
        harness.request(.get, from: 1)
        let alive = harness.request(.get, from: 2)
        #expect(harness.end(1).isEmpty)
        #expect(
            put(5, in: harness).first?.summary
                == .init(process: 2, correlation: alive.correlation, outcome: .done, body: [5])
        )
    }

    @Test("a wait that is cancelled takes no item")
    func cancelled() {
        let harness = Harness(QueueService(capacity: nil))
        let wait = harness.request(.get, from: 1)
        #expect(harness.cancel(wait.correlation, from: 2).isEmpty, "only its own process can cancel a wait")
        #expect(harness.cancel(wait.correlation, from: 1).map(\.summary.outcome) == [.timedOut])
        #expect(put(5, in: harness).count == 1)
        #expect(harness.request(.queueState).replies.map(\.argument) == [1])
    }

    @Test("a closed queue gives what it has and then says so, to those who wait as well")
    func closed() {
        let harness = Harness(QueueService(capacity: nil))
        _ = put(1, in: harness)
        #expect(harness.request(.closeQueue).replies.map(\.summary.outcome) == [.done])
        #expect(put(2, in: harness).map(\.summary.outcome) == [.closed])
        #expect(harness.request(.get).replies.first?.body == [1])
        #expect(harness.request(.get).replies.map(\.summary.outcome) == [.closed])

        let waiting = Harness(QueueService(capacity: nil))
        waiting.request(.get, from: 4)
        #expect(waiting.request(.closeQueue).replies.map(\.summary.outcome) == [.closed, .done])
    }

    @Test("what means nothing to a queue is refused")
    func malformed() {
        let harness = Harness(QueueService(capacity: nil))
        #expect(harness.request(.pipeSend).replies.map(\.summary.outcome) == [.malformed])
    }
}
