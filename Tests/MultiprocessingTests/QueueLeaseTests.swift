import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]

private struct Failure: Error, Codable {}

@Suite("Queue, leases")
struct QueueLeaseTests {
    @Test("a lease returns what the work returns, and the item is gone", arguments: sizes)
    func result(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let queue = try Queue<Int>()
                for number in 1...3 { try await queue.put(number) }
                #expect(try await queue.lease { number in "item \(number)" } == "item 1")
                let twice = try await queue.lease(timeout: .seconds(20)) { number in
                    await Task.yield()
                    return number * 2
                }
                #expect(twice == 4)
                let synchronous = { try queue.lease(timeout: .zero) { $0 } }
                #expect(try synchronous() == 3)
                #expect(kindOfError { _ = try queue.lease(timeout: .zero) { $0 } } == .empty)
                let waiting = Task { try await queue.lease { $0 } }
                await Task.yield()
                waiting.cancel()
                await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                try queue.close()
                #expect(kindOfError { _ = try queue.lease { $0 } } == .closed)
            }
        }
    }

    @Test("an item goes back to its place when the work throws, and the error is thrown on", arguments: sizes)
    func thrown(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, seen) = (try Queue<Int>(), try Queue<[Int]>())
                try queue.put(contentsOf: 1...3)
                let process = Process {
                    var items: [Int] = []
                    do {
                        try queue.lease { item in
                            items.append(item)
                            items.append(try queue.get())
                            throw Failure()
                        }
                    } catch is Failure {
                        items.append(try queue.get())
                    }
                    try seen.put(items)
                }
                try process.start()
                #expect(try seen.get(timeout: .seconds(20)) == [1, 2, 1])
                #expect(throws: Failure.self) { try queue.lease { _ in throw Failure() } }
                #expect(try queue.get(upTo: 9, timeout: .zero) == [3])
            }
        }
    }

    @Test("an item goes back when the process dies while it works on it, in whatever way", arguments: sizes)
    func death(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, ready) = (try Queue<Int>(), try Queue<Int>())
                for way in ["kill", "exit", "finished"] {
                    try queue.put(contentsOf: 1...2)
                    let process = Process {
                        try queue.lease { item in
                            try ready.put(item)
                            if way == "exit" { exit(4) }
                            if way == "kill" { waitForTheEnd() }
                        }
                        try ready.put(0)
                        waitForTheEnd()
                    }
                    try process.start()
                    #expect(try ready.get(timeout: .seconds(20)) == 1)
                    if way == "finished" { #expect(try ready.get(timeout: .seconds(20)) == 0) }
                    if way != "exit" { process.kill() }
                    try process.join()
                    #expect(
                        try queue.get(upTo: 9, timeout: .zero) == (way == "finished" ? [2] : [1, 2]),
                        "\(way)"
                    )
                }
            }
        }
    }

    @Test("a consumer of a closed queue waits for what may come back from another's lease", arguments: sizes)
    func closedMeanwhile(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, ready, taken) = (try Queue<Int>(), try Queue<Int>(), try Queue<[Int]>())
                try queue.put(7)
                let holder = Process {
                    try queue.lease { item in
                        try ready.put(item)
                        waitForTheEnd()
                    }
                }
                try holder.start()
                #expect(try ready.get(timeout: .seconds(20)) == 7)
                try queue.close()
                let consumer = Process {
                    var items: [Int] = []
                    try await ready.put(1)
                    for try await item in queue.items { items.append(item) }
                    try await taken.put(items)
                }
                try consumer.start()
                #expect(try ready.get(timeout: .seconds(20)) == 1)
                holder.kill()
                #expect(try taken.get(timeout: .seconds(20)) == [7])
            }
        }
    }

    @Test(
        "an item that cannot be decoded is thrown out, not given to one process after another",
        arguments: [1]
    )
    func undecodable(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try JoinableQueue<Undecodable>()
                try queue.put(Undecodable(number: 1))
                #expect(throws: Undecodable.Refusal.self) { try queue.lease { _ in } }
                #expect(try queue.isEmpty)
                #expect(try queue.join(timeout: .zero))
            }
        }
    }

    @Test("the items as a sequence: in order, shared, until the queue is closed and empty", arguments: sizes)
    func items(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (queue, taken) = (try Queue<Int>(capacity: 4), try Queue<[Int]>())
                let consumers = (0..<2).map { _ in
                    Process {
                        var items: [Int] = []
                        for try await item in queue.items { items.append(item) }
                        try await taken.put(items)
                    }
                }
                for consumer in consumers { try await consumer.start() }
                for number in 0..<100 { try await queue.put(number) }
                try queue.close()
                var all: [Int] = []
                for _ in consumers {
                    let items = try await taken.get(timeout: .seconds(20))
                    #expect(items == items.sorted())
                    all += items
                }
                #expect(all.sorted() == Array(0..<100))
                // A loop that is cancelled takes nothing.
                let other = try Queue<Int>()
                let loop = Task {
                    var items: [Int] = []
                    for try await item in other.items { items.append(item) }
                    return items
                }
                await Task.yield()
                loop.cancel()
                await #expect(throws: CancellationError.self) { _ = try await loop.value }
                try await other.put(1)
                #expect(try other.count == 1)
            }
        }
    }
}
