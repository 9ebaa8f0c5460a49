import Multiprocessing
import RankChecks
import RankLaunching
import Testing

private let sizes: [Int?] = [nil, 1, 3]

@Suite("JoinableQueue, SimpleQueue, batches")
struct JoinableQueueTests {
    @Test("join returns when every item is finished, and not before", arguments: sizes)
    func joining(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, gate) = (try JoinableQueue<Int>(), try Queue<Bool>())
                #expect(try queue.join(timeout: .zero))
                #expect(kindOfError { try queue.taskDone() } == .misuse)
                let worker = Process(daemon: true) {
                    for _ in 0..<2 {
                        _ = try queue.get()
                        _ = try gate.get()
                        try queue.taskDone()
                    }
                    while true { try queue.lease { _ in _ = try gate.get() } }
                }
                try worker.start()
                try queue.put(contentsOf: 0..<3)
                try queue.put(3)
                for left in (1...4).reversed() {
                    #expect(try queue.unfinishedCount == left)
                    #expect(try !queue.join(timeout: left % 2 == 0 ? .zero : .milliseconds(20)))
                    try gate.put(true)
                    while try queue.unfinishedCount == left {}
                }
                try queue.join()
                #expect(kindOfError { try queue.taskDone() } == .misuse)
                // Whoever waits is told.
                try queue.put(4)
                let joined = try Queue<Bool>()
                let joiner = Process { try joined.put(try queue.join()) }
                try joiner.start()
                try gate.put(true)
                #expect(try joined.get(timeout: .seconds(20)))
                // As a queue it is one.
                let plain: Queue<Int> = queue
                #expect(try plain.isEmpty)
            }
        }
    }

    @Test(
        "an item whose process died during the lease is unfinished until another has finished it",
        arguments: sizes
    )
    func death(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (queue, ready) = (try JoinableQueue<Int>(), try Queue<Int>())
                try await queue.put(5)
                let process = Process {
                    try queue.lease { item in
                        try ready.put(item)
                        waitForTheEnd()
                    }
                }
                try await process.start()
                #expect(try await ready.get(timeout: .seconds(20)) == 5)
                process.kill()
                try await process.join()
                #expect(try queue.unfinishedCount == 1)
                #expect(try await !queue.join(timeout: .milliseconds(20)))
                let joining = Task { try await queue.join() }
                await Task.yield()
                joining.cancel()
                await #expect(throws: CancellationError.self) { _ = try await joining.value }
                #expect(try await queue.get(timeout: .zero) == 5)
                try await queue.taskDone()
                #expect(try await queue.join())
                #expect(await kindOfAsyncError { try await queue.taskDone() } == .misuse)
            }
        }
    }

    @Test("a producer that leaves unread items ends, and is joined", arguments: sizes)
    func unreadItems(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<[Int]>()
                let process = Process {
                    try queue.put(Array(repeating: 1, count: 300_000))
                    try queue.put([2])
                }
                try process.start()
                #expect(try process.join(timeout: .seconds(20)))
                #expect(process.exitCode == 0)
                #expect(try queue.get(upTo: 2).map(\.count) == [300_000, 1])
            }
        }
    }

    @Test("batches keep each producer's order, and go through a queue that holds less", arguments: sizes)
    func batches(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let queue = try Queue<[Int]>(capacity: 7)
                let producers = (0..<2).map { producer in
                    Process {
                        for start in stride(from: 0, to: 200, by: 50) {
                            try queue.put(contentsOf: (start..<start + 49).map { [producer, $0] })
                            try queue.put([producer, start + 49])
                        }
                    }
                }
                for producer in producers { try await producer.start() }
                var items: [[Int]] = []
                while items.count < 400 {
                    let batch = try await queue.get(upTo: 20, timeout: .seconds(20))
                    #expect((1...7).contains(batch.count))
                    items += batch
                }
                for producer in 0..<2 {
                    #expect(items.filter { $0[0] == producer }.map { $0[1] } == Array(0..<200))
                }
                #expect(await kindOfAsyncError { _ = try await queue.get(upTo: 2, timeout: .zero) } == .empty)
                #expect(await kindOfAsyncError { _ = try await queue.get(upTo: 0) } == .misuse)
                try await queue.put(contentsOf: [])
                let tooMany = (0..<9).map { [$0] }
                #expect(
                    await kindOfAsyncError { try await queue.put(contentsOf: tooMany, timeout: .zero) }
                        == .full
                )
                #expect(try await queue.get(upTo: 9) == Array(tooMany.prefix(7)))
                let putting = Task { try await queue.put(contentsOf: tooMany) }
                #expect(try await queue.get(timeout: .seconds(20)) == [0])
                putting.cancel()
                _ = await putting.result
                let rest = try await queue.get(upTo: 9, timeout: .zero)
                #expect(rest == (1...rest.count).map { [$0] })
                let unencodable = try Queue<Unencodable>()
                #expect(throws: (any Error).self) { try unencodable.put(contentsOf: [Unencodable()]) }
                #expect(try unencodable.isEmpty)
                try queue.close()
                #expect(await kindOfAsyncError { try await queue.put(contentsOf: tooMany) } == .closed)
                #expect(await kindOfAsyncError { _ = try await queue.get(upTo: 3) } == .closed)
            }
        }
    }

    @Test("a simple queue puts, gets, is empty, and closes", arguments: sizes)
    func simple(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, answers) = (try SimpleQueue<String?>(), try SimpleQueue<Int>())
                #expect(try queue.isEmpty)
                let process = Process {
                    while let text = try await queue.get() { try answers.put(text.count) }
                }
                try process.start()
                for text in ["a", "", "ccc", nil] { try queue.put(text) }
                #expect(try (0..<3).map { _ in try answers.get() } == [1, 0, 3])
                #expect(kindOfError { _ = try answers.get(timeout: .zero) } == .empty)
                try process.join()
                try answers.put(4)
                #expect(try !answers.isEmpty)
                try answers.close()
                #expect(kindOfError { try answers.put(5) } == .closed)
                #expect(try answers.get() == 4)
                #expect(kindOfError { _ = try answers.get() } == .closed)
            }
        }
    }
}
