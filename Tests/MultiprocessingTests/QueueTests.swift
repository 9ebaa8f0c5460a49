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

@Suite("Queue")
struct QueueTests {
    @Test("items of each producer come in order, each of them once, to several consumers", arguments: sizes)
    func order(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<[Int]>()
                let taken = try Queue<[[Int]]>()
                let producers = (0..<3).map { producer in
                    Process { for number in 0..<200 { try queue.put([producer, number]) } }
                }
                let consumers = (0..<2).map { _ in
                    Process {
                        var items: [[Int]] = []
                        do {
                            while true { items.append(try queue.get()) }
                        } catch let error as ProcessingError where error.kind == .closed {
                            try taken.put(items)
                        }
                    }
                }
                for process in producers + consumers { try process.start() }
                for process in producers { try process.join() }
                try queue.close()
                var all: [[Int]] = []
                for _ in consumers {
                    let items = try taken.get(timeout: .seconds(20))
                    for producer in 0..<3 {
                        let numbers = items.filter { $0[0] == producer }.map { $0[1] }
                        #expect(numbers == numbers.sorted())
                    }
                    all += items
                }
                #expect(Set(all).count == 600 && all.count == 600)
            }
        }
    }

    @Test("a bounded queue is full, says so, and has room again", arguments: sizes)
    func bounded(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Int>(capacity: 2)
                #expect(try queue.isEmpty)
                #expect(try queue.count == 0)
                #expect(try !queue.isFull)
                try queue.put(1)
                try queue.putWithoutWaiting(2)
                #expect(try queue.isFull)
                #expect(try queue.count == 2)
                #expect(try !queue.isEmpty)
                #expect(kindOfError { try queue.putWithoutWaiting(3) } == .full)
                #expect(kindOfError { try queue.put(3, timeout: .milliseconds(20)) } == .full)
                #expect(kindOfError { try queue.put(3, timeout: .seconds(-1)) } == .full)
                #expect(try queue.count == 2)
                // A put that waits goes on as soon as there is room, and keeps its turn.
                let ready = try Queue<Bool>()
                let producer = Process {
                    try ready.put(true)
                    try queue.put(3)
                    try queue.put(4, timeout: .seconds(20))
                    try ready.put(false)
                }
                try producer.start()
                #expect(try ready.get(timeout: .seconds(20)))
                #expect(try (1...4).map { _ in try queue.get(timeout: .seconds(20)) } == [1, 2, 3, 4])
                #expect(try !ready.get(timeout: .seconds(20)))
                // As in Python, zero and less is no limit.
                for capacity in [0, -3] {
                    let unbounded = try Queue<Int>(capacity: capacity)
                    for number in 0..<100 { try unbounded.putWithoutWaiting(number) }
                    #expect(try unbounded.count == 100)
                    #expect(try !unbounded.isFull)
                }
            }
        }
    }

    @Test("get waits, or not, or until its time is up", arguments: sizes)
    func timeouts(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<String?>()
                #expect(kindOfError { _ = try queue.getWithoutWaiting() } == .empty)
                #expect(kindOfError { _ = try queue.get(timeout: .milliseconds(20)) } == .empty)
                #expect(kindOfError { _ = try queue.get(timeout: .seconds(-1)) } == .empty)
                try queue.put(nil)
                try queue.put("x")
                #expect(try queue.getWithoutWaiting() == nil)
                #expect(try queue.get(timeout: .seconds(Int64.max)) == "x")
                let process = Process { try queue.put("from afar") }
                try process.start()
                #expect(try queue.get() == "from afar")
            }
        }
    }

    @Test(
        "after close the rest can be taken, then get and put fail with closed, and whoever waits hears of it",
        arguments: sizes
    )
    func closing(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, full) = (try Queue<Int>(), try Queue<Int>(capacity: 1))
                let results = try Queue<[String]>()
                try full.put(0)
                let getter = Process {
                    try results.put(["waiting"])
                    try results.put(["get", kindOfError { _ = try queue.get() }?.rawValue ?? "none"])
                }
                let putter = Process {
                    try results.put(["waiting"])
                    try results.put(["put", kindOfError { try full.put(1) }?.rawValue ?? "none"])
                }
                for process in [getter, putter] { try process.start() }
                for _ in 0..<2 { #expect(try results.get(timeout: .seconds(20)) == ["waiting"]) }
                try queue.close()
                try full.close()
                let outcomes = try [results.get(timeout: .seconds(20)), results.get(timeout: .seconds(20))]
                #expect(Set(outcomes) == [["get", "closed"], ["put", "closed"]])
                #expect(kindOfError { try full.put(1) } == .closed)
                #expect(try full.get() == 0)
                #expect(kindOfError { _ = try full.get() } == .closed)
                #expect(kindOfError { _ = try full.getWithoutWaiting() } == .closed)
                #expect(kindOfError { _ = try queue.get(timeout: .seconds(20)) } == .closed)
                #expect(kindOfError { try queue.put(1) } == .closed)
                try queue.close()
            }
        }
    }

    @Test("a cancelled get takes no item, and a cancelled put leaves none", arguments: sizes)
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let queue = try Queue<Int>()
                let full = try Queue<Int>(capacity: 1)
                try await full.put(0)
                for round in 0..<20 {
                    let getting = Task { try await queue.get() }
                    let putting = Task { try await full.put(round) }
                    if round % 2 == 0 { await Task.yield() }
                    getting.cancel()
                    putting.cancel()
                    await #expect(throws: CancellationError.self) { _ = try await getting.value }
                    await #expect(throws: CancellationError.self) { try await putting.value }
                }
                try await queue.put(5)
                #expect(try await queue.get(timeout: .seconds(20)) == 5)
                #expect(try await full.get() == 0)
                #expect(await kindOfAsyncError { _ = try await full.get(timeout: .zero) } == .empty)
                #expect(
                    await kindOfAsyncError { _ = try await queue.get(timeout: .milliseconds(20)) } == .empty
                )
            }
        }
    }

    @Test(
        "when an item and a cancellation race, the item is either returned or still there",
        arguments: [1, 3]
    )
    func cancellationRace(ranks: Int) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let queue = try Queue<Int>()
                let go = try Queue<Int>()
                let producer = Process {
                    while case let number = try go.get(), number >= 0 { try queue.put(number) }
                }
                try await producer.start()
                var received = 0
                for number in 0..<200 {
                    let getting = Task { try await queue.get() }
                    try await go.put(number)
                    if number % 3 == 0 { await Task.yield() }
                    getting.cancel()
                    do {
                        #expect(try await getting.value == number)
                        received += 1
                    } catch is CancellationError {
                        #expect(try await queue.get(timeout: .seconds(20)) == number)
                    }
                }
                #expect(try queue.isEmpty)
                try await go.put(-1)
                try await producer.join()
                #expect(producer.exitCode == 0)
            }
        }
    }

    @Test("an item that a killed process was waiting for goes to the next one", arguments: sizes)
    func killedGetter(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Int>()
                let ready = try Queue<Bool>()
                for round in 0..<10 {
                    let process = Process {
                        try ready.put(true)
                        _ = try queue.get()
                        waitForTheEnd()
                    }
                    try process.start()
                    #expect(try ready.get(timeout: .seconds(20)))
                    process.kill()
                    if round % 2 == 0 { try process.join() }
                    try queue.put(round)
                    try process.join()
                    do {
                        #expect(
                            try queue.get(timeout: round % 2 == 0 ? .seconds(20) : .milliseconds(200))
                                == round
                        )
                    } catch let error as ProcessingError where error.kind == .empty {
                        // In an odd round the process may just have had the time to take it.
                        #expect(round % 2 == 1)
                    }
                }
                #expect(try queue.isEmpty)
            }
        }
    }

    @Test("items of all kinds and sizes arrive as they were", arguments: sizes)
    func kinds(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (parcels, parcelsBack) = (try Queue<Parcel>(), try Queue<Parcel>())
                let (bytes, bytesBack) = (try Queue<[UInt8]>(), try Queue<[UInt8]>())
                let queues = try Queue<Queue<String>>()
                let echo = Process {
                    try parcelsBack.put(try parcels.get())
                    try bytesBack.put(try bytes.get().reversed())
                    let inner = try queues.get()
                    try inner.put("inside")
                    let own = try Queue<String>()
                    try own.put("of its own")
                    try inner.put("ready")
                    _ = try queues.get()
                    try queues.put(own)
                }
                let large = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
                let inner = try Queue<String>()
                try parcels.put(.example)
                try echo.start()
                #expect(try parcelsBack.get(timeout: .seconds(20)) == .example)
                try bytes.put(large)
                #expect(try bytesBack.get(timeout: .seconds(20)) == large.reversed())
                try queues.put(inner)
                #expect(try inner.get(timeout: .seconds(20)) == "inside")
                #expect(try inner.get(timeout: .seconds(20)) == "ready")
                try queues.put(inner)
                try echo.join()
                let others = try queues.get(timeout: .seconds(20))
                #expect(try others.get(timeout: .seconds(20)) == "of its own")
                #expect(echo.exitCode == 0)
                // A queue lives with the rank of its maker, not with the maker.
                try others.put("still there")
                #expect(try others.get(timeout: .seconds(20)) == "still there")
            }
        }
    }

    @Test("an item that cannot be encoded, or decoded, is an error there and harms nothing", arguments: sizes)
    func uncodable(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let unencodable = try Queue<Unencodable>(capacity: 1)
                #expect(throws: (any Error).self) { try unencodable.put(Unencodable()) }
                #expect(try unencodable.isEmpty)
                let undecodable = try Queue<Undecodable>()
                try undecodable.put(Undecodable(number: 1))
                #expect(throws: Undecodable.Refusal.self) { _ = try undecodable.get(timeout: .seconds(20)) }
                #expect(kindOfError { _ = try undecodable.getWithoutWaiting() } == .empty)
            }
        }
    }

    @Test("what a process put before it ended, in whatever way, is there", arguments: sizes)
    func endedProducer(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Int>()
                for end in [SIGKILL, SIGTERM, 0, -1] {
                    let process = Process {
                        for number in 0..<100 { try queue.put(number) }
                        if end < 0 { throw Unencodable.Refusal() }
                        if end == 0 { _exit(2) }
                        kill(getpid(), end)
                    }
                    try process.start()
                    try process.join()
                    #expect(try (0..<100).map { _ in try queue.get(timeout: .zero) } == Array(0..<100))
                }
            }
        }
    }

    @Test(
        "a process that is killed while it puts leaves whole items, and the queue works on",
        arguments: sizes
    )
    func killedWhilePutting(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<[Int]>(capacity: 3)
                for round in 0..<5 {
                    let process = Process {
                        while true { try queue.put(Array(repeating: round, count: 500_000)) }
                    }
                    try process.start()
                    #expect(try queue.get(timeout: .seconds(20)).count == 500_000)
                    process.kill()
                    try process.join()
                    while try !queue.isEmpty {
                        #expect(
                            try queue.get(timeout: .seconds(20)) == Array(repeating: round, count: 500_000)
                        )
                    }
                }
                try queue.put([1])
                #expect(try queue.get(timeout: .seconds(20)) == [1])
            }
        }
    }

    @Test("a large item that a killed process had not yet received goes to the next one", arguments: sizes)
    func killedWhileGetting(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, ready) = (try Queue<[Int]>(), try Queue<Bool>())
                let process = Process {
                    try ready.put(true)
                    _ = try queue.get()
                    waitForTheEnd()
                }
                try process.start()
                #expect(try ready.get(timeout: .seconds(20)))
                // It stands still while it waits, so that of the item only the beginning gets to it.
                stop(process)
                let item = Array(0..<1_000_000)
                try queue.put(item)
                try Process(on: process.rank) {}.start()
                process.kill()
                try process.join()
                #expect(try queue.get(timeout: .seconds(20)) == item)
            }
        }
    }

    @Test("an item that cannot be decoded takes no other one with it", arguments: [nil, 1, 3] as [Int?])
    func badItems(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, done) = (try Queue<Fussy>(), try Queue<Bool>())
                let items = [1, 2, -1, 4, -1, 6, 7, 8].map { Fussy(number: $0) }
                try queue.put(contentsOf: items)
                #expect(try takeAll(queue) == "12 ! 4 ! 678")
                try queue.put(contentsOf: items)
                let process = Process {
                    try done.put(takeAll(queue) == "12 ! 4 ! 678")
                }
                try process.start()
                #expect(try done.get(timeout: .seconds(20)))
                #expect(try queue.isEmpty)
            }
        }
    }
}

/// What five calls take, three items at most each.
private func takeAll(_ queue: Queue<Fussy>) throws -> String {
    try (0..<5).map { _ in
        do {
            return try queue.get(upTo: 3, timeout: .seconds(20)).map { "\($0.number)" }.joined()
        } catch is Undecodable.Refusal {
            return "!"
        }
    }.joined(separator: " ")
}

/// Does not arrive if its number is negative.
private struct Fussy: Codable, Sendable {
    var number: Int
    init(number: Int) { self.number = number }
    init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int.self)
        if number < 0 { throw Undecodable.Refusal() }
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
