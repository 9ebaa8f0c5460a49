import Testing

@testable import Multiprocessing

@Suite("PipeService")
struct PipeServiceTests {
    private typealias Harness = ServiceHarness<PipeService>

    /// A pipe made by process 0, whose ends were given to the processes 1 (end 0) and 2 (end 1).
    private func makeHarness(limit: Int = 1 << 20) -> Harness {
        let harness = Harness(
            PipeService(maker: Harness.process(0), isDuplex: true, maximumPendingBytes: limit)
        )
        for end in 0..<2 as Range<UInt64> {
            let token = end + 40
            harness.request(.pipeReserve, from: 0, argument: end | token << 1, kind: .notice)
            harness.request(.pipeAttach, from: UInt32(end) + 1, argument: end | token << 1, kind: .notice)
        }
        return harness
    }

    private func send(_ byte: UInt8, end: UInt64, in harness: Harness, timeout: Timeout = .none) -> [Frame] {
        harness.request(.pipeSend, from: UInt32(end) + 1, argument: end | 2, timeout: timeout, body: [byte])
            .replies
    }

    private func receive(end: UInt64, in harness: Harness, timeout: Timeout = .none) -> [Frame] {
        harness.request(.pipeReceive, from: UInt32(end) + 1, argument: end, timeout: timeout).replies
    }

    @Test("what goes in at one end comes out at the other, in order, both ways")
    func bothWays() {
        let harness = makeHarness()
        for byte in 1...3 as ClosedRange<UInt8> { _ = send(byte, end: 0, in: harness) }
        _ = send(9, end: 1, in: harness)
        for byte in 1...3 as ClosedRange<UInt8> {
            #expect(receive(end: 1, in: harness).first?.body == [byte])
        }
        #expect(receive(end: 0, in: harness).first?.body == [9])
    }

    @Test(
        "the end of the stream comes after the last message, when the far process ends",
        arguments: [true, false]
    )
    func endOfStream(waits: Bool) {
        let harness = makeHarness()
        _ = send(1, end: 0, in: harness)
        if waits {
            #expect(receive(end: 1, in: harness).first?.body == [1])
            #expect(receive(end: 1, in: harness).isEmpty)
            #expect(harness.end(1).map(\.summary.outcome) == [.endOfStream])
        } else {
            #expect(harness.end(1).isEmpty)
            #expect(receive(end: 1, in: harness).first?.body == [1])
            #expect(receive(end: 1, in: harness).map(\.summary.outcome) == [.endOfStream])
        }
    }

    @Test("a send to an end that nobody holds fails")
    func broken() {
        let harness = makeHarness()
        _ = harness.end(2)
        #expect(send(1, end: 0, in: harness).map(\.summary.outcome) == [.closed])
    }

    @Test("the maker's own copy keeps an end alive only if the maker uses it")
    func makerHolds() {
        let harness = Harness(PipeService(maker: Harness.process(0), isDuplex: true))
        harness.request(.pipeSend, from: 0, argument: 0 | 2, body: [1])
        harness.request(.pipeReserve, from: 0, argument: 0 | 40 << 1, kind: .notice)
        harness.request(.pipeAttach, from: 1, argument: 0 | 40 << 1, kind: .notice)
        _ = harness.end(1)
        harness.request(.pipeReceive, from: 0, argument: 1)
        #expect(
            harness.request(.pipeReceive, from: 0, argument: 1, timeout: .zero).replies.map(\.summary.outcome)
                == [.timedOut]
        )
    }

    @Test("an end on its way to a process that never took it up is let go")
    func lostPassenger() {
        let harness = Harness(PipeService(maker: Harness.process(0), isDuplex: true))
        harness.request(.pipeReserve, from: 0, argument: 0 | 40 << 1, kind: .notice)
        let waiting = harness.request(.pipeReceive, from: 0, argument: 1)
        #expect(waiting.replies.isEmpty)
        let replies = harness.request(.pipeRelease, from: 1, argument: 0 | 40 << 1, kind: .notice).replies
        #expect(replies.map(\.summary.outcome) == [.endOfStream])
    }

    @Test(
        "that an end is on its way may be heard after it has arrived, or is known to be lost",
        arguments: [true, false]
    )
    func lateReservation(arrives: Bool) {
        let harness = makeHarness()
        // Process 2 sends its end to process 3 on another rank, whose Host is faster.
        let argument = 1 | ReservationToken.next(of: Harness.process(2)) << 1
        if arrives {
            harness.request(.pipeAttach, from: 3, argument: argument, kind: .notice)
            _ = harness.end(3)
        }
        // A Host says so at the end of each process, also of one that has taken its connections up.
        harness.request(.pipeRelease, from: 3, argument: argument, kind: .notice)
        harness.request(.pipeReserve, from: 2, argument: argument, kind: .notice)
        #expect(receive(end: 0, in: harness).isEmpty)
        #expect(harness.end(2).map(\.summary.outcome) == [.endOfStream])
    }

    @Test("an end that has arrived counts, even if it is heard of late that it was on its way")
    func lateReservationOfHolder() {
        let harness = makeHarness()
        let argument = 1 | ReservationToken.next(of: Harness.process(2)) << 1
        harness.request(.pipeAttach, from: 3, argument: argument, kind: .notice)
        harness.request(.pipeReserve, from: 2, argument: argument, kind: .notice)
        #expect(receive(end: 0, in: harness).isEmpty)
        #expect(harness.end(2).isEmpty)
        #expect(harness.end(3).map(\.summary.outcome) == [.endOfStream])
    }

    @Test("an end that is not sent after all is its maker's again, unless others have it")
    func returned() {
        let harness = Harness(PipeService(maker: Harness.process(0), isDuplex: true))
        harness.request(.pipeReserve, from: 0, argument: 0 | 40 << 1, kind: .notice)
        let waiting = harness.request(.pipeReceive, from: 0, argument: 1)
        #expect(harness.request(.pipeReturn, from: 0, argument: 0 | 40 << 1, kind: .notice).replies.isEmpty)
        #expect(waiting.replies.isEmpty)
        harness.request(.pipeReserve, from: 0, argument: 0 | 41 << 1, kind: .notice)
        harness.request(.pipeAttach, from: 1, argument: 0 | 41 << 1, kind: .notice)
        harness.request(.pipeReserve, from: 0, argument: 0 | 42 << 1, kind: .notice)
        #expect(harness.request(.pipeReturn, from: 0, argument: 0 | 42 << 1, kind: .notice).replies.isEmpty)
        #expect(harness.end(1).map(\.summary.outcome) == [.endOfStream])
    }

    @Test("a sender waits when too much is on its way, and goes on as it is received")
    func backPressure() {
        let harness = makeHarness(limit: 1)
        #expect(send(1, end: 0, in: harness).map(\.summary.outcome) == [.done])
        #expect(send(2, end: 0, in: harness, timeout: .zero).map(\.summary.outcome) == [.timedOut])
        #expect(send(3, end: 0, in: harness).isEmpty)
        #expect(receive(end: 1, in: harness).map(\.body) == [[1], []])
        #expect(receive(end: 1, in: harness).first?.body == [3])
    }

    @Test("a message that could not be delivered waits for the next receiver at that end")
    func takenBack() {
        let harness = makeHarness()
        _ = send(1, end: 0, in: harness)
        _ = send(2, end: 0, in: harness)
        let lost = receive(end: 1, in: harness)[0]
        #expect(harness.takeBack(lost).isEmpty)
        #expect(receive(end: 1, in: harness).first?.body == [1])
    }

    @Test("poll says whether there is something to receive, or the end of the stream")
    func poll() {
        let harness = makeHarness()
        #expect(
            harness.request(.pipePoll, from: 2, argument: 1, timeout: .zero).replies.map(\.argument) == [0]
        )
        let waiting = harness.request(.pipePoll, from: 2, argument: 1)
        #expect(waiting.replies.isEmpty)
        #expect(send(1, end: 0, in: harness).map(\.argument) == [1, 0])
        _ = receive(end: 1, in: harness)
        _ = harness.end(1)
        #expect(
            harness.request(.pipePoll, from: 2, argument: 1, timeout: .zero).replies.map(\.argument) == [1]
        )
    }

    /// Lets process 3 have end 1 as well.
    private func share(_ harness: Harness) {
        harness.request(.pipeReserve, from: 2, argument: 1 | 60 << 1, kind: .notice)
        harness.request(.pipeAttach, from: 3, argument: 1 | 60 << 1, kind: .notice)
    }

    @Test("a message that a process had not acknowledged at its end goes to another that has that end")
    func unacknowledged() {
        let harness = makeHarness()
        share(harness)
        for byte in 1...4 as ClosedRange<UInt8> { _ = send(byte, end: 0, in: harness) }
        let first = harness.request(.pipeReceive, from: 2, argument: 1)
        let second = harness.request(.pipeReceive, from: 2, argument: 1)
        #expect(second.replies.first?.body == [2])
        #expect(harness.request(.pipeReceive, from: 3, argument: 1).replies.first?.body == [3])
        // Only the receiver itself can say that it has it.
        harness.request(.pipeAcknowledge, from: 3, argument: second.correlation, kind: .notice)
        harness.request(.pipeAcknowledge, from: 2, argument: first.correlation, kind: .notice)
        #expect(harness.end(2).isEmpty)
        #expect(harness.request(.pipeReceive, from: 3, argument: 1).replies.first?.body == [2])
        #expect(harness.request(.pipeReceive, from: 3, argument: 1).replies.first?.body == [4])
    }

    @Test("while a message may come back, the end of the stream is not reported to the others")
    func endAfterReturn() {
        let harness = makeHarness()
        share(harness)
        _ = send(1, end: 0, in: harness)
        let handedOut = harness.request(.pipeReceive, from: 2, argument: 1)
        #expect(handedOut.replies.first?.body == [1])
        _ = harness.end(1)
        #expect(harness.request(.pipeReceive, from: 3, argument: 1).replies.isEmpty)
        #expect(harness.request(.pipePoll, from: 3, argument: 1).replies.isEmpty)
        // The one who polls is told as well: after the message that the same process is handed now comes the end.
        #expect(harness.end(2).map(\.body) == [[1], []])
        let last = harness.request(.pipeReceive, from: 3, argument: 1)
        #expect(last.replies.map(\.summary.outcome) == [.endOfStream])

        let other = makeHarness()
        share(other)
        _ = send(1, end: 0, in: other)
        let taken = other.request(.pipeReceive, from: 2, argument: 1)
        _ = other.end(1)
        #expect(other.request(.pipeReceive, from: 3, argument: 1).replies.isEmpty)
        let replies = other.request(
            .pipeAcknowledge,
            from: 2,
            argument: taken.correlation,
            kind: .notice
        ).replies
        #expect(replies.map(\.summary.outcome) == [.endOfStream])
    }

    @Test("a message that is too long for a receiver stays, and goes to one that takes it")
    func tooLong() {
        let harness = makeHarness()
        let limit = (2 as UInt64 + 1) << 1
        harness.request(.pipeSend, from: 1, argument: 0, body: [1, 2, 3])
        let refused = harness.request(.pipeReceive, from: 2, argument: 1 | limit).replies
        #expect(refused.map(\.summary.outcome) == [.messageTooLong] && refused.first?.argument == 3)
        #expect(receive(end: 1, in: harness).first?.body == [1, 2, 3])
        // One that waits hears of it as well.
        #expect(harness.request(.pipeReceive, from: 2, argument: 1 | limit).replies.isEmpty)
        #expect(receive(end: 1, in: harness).isEmpty)
        let replies = harness.request(.pipeSend, from: 1, argument: 0, body: [4, 5, 6]).replies
        #expect(replies.map(\.summary.outcome) == [.messageTooLong, .done, .done])
        #expect(replies[1].body == [4, 5, 6])
        for argument in [UInt64.max, UInt64.max - 1] {
            _ = harness.request(.pipeReceive, from: 2, argument: argument, timeout: .zero)
            _ = harness.request(.pipeAcknowledge, from: 2, argument: argument, kind: .notice)
        }
    }

    @Test("a pipe that nobody holds any more is removed")
    func finished() {
        let harness = makeHarness()
        _ = harness.end(1)
        #expect(!harness.isFinished)
        _ = harness.end(2)
        #expect(harness.isFinished)
    }
}
