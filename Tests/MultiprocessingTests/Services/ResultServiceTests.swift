import MessageCoding
import Testing

@testable import Multiprocessing

@Suite("ResultService")
struct ResultServiceTests {
    private typealias Harness = ServiceHarness<ResultService>

    private func end(_ source: UInt32, result: Address?, in harness: Harness) -> [Frame] {
        let end = ProcessEnd(
            address: Harness.process(source),
            parent: .main(ofRank: 0),
            name: "Process-7",
            pid: 42,
            status: .signalled(9),
            host: "here",
            result: result
        )
        return harness.collect { $0.processEnded(end, &$1) }
    }

    @Test("the result reaches those who wait, and everybody who asks later")
    func delivery() {
        let harness = Harness(ResultService())
        #expect(harness.request(.awaitResult, timeout: .zero).replies.map(\.summary.outcome) == [.timedOut])
        let waiting = harness.request(.awaitResult, from: 2)
        #expect(waiting.replies.isEmpty)
        let delivery = harness.request(.deliverResult, from: 5, argument: 1, body: [7, 8], kind: .notice)
        #expect(
            delivery.replies.map(\.summary)
                == [.init(process: 2, correlation: waiting.correlation, outcome: .done, body: [7, 8])]
        )
        #expect(delivery.replies.map(\.argument) == [1])
        let later = harness.request(.awaitResult, from: 3, timeout: .zero).replies
        #expect(later.map(\.body) == [[7, 8]] && later.map(\.argument) == [1])
    }

    @Test("the first word counts, also against the end of the process")
    func firstWord() {
        let harness = Harness(ResultService())
        _ = harness.request(.deliverResult, body: [1], kind: .notice)
        #expect(harness.request(.deliverResult, body: [2]).replies.map(\.summary.outcome) == [.done])
        #expect(end(5, result: Harness.address, in: harness).isEmpty)
        #expect(harness.request(.awaitResult).replies.map(\.body) == [[1]])
    }

    @Test("when the process ends without a word, everybody hears what became of it")
    func loss() throws {
        let harness = Harness(ResultService())
        _ = harness.request(.awaitResult, from: 2)
        // Others that end mean nothing.
        #expect(end(5, result: nil, in: harness).isEmpty)
        #expect(end(6, result: Address(rank: 0, serial: 51), in: harness).isEmpty)
        let told = end(7, result: Harness.address, in: harness)
        #expect(told.map(\.summary.outcome) == [.workerLost])
        let loss = ProcessLost(process: "Process-7", pid: 42, rank: 1, host: "here", exitCode: -9)
        let body = try #require(told.first).withBody {
            try MessageDecoder().decode(ProcessLost.self, from: $0)
        }
        #expect(body == loss && loss.signal == 9)
        #expect(
            "\(loss)"
                == "process Process-7 (pid 42, rank 1 on here) ended by signal 9 (SIGKILL) before it had a value"
        )
        #expect(harness.request(.awaitResult, timeout: .zero).replies.map(\.summary.outcome) == [.workerLost])
    }

    @Test("a wait ends when its time is up, when it is given up, and with the one who waits")
    func waits() {
        let harness = Harness(ResultService())
        let brief = harness.request(.awaitResult, from: 1, timeout: Timeout(.seconds(1)))
        let cancelled = harness.request(.awaitResult, from: 2)
        _ = harness.request(.awaitResult, from: 3)
        #expect(harness.service.nextDeadline == harness.now.advanced(by: .seconds(1)))
        #expect(harness.cancel(cancelled.correlation, from: 1).isEmpty)
        #expect(harness.cancel(cancelled.correlation, from: 2).map(\.summary.outcome) == [.timedOut])
        harness.now = harness.now.advanced(by: .seconds(2))
        #expect(
            harness.expire().map(\.summary)
                == [.init(process: 1, correlation: brief.correlation, outcome: .timedOut, body: [])]
        )
        #expect(end(3, result: nil, in: harness).isEmpty)
        #expect(harness.request(.deliverResult, body: [1], kind: .notice).replies.isEmpty)
    }

    @Test("what it does not understand it says it does not understand")
    func garbage() {
        let harness = Harness(ResultService())
        #expect(
            harness.request(.put, argument: .max, body: [1]).replies.map(\.summary.outcome) == [.malformed]
        )
        #expect(harness.request(.awaitResult, kind: .notice).replies.isEmpty)
        _ = harness.request(.deliverResult, argument: .max, kind: .notice)
        #expect(harness.request(.awaitResult).replies.map(\.summary.outcome) == [.done])
    }
}
