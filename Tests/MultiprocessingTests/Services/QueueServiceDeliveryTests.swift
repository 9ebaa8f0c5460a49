import Testing

@testable import Multiprocessing

/// What is handed out and not yet acknowledged, leases, batches, and the count of unfinished items.
@Suite("QueueService, deliveries")
struct QueueServiceDeliveryTests {
    private typealias Harness = ServiceHarness<QueueService>

    /// A queue into which process 0 has put the numbers.
    private func makeHarness(_ items: ClosedRange<UInt8>, capacity: Int? = nil) -> Harness {
        let harness = Harness(QueueService(capacity: capacity))
        for item in items { harness.request(.put, body: [item], kind: .notice) }
        return harness
    }

    /// What process 9 can take now.
    private func rest(of harness: Harness) -> [UInt8] {
        var items: [UInt8] = []
        while case let get = harness.request(.get, from: 9, timeout: .zero),
            get.replies.first?.summary.outcome == .done
        {
            items += get.replies[0].body
            harness.request(.acknowledge, from: 9, argument: get.correlation, kind: .notice)
        }
        return items
    }

    private func batch(_ items: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for item in items { ItemBatch.append(to: &bytes) { $0 += item } }
        return bytes
    }

    private func items(_ frame: Frame?) -> [[UInt8]]? {
        frame.flatMap { frame in
            frame.withBody { body in ItemBatch.ranges(in: body)?.map { Array(body[$0]) } }
        }
    }

    @Test("what a process had not acknowledged at its end returns to the front, in the old order")
    func unacknowledged() {
        let harness = makeHarness(1...6)
        let gets = (0..<4).map { _ in harness.request(.get, from: 1) }
        #expect(gets.map { $0.replies.first?.body } == [[1], [2], [3], [4]])
        harness.request(.acknowledge, from: 1, argument: gets[1].correlation, kind: .notice)
        // Another process cannot acknowledge for it, and an unknown number means nothing.
        harness.request(.acknowledge, from: 2, argument: gets[2].correlation, kind: .notice)
        harness.request(.acknowledge, from: 1, argument: .max, kind: .notice)
        #expect(harness.request(.queueState).replies.map(\.argument) == [2])
        #expect(harness.end(1).isEmpty)
        #expect(rest(of: harness) == [1, 3, 4, 5, 6])
    }

    @Test("items of several processes that end find their old places")
    func severalProcesses() {
        let harness = makeHarness(1...5)
        for process in [1, 2, 3, 1] as [UInt32] { harness.request(.get, from: process) }
        _ = harness.end(3)
        _ = harness.end(1)
        #expect(harness.request(.get, from: 9).replies.first?.body == [1])
        _ = harness.end(2)
        #expect(rest(of: harness) == [2, 3, 4, 5])
    }

    @Test("a returned item goes to the one who waits, and may exceed the capacity")
    func returned() {
        let harness = makeHarness(1...1)
        harness.request(.get, from: 1)
        let waiting = harness.request(.get, from: 2)
        #expect(waiting.replies.isEmpty)
        #expect(
            harness.end(1).map(\.summary)
                == [.init(process: 2, correlation: waiting.correlation, outcome: .done, body: [1])]
        )
        let full = makeHarness(1...2, capacity: 2)
        full.request(.get, from: 1)
        #expect(full.request(.put, body: [3]).replies.map(\.summary.outcome) == [.done])
        _ = full.end(1)
        #expect(full.request(.queueState).replies.map(\.argument) == [3])
        #expect(full.request(.put, timeout: .zero, body: [4]).replies.map(\.summary.outcome) == [.timedOut])
        #expect(rest(of: full) == [1, 2, 3])
    }

    @Test("a main program's items need no acknowledgement, but its leases can be given back")
    func mainProgram() {
        let harness = makeHarness(1...2)
        func ask(_ operation: Multiprocessing.Operation, correlation: UInt64, argument: UInt64 = 0) -> [Frame]
        {
            var frame = Frame(
                operation == .returnLease ? .notice : .request,
                code: operation.rawValue,
                from: .main(ofRank: 3),
                to: Harness.address,
                correlation: correlation,
                argument: argument
            )
            frame.seal()
            var request = Request(frame, now: harness.now)
            return harness.collect { $0.handle(operation, &request, &$1) }
        }
        #expect(ask(.get, correlation: 1).first?.body == [1])
        harness.request(.closeQueue)
        #expect(ask(.lease, correlation: 2).first?.body == [2])
        #expect(ask(.returnLease, correlation: 0, argument: 2).isEmpty)
        #expect(rest(of: harness) == [2])
    }

    @Test(
        "an item on lease goes back when it is given back, or when its process ends, but not once it is finished"
    )
    func lease() {
        let harness = makeHarness(1...4)
        let leases = (0..<3).map { _ in harness.request(.lease, from: 1) }
        #expect(leases.map { $0.replies.first?.body } == [[1], [2], [3]])
        harness.request(.returnLease, from: 1, argument: leases[1].correlation, kind: .notice)
        harness.request(.finishLease, from: 1, argument: leases[0].correlation, kind: .notice)
        #expect(harness.request(.get, from: 9).replies.first?.body == [2])
        _ = harness.end(1)
        #expect(rest(of: harness) == [3, 4])
    }

    @Test("a closed queue is over only when nothing can come back to it")
    func closedWithLeases() {
        let harness = makeHarness(1...1)
        let lease = harness.request(.lease, from: 1)
        harness.request(.closeQueue)
        let waiting = harness.request(.get, from: 2)
        let polling = harness.request(.queuePoll, from: 2)
        #expect(waiting.replies.isEmpty && polling.replies.isEmpty)
        // Who has something itself does not wait: two such would wait for each other.
        #expect(harness.request(.get, from: 1).replies.map(\.summary.outcome) == [.closed])
        #expect(harness.request(.get, from: 2, timeout: .zero).replies.map(\.summary.outcome) == [.timedOut])
        let replies = harness.request(.finishLease, from: 1, argument: lease.correlation, kind: .notice)
            .replies
        #expect(replies.map(\.summary.outcome) == [.closed, .done] && replies.last?.argument == 1)
        #expect(harness.request(.get, from: 2).replies.map(\.summary.outcome) == [.closed])

        let other = makeHarness(1...1)
        other.request(.lease, from: 1)
        other.request(.closeQueue)
        let next = other.request(.get, from: 2)
        #expect(
            other.end(1).map(\.summary)
                == [.init(process: 2, correlation: next.correlation, outcome: .done, body: [1])]
        )
    }

    @Test("a batch goes in as a whole where there is no limit, and comes out up to the number asked for")
    func batches() {
        let harness = makeHarness(1...1)
        #expect(harness.request(.putBatch, body: batch([[2], [], [4, 4]])).replies.count == 1)
        #expect(items(harness.request(.getBatch, from: 1, argument: 3).replies.first) == [[1], [2], []])
        let last = harness.request(.getBatch, from: 2, argument: .max)
        #expect(items(last.replies.first) == [[4, 4]])
        // One acknowledgement is for all of them.
        harness.request(.acknowledge, from: 2, argument: last.correlation, kind: .notice)
        _ = harness.end(2)
        #expect(harness.request(.queueState).replies.map(\.argument) == [0])
        let waiting = harness.request(.getBatch, from: 3, argument: 2)
        let after = harness.request(.get, from: 4)
        let replies = harness.request(.putBatch, body: batch([[5], [6], [7], [8]])).replies
        #expect(replies.map(\.correlation).prefix(2) == [waiting.correlation, after.correlation])
        #expect(items(replies.first) == [[5], [6]] && replies[1].body == [7])
        _ = harness.end(1)
        _ = harness.end(3)
        #expect(rest(of: harness) == [1, 2, 5, 6, 8])
    }

    @Test("what of a batch did not arrive goes back to its old place, whoever had taken it")
    func partsOfBatches() {
        let harness = makeHarness(1...5)
        let taken = harness.request(.getBatch, from: 1, argument: 4)
        #expect(items(taken.replies.first) == [[1], [2], [3], [4]])
        // From somebody else, or of something else, it means nothing.
        let one: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        harness.request(.acknowledgeSome, from: 2, argument: taken.correlation, body: one, kind: .notice)
        harness.request(.acknowledgeSome, from: 1, argument: .max, body: one, kind: .notice)
        #expect(harness.request(.queueState).replies.map(\.argument) == [1])
        harness.request(.acknowledgeSome, from: 1, argument: taken.correlation, body: one, kind: .notice)
        #expect(rest(of: harness) == [2, 3, 4, 5])
        for body in [[UInt8](), [1, 2], Array(repeating: 0xff, count: 8)] {
            for item in 1...3 as ClosedRange<UInt8> { harness.request(.put, body: [item], kind: .notice) }
            let taken = harness.request(.getBatch, from: 1, argument: 3)
            harness.request(.acknowledgeSome, from: 1, argument: taken.correlation, body: body, kind: .notice)
            #expect(rest(of: harness).isEmpty)
        }
    }

    @Test("a batch that is larger than the queue goes in item by item, before what is put later")
    func largeBatch() {
        let harness = Harness(QueueService(capacity: 2))
        #expect(harness.request(.putBatch, from: 1, body: batch((1...5).map { [$0] })).replies.isEmpty)
        #expect(harness.request(.put, from: 2, body: [6]).replies.isEmpty)
        #expect(harness.request(.queueState).replies.map(\.argument) == [2])
        #expect(items(harness.request(.getBatch, from: 9, argument: 9).replies.first) == [[1], [2]])
        let replies = harness.request(.get, from: 9).replies
        #expect(replies.map(\.summary.process) == [9, 1] && replies[0].body == [3])
        #expect(harness.request(.get, from: 9).replies.map(\.summary.process) == [9, 2])
        #expect(rest(of: harness) == [5, 6])
        // What has found room when the time is up stays.
        let late = harness.request(.putBatch, timeout: .zero, body: batch([[1], [2], [3]])).replies
        #expect(late.map(\.summary.outcome) == [.timedOut])
        #expect(rest(of: harness) == [1, 2])
        // What waited for room when its process ended, or the queue was closed, does not come any more.
        #expect(harness.request(.putBatch, from: 1, body: batch([[1], [2], [3]])).replies.isEmpty)
        _ = harness.end(1)
        #expect(rest(of: harness) == [1, 2])
    }

    @Test("bodies and numbers that make no sense harm nothing")
    func garbage() {
        let harness = Harness(QueueService(capacity: 0))
        for body in [[1], [UInt8](repeating: 255, count: 8), batch([[1]]) + [0]] {
            #expect(harness.request(.putBatch, body: body).replies.map(\.summary.outcome) == [.malformed])
        }
        for operation in [.getBatch, .acknowledge, .finishLease, .returnLease, .queueState, .taskDone]
            as [Multiprocessing.Operation]
        {
            for argument in [0, 1, UInt64.max, 1 << 63] {
                _ = harness.request(operation, argument: argument, timeout: .zero)
            }
        }
        #expect(harness.request(.putBatch, timeout: .zero, body: []).replies.count <= 1)
        #expect(
            harness.request(.put, timeout: .zero, body: [1]).replies.map(\.summary.outcome) == [.timedOut]
        )
    }

    @Test("join waits until all that was put is finished; too much of that is refused")
    func joinable() {
        let harness = makeHarness(1...3)
        let unfinished = {
            harness.request(.queueState, argument: QueueService.unfinishedMark).replies.map(\.argument)
        }
        #expect(unfinished() == [3])
        #expect(harness.request(.joinQueue, timeout: .zero).replies.map(\.summary.outcome) == [.timedOut])
        let joining = harness.request(.joinQueue, from: 5)
        #expect(joining.replies.isEmpty)
        harness.request(.joinQueue, from: 6)
        let cancelled = harness.request(.joinQueue, from: 7)
        #expect(harness.cancel(cancelled.correlation, from: 7).map(\.summary.outcome) == [.timedOut])
        _ = harness.end(6)
        // A get that is acknowledged finishes nothing, and neither does a death.
        let get = harness.request(.get, from: 1)
        harness.request(.acknowledge, from: 1, argument: get.correlation, kind: .notice)
        harness.request(.lease, from: 2)
        _ = harness.end(2)
        #expect(unfinished() == [3])
        let lease = harness.request(.lease, from: 3)
        harness.request(.finishLease, from: 3, argument: lease.correlation, kind: .notice)
        harness.request(.finishLease, from: 3, argument: lease.correlation, kind: .notice)
        #expect(unfinished() == [2])
        #expect(harness.request(.taskDone).replies.map(\.argument) == [0])
        let replies = harness.request(.taskDone).replies
        #expect(replies.map(\.summary.process) == [5, 0] && replies.map(\.argument) == [0, 0])
        #expect(harness.request(.taskDone).replies.map(\.argument) == [1])
        #expect(harness.request(.joinQueue).replies.map(\.summary.outcome) == [.done])
    }

    @Test("poll says whether there is something to get, or that the queue is closed, and takes nothing")
    func poll() {
        let harness = Harness(QueueService(capacity: nil))
        #expect(harness.request(.queuePoll, timeout: .zero).replies.map(\.argument) == [0])
        let first = harness.request(.queuePoll, from: 1)
        let late = harness.request(.queuePoll, from: 2, timeout: Timeout(.seconds(1)))
        #expect(first.replies.isEmpty && late.replies.isEmpty)
        harness.now = harness.now.advanced(by: .seconds(2))
        #expect(harness.expire().map(\.argument) == [0])
        let replies = harness.request(.put, body: [1], kind: .notice).replies
        #expect(replies.map(\.correlation) == [first.correlation] && replies.map(\.argument) == [1])
        #expect(harness.request(.queuePoll).replies.map(\.argument) == [1])
        #expect(rest(of: harness) == [1])
        let waiting = harness.request(.queuePoll, from: 3)
        #expect(harness.request(.closeQueue).replies.map(\.correlation).first == waiting.correlation)
        #expect(harness.request(.queuePoll, timeout: .zero).replies.map(\.argument) == [1])
    }
}
