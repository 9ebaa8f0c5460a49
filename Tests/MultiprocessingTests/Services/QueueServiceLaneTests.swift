import Testing

@testable import Multiprocessing

/// Items that pass the Host by, from the one that puts them to the one that takes them.
@Suite("QueueService, lanes")
struct QueueServiceLaneTests {
    private typealias Harness = ServiceHarness<QueueService>
    private let borrowers = Borrowers(1...3)

    private func makeHarness() -> Harness {
        Harness(QueueService(capacity: nil, desk: borrowers.desk, lanes: LaneSupply()))
    }

    /// Puts an item, and asks for a lane if that is said.
    @discardableResult
    private func put(_ byte: UInt8, from process: UInt32 = 1, asking: Bool = false, _ harness: Harness)
        -> [Frame]
    {
        harness.request(
            .put,
            from: process,
            argument: asking ? 1 : 0,
            body: [byte],
            kind: asking ? .request : .notice
        ).replies
    }

    @discardableResult
    private func get(
        _ process: UInt32,
        lane: UInt64,
        _ harness: Harness,
        timeout: Timeout = .none
    ) -> [Frame] {
        let argument = QueueService.getArgument(drawer: 0, lane: lane)
        let get = harness.request(.get, from: process, argument: argument, timeout: timeout)
        harness.request(.acknowledge, from: process, argument: get.correlation, kind: .notice)
        return get.replies
    }

    /// A queue with a lane from process 1 to process 2, of which both know.
    private func makeLane() throws -> (Harness, LaneWriter, LaneReader) {
        let harness = makeHarness()
        for byte in 0..<4 as Range<UInt8> {
            put(byte, harness)
            #expect(get(2, lane: 1, harness).map(\.body) == [[byte]])
        }
        put(4, harness)
        let ticket = try #require(put(5, asking: true, harness).first).argument
        let sender = try #require(LaneTicket(rawValue: ticket).flatMap { LaneMemory($0) })
        for byte in 4..<6 as Range<UInt8> { #expect(get(2, lane: 1, harness).map(\.body) == [[byte]]) }
        let last = get(2, lane: 1, harness)
        #expect(last.map(\.summary.outcome) == [.lookAgain] && last.first?.argument == ticket)
        let receiver = try #require(LaneTicket(rawValue: ticket).flatMap { LaneMemory($0) })
        return (harness, LaneWriter(sender, fullness: QueueService.fullness), LaneReader(receiver))
    }

    private func write(_ byte: UInt8, _ writer: inout LaneWriter) -> Bool {
        if case .written = [byte].withUnsafeBytes({ writer.write($0) }) { true } else { false }
    }

    private func read(_ reader: inout LaneReader) -> [UInt8]? {
        if case .message(let bytes) = reader.take() { bytes } else { nil }
    }

    @Test("items in a lane count, polls see them, and who sleeps there is told to look again")
    func sleeping() throws {
        var (harness, writer, reader) = try makeLane()
        #expect(get(2, lane: 2, harness).isEmpty)
        let polling = harness.request(.queuePoll, from: 3)
        #expect(polling.replies.isEmpty)
        #expect(write(6, &writer) && writer.mustWakeReader())
        let woken = harness.request(.wakeLane, from: 1, kind: .notice).replies
        #expect(woken.map(\.summary.outcome) == [.lookAgain, .done] && woken.last?.argument == 1)
        #expect(write(7, &writer))
        #expect(harness.request(.queueState, from: 3).replies.map(\.argument) == [2])
        #expect(read(&reader) == [6])
        #expect(harness.request(.queueState, from: 3).replies.map(\.argument) == [1])
    }

    @Test("another consumer, a batch and a lease get what is first, and everything stays in order")
    func another() throws {
        for operation in [.get, .getBatch, .lease] as [Multiprocessing.Operation] {
            for process in [2, 3] as [UInt32] where operation != .get || process == 3 {
                var (harness, writer, reader) = try makeLane()
                for byte in 6..<9 as Range<UInt8> { #expect(write(byte, &writer)) }
                #expect(read(&reader) == [6])
                let argument: UInt64 = operation == .getBatch ? 1 : 0
                let replies = harness.request(operation, from: process, argument: argument).replies
                #expect(replies.first?.body.last == 7)
                #expect(read(&reader) == nil && !write(9, &writer))
                put(9, harness)
                for byte in 8..<10 as Range<UInt8> {
                    #expect(get(2, lane: 1, harness).map(\.body) == [[byte]])
                }
            }
        }
    }

    @Test(
        "another producer, or the same one past its lane, comes after what is in the lane",
        arguments: [1, 3] as [UInt32]
    )
    func past(process: UInt32) throws {
        var (harness, writer, _) = try makeLane()
        #expect(write(6, &writer) && write(7, &writer))
        put(8, from: process, harness)
        for byte in 6..<9 as Range<UInt8> { #expect(get(2, lane: 1, harness).map(\.body) == [[byte]]) }
    }

    @Test(
        "what a process had put when it ended is there; what a consumer had not taken, too",
        arguments: [1, 2] as [UInt32]
    )
    func ends(process: UInt32) throws {
        var (harness, writer, reader) = try makeLane()
        #expect(write(6, &writer) && write(7, &writer) && write(8, &writer) && read(&reader) == [6])
        #expect(harness.end(process).isEmpty)
        for byte in 7..<9 as Range<UInt8> { #expect(get(3, lane: 1, harness).map(\.body) == [[byte]]) }
    }

    @Test(
        "a consumer that sleeps at the lane is brought what its producer wrote last, if that ends before it says so"
    )
    func lastWord() throws {
        var (harness, writer, _) = try makeLane()
        #expect(get(2, lane: 2, harness).isEmpty && write(6, &writer))
        #expect(harness.end(1).map(\.body) == [[6]])
    }

    @Test("a closed queue gives out what was in the lane, and then is over")
    func close() throws {
        var (harness, writer, reader) = try makeLane()
        #expect(write(6, &writer))
        #expect(harness.request(.closeQueue, from: 3).replies.map(\.summary.outcome) == [.done])
        #expect(read(&reader) == nil && !write(7, &writer))
        #expect(get(2, lane: 1, harness).map(\.body) == [[6]])
        #expect(get(2, lane: 1, harness).map(\.summary.outcome) == [.closed])
    }

    @Test("what comes back is before what is in the lane")
    func comingBack() throws {
        let harness = makeHarness()
        put(1, harness)
        let lease = harness.request(.lease, from: 3)
        #expect(lease.replies.map(\.body) == [[1]])
        var ticket: UInt64 = 0
        for byte in 2..<30 as Range<UInt8> where ticket == 0 {
            ticket = put(byte, asking: true, harness).first?.argument ?? 0
            get(2, lane: 1, harness)
        }
        var writer = LaneWriter(
            try #require(LaneTicket(rawValue: ticket).flatMap { LaneMemory($0) }),
            fullness: QueueService.fullness
        )
        get(2, lane: 1, harness)
        #expect(write(77, &writer))
        harness.request(.returnLease, from: 3, argument: lease.correlation, kind: .notice)
        #expect(get(2, lane: 1, harness).map(\.body) == [[1]])
        #expect(get(2, lane: 1, harness).map(\.body) == [[77]])
    }

    @Test("a consumer that is brought items without having asked gets a lane as well, after the last of them")
    func afterLoans() throws {
        let harness = makeHarness()
        let argument = QueueService.getArgument(drawer: LoanPlace.mark(slot: 0, looksForMore: true), lane: 1)
        var expected: UInt8 = 0
        var ticket: UInt64 = 0
        var loan: Borrowers.Loan?
        for byte in 0..<100 as Range<UInt8> where ticket == 0 {
            let replies = put(byte, asking: true, harness)
            ticket = replies.last?.argument ?? 0
            if let delivery = replies.first(where: { $0.kind == .notice }) {
                loan = borrowers.delivery(2, delivery)
            }
            while let item = loan?.take() {
                #expect(item == [expected])
                expected += 1
            }
            guard expected <= byte else { continue }
            let get = harness.request(.get, from: 2, argument: argument)
            harness.request(.acknowledge, from: 2, argument: get.correlation, kind: .notice)
            loan = borrowers.loan(2, get.replies.first)
            #expect(loan?.first == [expected])
            expected += 1
        }
        #expect(ticket != 0)
        let last = harness.request(.get, from: 2, argument: argument).replies
        #expect(last.map(\.summary.outcome) == [.lookAgain] && last.first?.argument == ticket)
    }

    @Test("bounded queues, and processes of other ranks, have no lanes")
    func without() {
        let bounded = Harness(QueueService(capacity: 100, desk: borrowers.desk, lanes: LaneSupply()))
        for (harness, process) in [(bounded, 1), (makeHarness(), 9)] as [(Harness, UInt32)] {
            for byte in 0..<40 as Range<UInt8> {
                #expect(put(byte, from: process, asking: true, harness).map(\.argument) == [0])
                #expect(get(2, lane: 1, harness).map(\.argument) == [0])
            }
        }
    }
}
