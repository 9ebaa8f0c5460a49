import Multiprocessing
import RankChecks
import Testing

private let sizes: [Int?] = [nil, 1, 3]

/// Takes so many items, says so, and does what is left to do.
private func take(_ count: Int, from queue: Queue<Int>, then reports: Queue<[Int]>) throws {
    try reports.put((0..<count).map { _ in try queue.get() })
}

/// A process that takes items, and has others ahead by then.
private func startConsumer(
    of queue: Queue<Int>,
    _ end: @escaping @Sendable () -> Void
) throws -> Multiprocessing.Process {
    let reports = try Queue<[Int]>()
    let process = Process {
        try take(20, from: queue, then: reports)
        end()
    }
    try process.start()
    #expect(try reports.get(timeout: .seconds(20)) == Array(0..<20))
    return process
}

/// Items and messages that lie ready in a process that takes one after the other.
@Suite("Lending")
struct LendingTests {
    @Test("a consumer that takes items and then computes for ever keeps none from others", arguments: sizes)
    func longWork(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Int>()
                try queue.put(contentsOf: 0..<200)
                let process = try startConsumer(of: queue) { waitForTheEnd() }
                #expect(try queue.count == 180)
                let other = try Queue<[Int]>()
                let next = Process { try take(30, from: queue, then: other) }
                try next.start()
                #expect(try other.get(timeout: .seconds(20)) == Array(20..<50))
                for number in 50..<200 { #expect(try queue.get(timeout: .zero) == number) }
                #expect(try queue.isEmpty)
                #expect(kindOfError { _ = try queue.getWithoutWaiting() } == .empty)
                process.kill()
                try process.join()
                #expect(try queue.isEmpty)
            }
        }
    }

    @Test(
        "what a consumer had not taken when it was killed, or ended, is still there, in order",
        arguments: sizes
    )
    func end(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for isKilled in [true, false] {
                    let queue = try Queue<Int>()
                    try queue.put(contentsOf: 0..<200)
                    let process = try startConsumer(of: queue) { if isKilled { waitForTheEnd() } }
                    if isKilled { process.kill() }
                    try process.join()
                    #expect(try queue.count == 180)
                    #expect(try queue.get(timeout: .zero) == 20)
                    #expect(try queue.get(upTo: 1000, timeout: .zero) == Array(21..<200))
                }
            }
        }
    }

    @Test("several that take in turns see all items in the order in which they were put", arguments: sizes)
    func turns(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Int>()
                try queue.put(contentsOf: 0..<400)
                let workers = try (0..<2).map { _ in
                    let (mine, own) = try Pipe<[Int]>().ends
                    let process = Process(daemon: true) {
                        while true {
                            let count = try own.receive()[0]
                            try own.send((0..<count).map { _ in try queue.get() })
                        }
                    }
                    try process.start()
                    return mine
                }
                var items: [Int] = []
                for turn in 0..<60 {
                    let count = [1, 7, 2, 12, 1, 3][turn % 6]
                    guard items.count + count < 400 else { break }
                    let worker = workers[turn % 2]
                    try worker.send([count])
                    items += try worker.receive(timeout: .seconds(20))
                    if turn % 5 == 0 { items.append(try queue.get(timeout: .zero)) }
                    if turn % 7 == 0 { items.append(try queue.lease(timeout: .zero) { $0 }) }
                    #expect(try queue.count == 400 - items.count)
                }
                items += try queue.get(upTo: 1000, timeout: .zero)
                #expect(items == Array(0..<400))
            }
        }
    }

    @Test("a closed queue gives out what lies ready somewhere, and then is over", arguments: sizes)
    func close(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let queue = try Queue<Int>()
                let (reports, isClosed) = (try Queue<[Int]>(), try Event())
                try queue.put(contentsOf: 0..<100)
                let process = Process {
                    try take(20, from: queue, then: reports)
                    try isClosed.wait()
                    try take(30, from: queue, then: reports)
                    waitForTheEnd()
                }
                try process.start()
                #expect(try reports.get(timeout: .seconds(20)) == Array(0..<20))
                try queue.close()
                try isClosed.set()
                #expect(try reports.get(timeout: .seconds(20)) == Array(20..<50))
                for number in 50..<100 { #expect(try queue.get(timeout: .seconds(20)) == number) }
                #expect(kindOfError { _ = try queue.get(timeout: .seconds(20)) } == .closed)
                process.kill()
            }
        }
    }

    @Test("tasks that are cancelled while they take items lose none", arguments: sizes)
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, reports) = (try Queue<Int>(), try Queue<[Int]>())
                let process = Process {
                    var items: [Int] = []
                    while items.count < 300 {
                        let task = Task {
                            var taken: [Int] = []
                            do {
                                while taken.count < 40 { taken.append(try await queue.get()) }
                            } catch is CancellationError {}
                            return taken
                        }
                        if items.count % 3 == 0 { task.cancel() }
                        items += try await task.value
                    }
                    try await reports.put(items)
                }
                try process.start()
                for number in 0..<1000 { try queue.put(number) }
                let items = try reports.get(timeout: .seconds(40))
                #expect(items == Array(0..<items.count))
                #expect(try queue.get(upTo: 1000, timeout: .zero) == Array(items.count..<1000))
            }
        }
    }

    @Test("an item that its own process gives back comes before those that lie ready there", arguments: sizes)
    func ownReturn(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                struct Failure: Error {}
                let (queue, reports) = (try Queue<Int>(), try Queue<[Int]>())
                try queue.put(contentsOf: 0..<50)
                let process = Process {
                    var items: [Int] = []
                    for _ in 0..<10 { items.append(try queue.get()) }
                    try? queue.lease { item in
                        items.append(item)
                        for _ in 0..<5 { items.append(try queue.get()) }
                        throw Failure()
                    }
                    for _ in 0..<4 { items.append(try queue.get()) }
                    try reports.put(items)
                }
                try process.start()
                #expect(
                    try reports.get(timeout: .seconds(20))
                        == Array(0..<10) + [10] + Array(11..<16) + [10] + Array(16..<19)
                )
            }
        }
    }

    @Test(
        "the first send after the receiver has ended is refused, however many were not asked for",
        arguments: sizes
    )
    func refusal(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for count in [1, 2, 50, 1000] {
                    let (left, right) = try Pipe<Int>().ends
                    let process = Process {
                        for number in 0..<count where try right.receive() != number { return }
                    }
                    try process.start()
                    for number in 0..<count { try left.send(number) }
                    try process.join()
                    #expect(kindOfError { try left.send(count) } == .closed, "\(count)")
                    #expect(kindOfError { try left.send(count, timeout: .zero) } == .closed, "\(count)")
                }
                // The same between processes, and when the far end was closed.
                let (left, right) = try Pipe<Int>().ends
                let (done, kinds) = (try Queue<Bool>(), try Queue<Bool>())
                let receiver = Process {
                    for _ in 0..<30 { _ = try right.receive() }
                    right.close()
                    try done.put(true)
                    waitForTheEnd()
                }
                let sender = Process {
                    for number in 0..<30 { try left.send(number) }
                    _ = try done.get()
                    try kinds.put(kindOfError { try left.send(30) } == .closed)
                }
                try receiver.start()
                try sender.start()
                #expect(try kinds.get(timeout: .seconds(20)))
                receiver.kill()
            }
        }
    }

    @Test(
        "messages that lie ready in a receiver that is busy, or gone, go to another with that end",
        arguments: sizes
    )
    func messages(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for isKilled in [false, true] {
                    let (left, right) = try Pipe<Int>().ends
                    let reports = try Queue<[Int]>()
                    for number in 0..<100 { try left.send(number) }
                    // The main program has that end, too.
                    #expect(try right.poll())
                    let process = Process {
                        try reports.put((0..<20).map { _ in try right.receive() })
                        waitForTheEnd()
                    }
                    try process.start()
                    #expect(try reports.get(timeout: .seconds(20)) == Array(0..<20))
                    if isKilled {
                        process.kill()
                        try process.join()
                    }
                    for number in 20..<100 {
                        #expect(try right.poll())
                        #expect(try right.receive(timeout: .zero) == number)
                    }
                    #expect(try !right.poll())
                    process.kill()
                }
            }
        }
    }
}
