import Testing

@testable import Multiprocessing

/// Messages that pass the Host by, from the one that sends to the one that receives.
@Suite("PipeService, lanes")
struct PipeServiceLaneTests {
    private typealias Harness = ServiceHarness<PipeService>
    private let borrowers = Borrowers(1...3)

    /// A pipe whose end 0 process 1 holds, and whose end 1 the processes 2 and 3.
    private func makeHarness() -> Harness {
        let harness = Harness(
            PipeService(maker: Harness.process(0), isDuplex: true, desk: borrowers.desk, lanes: LaneSupply())
        )
        for (process, end) in [(1, 0), (2, 1), (3, 1)] as [(UInt32, UInt64)] {
            let argument = end | UInt64(40 + process) << 1
            harness.request(.pipeReserve, from: 0, argument: argument, kind: .notice)
            harness.request(.pipeAttach, from: process, argument: argument, kind: .notice)
        }
        return harness
    }

    @discardableResult
    private func send(_ byte: UInt8, from process: UInt32 = 1, _ harness: Harness) -> [Frame] {
        harness.request(.pipeSend, from: process, argument: 0 | 1 << 1, body: [byte]).replies
    }

    @discardableResult
    private func receive(
        _ process: UInt32,
        lane: UInt64,
        _ harness: Harness,
        timeout: Timeout = .none
    ) -> [Frame] {
        let argument = PipeService.receiveArgument(end: 1, maximumCount: nil, lane: lane)
        let receive = harness.request(.pipeReceive, from: process, argument: argument, timeout: timeout)
        harness.request(.pipeAcknowledge, from: process, argument: receive.correlation, kind: .notice)
        return receive.replies
    }

    /// A pipe with a lane from process 1 to process 2, of which both know.
    private func makeLane() throws -> (Harness, LaneWriter, LaneReader) {
        let harness = makeHarness()
        var ticket: UInt64 = 0
        for byte in 0..<5 as Range<UInt8> {
            ticket = send(byte, harness).first?.argument ?? 0
            if ticket == 0 { #expect(receive(2, lane: 1, harness).map(\.body) == [[byte]]) }
        }
        let sender = try #require(LaneTicket(rawValue: ticket).flatMap { LaneMemory($0) })
        let last = try #require(receive(2, lane: 1, harness).first)
        #expect(last.body == [4] && last.argument == ticket)
        let receiver = try #require(LaneTicket(rawValue: last.argument).flatMap { LaneMemory($0) })
        return (harness, LaneWriter(sender, fullness: 1 << 20), LaneReader(receiver))
    }

    private func write(_ byte: UInt8, _ writer: inout LaneWriter) -> Bool {
        if case .written = [byte].withUnsafeBytes({ writer.write($0) }) { true } else { false }
    }

    private func read(_ reader: inout LaneReader) -> [UInt8]? {
        if case .message(let bytes) = reader.take() { bytes } else { nil }
    }

    @Test("who sleeps at a lane is told to look again when something was written, and polls see it")
    func sleeping() throws {
        var (harness, writer, reader) = try makeLane()
        #expect(receive(2, lane: 2, harness, timeout: .zero).map(\.summary.outcome) == [.timedOut])
        #expect(!writer.mustWakeReader())
        let waiting = receive(2, lane: 2, harness)
        let polling = harness.request(.pipePoll, from: 3, argument: 1)
        #expect(waiting.isEmpty && polling.replies.isEmpty)
        #expect(write(7, &writer) && writer.mustWakeReader() && !writer.mustWakeReader())
        let woken = harness.request(.wakeLane, from: 1, argument: 1, kind: .notice).replies
        #expect(woken.map(\.summary.outcome) == [.lookAgain, .done] && woken.last?.argument == 1)
        #expect(
            harness.request(.pipePoll, from: 3, argument: 1, timeout: .zero).replies.map(\.argument) == [1]
        )
        #expect(receive(2, lane: 2, harness).map(\.summary.outcome) == [.lookAgain])
        #expect(read(&reader) == [7])
    }

    @Test(
        "one that waits for room in a lane is told when there is some, or the lane is closed",
        arguments: [true, false]
    )
    func room(isClosed: Bool) throws {
        var (harness, writer, reader) = try makeLane()
        while write(1, &writer) {}
        #expect(
            harness.request(.pipeAwaitRoom, from: 1, argument: 1).replies.map(\.summary.outcome) == [.done]
        )
        writer.announceSleep()
        #expect(
            harness.request(.pipeAwaitRoom, from: 1, argument: 1, timeout: .zero).replies.map(
                \.summary.outcome
            )
                == [.timedOut]
        )
        #expect(harness.request(.pipeAwaitRoom, from: 1, argument: 1).replies.isEmpty)
        if isClosed {
            #expect(receive(3, lane: 1, harness).count == 2)
        } else {
            while !reader.mustWakeWriter() { #expect(read(&reader) == [1]) }
            let woken = harness.request(.wakeLane, from: 2, argument: 1, kind: .notice).replies
            #expect(woken.map(\.summary.outcome) == [.done])
        }
    }

    @Test("another process that wants a message gets the next one, and everything stays in order")
    func another() throws {
        var (harness, writer, reader) = try makeLane()
        for byte in 5..<9 as Range<UInt8> { #expect(write(byte, &writer)) }
        #expect(read(&reader) == [5])
        #expect(receive(3, lane: 1, harness).map(\.body) == [[6]])
        #expect(read(&reader) == nil && !write(9, &writer))
        send(9, harness)
        for (process, byte) in [(2, 7), (3, 8), (2, 9)] as [(UInt32, UInt8)] {
            #expect(receive(process, lane: 1, harness).map(\.body) == [[byte]])
        }
    }

    @Test(
        "another sender, or the same one past its lane, comes after what is in the lane",
        arguments: [1, 3] as [UInt32]
    )
    func past(process: UInt32) throws {
        var (harness, writer, _) = try makeLane()
        #expect(write(5, &writer) && write(6, &writer))
        send(7, from: process, harness)
        for byte in 5..<8 as Range<UInt8> { #expect(receive(2, lane: 1, harness).map(\.body) == [[byte]]) }
    }

    @Test("what a process had written when it ended arrives, and then the end of the stream")
    func senderEnds() throws {
        var (harness, writer, reader) = try makeLane()
        #expect(receive(2, lane: 2, harness).isEmpty)
        #expect(write(5, &writer) && write(6, &writer))
        // It ends before it has said so.
        #expect(harness.end(1).map(\.body) == [[5]])
        #expect(read(&reader) == nil)
        #expect(receive(2, lane: 1, harness).map(\.body) == [[6]])
        #expect(receive(2, lane: 1, harness).map(\.summary.outcome) == [.endOfStream])
    }

    @Test(
        "what the receiver had not taken when it ended goes to another that has that end; what it was handed before, first"
    )
    func receiverEnds() throws {
        var (harness, writer, reader) = try makeLane()
        #expect(write(5, &writer) && write(6, &writer) && read(&reader) == [5])
        #expect(harness.end(2).isEmpty)
        #expect(receive(3, lane: 1, harness).map(\.body) == [[6]])
        #expect(receive(3, lane: 1, harness).isEmpty)
        #expect(send(7, harness).map(\.body) == [[7], []])
        _ = harness.end(3)
        #expect(send(8, harness).map(\.summary.outcome) == [.closed])
    }

    @Test("what was handed out before and comes back is before what is in the lane")
    func comingBack() throws {
        var (harness, writer, _) = try makeLane()
        let argument = PipeService.receiveArgument(end: 1, maximumCount: nil, lane: 1)
        send(5, harness)
        let lost = harness.request(.pipeReceive, from: 3, argument: argument).replies
        #expect(lost.map(\.body) == [[5]])
        var ticket: UInt64 = 0
        for byte in 6..<30 as Range<UInt8> where ticket == 0 {
            ticket = send(byte, harness).first?.argument ?? 0
            receive(2, lane: 1, harness)
        }
        writer = LaneWriter(
            try #require(LaneTicket(rawValue: ticket).flatMap { LaneMemory($0) }),
            fullness: 1 << 20
        )
        #expect(write(77, &writer))
        #expect(harness.end(3).isEmpty)
        #expect(receive(2, lane: 1, harness).map(\.body) == [[5]])
        #expect(receive(2, lane: 1, harness).map(\.body) == [[77]])
    }

    @Test("a message that comes after the word that its end was closed is followed by the end of the stream")
    func lateMessage() {
        let harness = makeHarness()
        for byte in 0..<4 as Range<UInt8> {
            send(byte, harness)
            receive(2, lane: 1, harness)
        }
        harness.request(.pipeRelease, from: 1, argument: 0, kind: .notice)
        #expect(send(4, harness).map(\.argument) == [0])
        #expect(receive(2, lane: 1, harness).map(\.body) == [[4]])
        #expect(receive(2, lane: 1, harness).map(\.summary.outcome) == [.endOfStream])
    }

    @Test(
        "what a process sends does not overtake its output on the way to where that is shown",
        arguments: [
            (.direct, .direct, true), (.direct, .shown(onRank: 1), true), (.direct, .shown(onRank: 0), true),
            (.shown(onRank: 1), .direct, true), (.shown(onRank: 1), .shown(onRank: 0), true),
            (.shown(onRank: 0), .direct, false), (.shown(onRank: 0), .shown(onRank: 1), false),
            (.shown(onRank: 0), .shown(onRank: 0), true), (.shown(onRank: 0), .shown(onRank: 2), false),
        ] as [(OutputRoute, OutputRoute, Bool)]
    )
    func outputRoutes(sender: OutputRoute, receiver: OutputRoute, mayPass: Bool) throws {
        let harness = makeHarness()
        borrowers.desk.admit(Harness.process(1), borrowers.memory(1), output: sender)
        borrowers.desk.admit(Harness.process(2), borrowers.memory(2), output: receiver)
        var hasLane = false
        for byte in 0..<40 as Range<UInt8> where !hasLane {
            hasLane = send(byte, harness).map(\.argument) != [0]
            #expect(receive(2, lane: 1, harness).map(\.body) == [[byte]])
        }
        #expect(hasLane == mayPass)
    }

    @Test("a process that cannot have a lane, or none of this rank, goes on without")
    func without() throws {
        var (harness, writer, _) = try makeLane()
        #expect(write(5, &writer))
        #expect(receive(2, lane: 0, harness).map(\.body) == [[5]])
        for byte in 0..<40 as Range<UInt8> {
            #expect(send(byte, harness).map(\.argument) == [0])
            #expect(receive(2, lane: 0, harness).map(\.argument) == [0])
        }
        for byte in 0..<40 as Range<UInt8> {
            #expect(send(byte, from: 9, harness).map(\.argument) == [0])
            #expect(receive(2, lane: 1, harness).map(\.argument) == [0])
        }
    }
}
