import MessageCoding
import Testing

@testable import Multiprocessing

@Suite("PoolService")
struct PoolServiceTests {
    private typealias Harness = ServiceHarness<PoolService>
    private let client: UInt32 = 90

    private func makeHarness(workers: Int = 2) throws -> Harness {
        var creation = Frame(
            .request, code: Operation.createPool.rawValue, from: Harness.process(0), to: .host(ofRank: 0),
            argument: UInt64(workers))
        try creation.append(
            ProcessOrder(
                name: "PoolWorker", identity: [1], isDaemon: true, startMethod: .forkServer, parent: .main(ofRank: 0),
                parentName: "main", parentPid: 1, mainRank: 0))
        let harness = Harness(try PoolService(creation: creation, address: Harness.address))
        _ = harness.collect { $0.begin(&$1) }
        return harness
    }

    /// Hands in a job of so many tasks and returns its correlation.
    private func submit(_ taskCount: Int, chunkSize: Int, to harness: Harness) -> (UInt64, [Frame]) {
        var body: [UInt8] = []
        PoolWire.append(UInt64(1), to: &body)
        body.append(0xee)
        for first in stride(from: 0, to: taskCount, by: chunkSize) {
            let count = min(chunkSize, taskCount - first)
            for number in [first, count, 1] { PoolWire.append(UInt64(number), to: &body) }
            body.append(UInt8(first))
        }
        return harness.request(.submit, from: client, body: body)
    }

    private struct Assignment: Equatable {
        var job: UInt64
        var chunk: UInt64
        var range: Range<Int>
        var hasWork: Bool
    }

    private func assignment(_ frame: Frame) throws -> Assignment {
        try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let (job, chunk) = (try reader.number(UInt64.self), try reader.number(UInt64.self))
            _ = try reader.count()
            let (lower, upper) = (try reader.count(), try reader.count())
            return Assignment(job: job, chunk: chunk, range: lower..<upper, hasWork: try reader.number(UInt64.self) != .max)
        }
    }

    private func results(_ indices: some Sequence<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in indices { PoolWire.appendEntry(index, .value, to: &bytes) { $0.append(UInt8(index)) } }
        return bytes
    }

    /// The indices of the results in what the client was sent, and how each came out.
    private func outcomes(_ frames: [Frame]) throws -> [Int: PoolWire.TaskOutcome] {
        var found: [Int: PoolWire.TaskOutcome] = [:]
        for frame in frames where frame.destination == Harness.process(client) {
            try frame.withBody { body in
                var reader = PoolWire.Reader(body)
                while !reader.isAtEnd {
                    let entry = try reader.entry()
                    #expect(found[entry.index] == nil, "the result of task \(entry.index) came twice")
                    found[entry.index] = PoolWire.TaskOutcome(rawValue: entry.outcome)
                }
            }
        }
        return found
    }

    @Test("a new pool asks for its workers")
    func begin() throws {
        #expect(try makeHarness(workers: 3).starts == 3)
    }

    @Test("chunks go to those who ask, the work to each worker once, and the last result ends the job")
    func assignments() throws {
        let harness = try makeHarness()
        let (correlation, early) = submit(5, chunkSize: 2, to: harness)
        #expect(early.isEmpty)
        let first = try assignment(harness.request(.nextChunk, from: 1).replies[0])
        #expect(first == Assignment(job: 1, chunk: 0, range: 0..<2, hasWork: true))
        let second = try assignment(harness.request(.nextChunk, from: 2).replies[0])
        #expect(second == Assignment(job: 1, chunk: 1, range: 2..<4, hasWork: true))
        let replies = harness.request(.nextChunk, from: 1, argument: 1, body: results(0..<2)).replies
        #expect(replies[0].kind == .partialReply)
        #expect(replies[0].correlation == correlation)
        #expect(try assignment(replies[1]) == Assignment(job: 1, chunk: 2, range: 4..<5, hasWork: false))
        _ = harness.request(.nextChunk, from: 1, argument: 1, body: results(4..<5))
        let last = harness.request(.nextChunk, from: 2, argument: 1, body: results(2..<4)).replies
        #expect(last.map(\.kind) == [.reply])
    }

    @Test("a worker that is lost takes the task that it ran with it, and nothing else")
    func lostWorker() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(6, chunkSize: 6, to: harness)
        _ = harness.request(.nextChunk, from: 1)
        // Its journal: tasks 0 and 1 are done, task 2 runs.
        var journal: [UInt8] = []
        for number in [1, 0, 3] as [UInt64] { PoolWire.append(number, to: &journal) }
        var seen = harness.request(.journal, from: 1, body: journal + results(0..<2), kind: .notice).replies
        seen += harness.end(1, parent: Harness.address)
        #expect(try outcomes(seen) == [0: .value, 1: .value, 2: .workerLost])
        #expect(harness.starts == 2, "the worker is replaced")
        let rest = try assignment(harness.request(.nextChunk, from: 2).replies[0])
        #expect(rest == Assignment(job: 1, chunk: 0, range: 3..<6, hasWork: true))
        let last = harness.request(.nextChunk, from: 2, argument: 1, body: results(3..<6)).replies
        #expect(last.map(\.kind) == [.reply])
    }

    @Test("a chunk that its worker had not begun is done by another one as it is")
    func lostBeforeBeginning() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(4, chunkSize: 4, to: harness)
        _ = harness.request(.nextChunk, from: 1)
        let seen = harness.end(1, parent: Harness.address)
        #expect(try outcomes(seen).isEmpty)
        #expect(try assignment(harness.request(.nextChunk, from: 2).replies[0]).range == 0..<4)
    }

    @Test("a chunk that no worker survives fails after three of them, and the pool goes on")
    func deadlyChunk() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(2, chunkSize: 2, to: harness)
        var seen: [Frame] = []
        for worker in 1...3 as ClosedRange<UInt32> {
            #expect(try assignment(harness.request(.nextChunk, from: worker).replies[0]).range == 0..<2)
            seen += harness.end(worker, parent: Harness.address)
        }
        #expect(try outcomes(seen) == [0: .workerLost, 1: .workerLost])
        #expect(harness.request(.nextChunk, from: 4).replies.isEmpty)
    }

    @Test("a result that is there already is not counted again")
    func duplicateResults() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(2, chunkSize: 2, to: harness)
        _ = harness.request(.nextChunk, from: 1)
        #expect(harness.request(.chunkResults, from: 1, argument: 1, body: results([0]), kind: .notice).replies[0].kind == .partialReply)
        #expect(harness.request(.chunkResults, from: 1, argument: 1, body: results([0]), kind: .notice).replies.allSatisfy { $0.kind == .partialReply })
        #expect(harness.request(.chunkResults, from: 1, argument: 1, body: results([1]), kind: .notice).replies[0].kind == .reply)
    }

    @Test("workers that end before they take work break the pool, and everybody is told why")
    func brokenPool() throws {
        let harness = try makeHarness(workers: 1)
        let (_, none) = submit(1, chunkSize: 1, to: harness)
        #expect(none.isEmpty)
        var replies: [Frame] = []
        for worker in 1...3 as ClosedRange<UInt32> { replies += harness.end(worker, status: .exited(1), parent: Harness.address) }
        #expect(replies.map(\.summary.outcome) == [.failed])
        #expect(harness.starts == 3)
        let (_, later) = submit(1, chunkSize: 1, to: harness)
        #expect(later.map(\.summary.outcome) == [.failed])
    }

    @Test("a closed pool does what it has, dismisses its workers, and then lets go of who joins it")
    func close() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(1, chunkSize: 1, to: harness)
        _ = harness.request(.nextChunk, from: 1)
        #expect(harness.request(.joinPool).replies.map(\.summary.outcome) == [.malformed], "it is still open")
        _ = harness.request(.closePool)
        let (_, refused) = submit(1, chunkSize: 1, to: harness)
        #expect(refused.map(\.summary.outcome) == [.closed])
        let join = harness.request(.joinPool, from: 8)
        #expect(join.replies.isEmpty)
        let replies = harness.request(.nextChunk, from: 1, argument: 1, body: results([0])).replies
        #expect(replies.map(\.summary.outcome) == [.done, .closed])
        #expect(harness.end(1, status: .exited(0), parent: Harness.address).map(\.summary.process) == [8])
        #expect(harness.isFinished)
        #expect(harness.starts == 1)
    }

    @Test("terminate ends the workers and fails what is not done")
    func terminate() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(4, chunkSize: 1, to: harness)
        _ = harness.request(.nextChunk, from: 1)
        #expect(harness.request(.terminatePool).replies.map(\.summary.outcome) == [.terminated, .done])
        #expect(harness.signals == [Harness.process(1)])
        _ = harness.end(1, parent: Harness.address)
        #expect(harness.isFinished)
    }

    @Test("a job whose client has ended is forgotten")
    func deadClient() throws {
        let harness = try makeHarness(workers: 1)
        _ = submit(4, chunkSize: 1, to: harness)
        _ = harness.end(client)
        #expect(harness.request(.nextChunk, from: 1).replies.isEmpty)
    }

    @Test("a submission that makes no sense is refused")
    func malformedSubmissions() throws {
        let harness = try makeHarness()
        let (_, good) = submit(3, chunkSize: 2, to: harness)
        #expect(good.isEmpty)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let body = (0..<Int.random(in: 0...80, using: &generator)).map { _ in UInt8.random(in: 0...3, using: &generator) }
            for reply in harness.request(.submit, from: client, body: body).replies {
                #expect([.malformed, .done].contains(reply.summary.outcome))
            }
        }
    }

    @Test("the default chunk size is Python's", arguments: [(10, 4, 1), (100, 4, 7), (1000, 4, 63), (0, 4, 1), (16, 4, 1), (17, 4, 2)])
    func chunkSize(taskCount: Int, workers: Int, expected: Int) {
        #expect(PoolSubmission.defaultChunkSize(taskCount: taskCount, workerCount: workers) == expected)
    }
}
