import Testing

@testable import Multiprocessing

/// Messages that are lent to who receives one after the other, and permits of those who send one after the other.
@Suite("PipeService, lending")
struct PipeServiceLendingTests {
    private typealias Harness = ServiceHarness<PipeService>
    private let borrowers = Borrowers(1...3)

    /// A pipe whose end 0 process 1 holds, and whose end 1 the processes 2 and 3.
    private func makeHarness(limit: Int = 1 << 20) -> Harness {
        let harness = Harness(
            PipeService(
                maker: Harness.process(0),
                isDuplex: true,
                maximumPendingBytes: limit,
                desk: borrowers.desk
            )
        )
        for (process, end) in [(1, 0), (2, 1), (3, 1)] as [(UInt32, UInt64)] {
            let argument = end | UInt64(40 + process) << 1
            harness.request(.pipeReserve, from: 0, argument: argument, kind: .notice)
            harness.request(.pipeAttach, from: process, argument: argument, kind: .notice)
        }
        return harness
    }

    /// Process 1 asks to send a message.
    private func send(_ bytes: [UInt8], _ harness: Harness, timeout: Timeout = .none) -> [Frame] {
        harness.request(.pipeSend, from: 1, argument: 0 | 1 << 1, timeout: timeout, body: bytes).replies
    }

    /// Process 1 sends without asking, if it may.
    private func sendAtOnce(_ byte: UInt8, permit mark: UInt64, _ harness: Harness) -> [Frame]? {
        guard borrowers.memory(1).take(0, of: UInt16(truncatingIfNeeded: mark &- 1)) else { return nil }
        return harness.request(.pipeSend, from: 1, argument: 0 | 1 << 1, body: [byte], kind: .notice).replies
    }

    private func receive(_ process: UInt32, _ harness: Harness, limit: UInt64 = 0) -> Borrowers.Loan {
        let argument = 1 | limit << 1 | PipeService.loanMark(1)
        let receive = harness.request(.pipeReceive, from: process, argument: argument)
        harness.request(.pipeAcknowledge, from: process, argument: receive.correlation, kind: .notice)
        return borrowers.loan(process, receive.replies.first)
    }

    @Test(
        "what is lent comes in order, and goes to another receiver that asks, however long the first one is busy"
    )
    func lending() {
        let harness = makeHarness()
        for byte in 0..<10 as Range<UInt8> { _ = send([byte], harness) }
        var loan = receive(2, harness)
        #expect(loan.first == [0] && loan.lent == [[1]] && loan.take() == [1])
        loan = receive(2, harness)
        #expect(loan.first == [2] && loan.lent == [[3], [4]] && loan.take() == [3])
        #expect(
            harness.request(.pipePoll, from: 3, argument: 1, timeout: .zero).replies.map(\.argument) == [1]
        )
        let other = receive(3, harness)
        #expect(other.first == [4] && other.lent == [[5]] && loan.take() == nil)
        #expect(other.take() == [5])
        #expect(receive(2, harness).first == [6])
    }

    @Test("what was lent to a process that ends, or lets go of its end, goes to another that has that end")
    func end() {
        let harness = makeHarness()
        for byte in 0..<6 as Range<UInt8> { _ = send([byte], harness) }
        #expect(receive(2, harness).take() == [1])
        _ = receive(2, harness)
        #expect(harness.end(2).isEmpty)
        let next = receive(3, harness)
        #expect(next.first == [3] && next.lent == [[4]])
        harness.request(.returnLoan, from: 3, kind: .notice)
        #expect(next.take() == nil)
        #expect(harness.request(.pipeReceive, from: 3, argument: 1).replies.map(\.body) == [[4]])
    }

    @Test("the end of the stream comes after what was lent")
    func endOfStream() {
        let harness = makeHarness()
        for byte in 0..<2 as Range<UInt8> { _ = send([byte], harness) }
        let loan = receive(2, harness)
        #expect(harness.end(1).isEmpty)
        #expect(
            harness.request(.pipePoll, from: 3, argument: 1, timeout: .zero).replies.map(\.argument) == [1]
        )
        #expect(receive(3, harness).first == [1] && loan.take() == nil)
        for process in [2, 3] as [UInt32] {
            let last = harness.request(.pipeReceive, from: process, argument: 1)
            #expect(last.replies.map(\.summary.outcome) == [.endOfStream])
        }
    }

    @Test("a receiver that takes only short messages is lent what comes, and told of a long one when it asks")
    func limit() {
        let harness = makeHarness()
        _ = send([1], harness)
        _ = send([1, 2, 3], harness)
        let loan = receive(2, harness, limit: 3)
        #expect(loan.first == [1] && loan.lent == [[1, 2, 3]])
        // It does not take what is too long for it.
        let refused = harness.request(.pipeReceive, from: 2, argument: 1 | 3 << 1 | PipeService.loanMark(1))
        #expect(refused.replies.map(\.summary.outcome) == [.messageTooLong])
        #expect(refused.replies.first?.argument == 3)
        #expect(receive(2, harness).first == [1, 2, 3])
    }

    @Test("who has sent a message may send others without asking, until the far end is gone")
    func permits() {
        let harness = makeHarness()
        let mark = send([0], harness).first?.argument ?? 0
        #expect(mark > 0)
        for byte in 1..<20 as Range<UInt8> {
            #expect(sendAtOnce(byte, permit: mark, harness)?.isEmpty == true)
        }
        var loan = receive(2, harness)
        #expect(loan.first == [0] && loan.take() == [1])
        loan = receive(3, harness)
        #expect(loan.first == [2])
        _ = harness.end(2)
        #expect(sendAtOnce(20, permit: mark, harness)?.isEmpty == true)
        _ = harness.end(3)
        #expect(sendAtOnce(21, permit: mark, harness) == nil)
        #expect(send([21], harness).map(\.summary.outcome) == [.closed])
    }

    @Test("permits end before the room does, and are given again when there is room")
    func room() {
        let harness = makeHarness(limit: 100_000)
        var marks: [UInt64] = []
        // The bytes of a message and of its header.
        while let reply = send(Array(repeating: 1, count: 4096 - Frame.headerSize), harness, timeout: .zero)
            .first,
            reply.summary.outcome == .done
        {
            marks.append(reply.argument)
        }
        #expect(marks.count == 25 && marks.last == 0)
        #expect(marks.allSatisfy { sendAtOnce(1, permit: $0, harness) == nil })
        #expect(send([1], harness).isEmpty)
        var replies: [Frame] = []
        while replies.count < 20 {
            replies += harness.request(.pipeReceive, from: 2, argument: 1).replies
        }
        // The one who has waited for room is let in, and may send at once then if there is much.
        let admitted = replies.first { $0.summary.process == 1 }
        #expect(admitted?.summary.outcome == .done)
        #expect((send([2], harness).first?.argument ?? 0) > 0)
    }

    @Test("a permit holds for so many messages that there is room for all of them")
    func count() {
        let harness = makeHarness()
        let mark = send([0], harness).first?.argument ?? 0
        var count = 0
        while sendAtOnce(1, permit: mark, harness) != nil { count += 1 }
        #expect(count * (Permits.maximumSize + Frame.headerSize) < 1 << 20 && count > 64)
        // Without a desk, and for others than processes of this rank, there is none.
        let argument: UInt64 = 0 | 1 << 1
        #expect(
            harness.request(.pipeSend, from: 9, argument: argument, body: [1]).replies.map(\.argument) == [0]
        )
        for slot in [65, 66, 1 << 62] as [UInt64] {
            let replies = harness.request(.pipeSend, from: 1, argument: slot << 1, body: [1]).replies
            #expect(replies.map(\.argument) == [0])
        }
    }
}
