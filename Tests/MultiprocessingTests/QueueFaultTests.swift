import Foundation
import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private typealias Item = DeliveryHistory.Item

/// Producers and consumers of a queue, some of which are killed again and again.
private struct Household {
    static let itemsPerProducer = 40
    let queue: Queue<Item>
    /// Where producers say what `put` has returned for.
    let progress: Queue<Item>
    private(set) var history = DeliveryHistory()
    private(set) var producers: [(number: Int, process: Multiprocessing.Process)] = []
    private(set) var consumers: [(number: Int, process: Multiprocessing.Process, reports: Connection<Item>)] =
        []
    private var lastNumber = 0
    private var killedProducers: Set<Int> = []

    init(capacity: Int) throws {
        queue = try Queue(capacity: capacity)
        progress = try Queue()
    }

    mutating func startProducer() throws {
        lastNumber += 1
        let (number, queue, progress) = (lastNumber, queue, progress)
        let process = Multiprocessing.Process {
            for index in 0..<Household.itemsPerProducer {
                let item = Item(producer: number, number: index)
                try queue.put(item)
                try progress.put(item)
            }
        }
        try process.start()
        producers.append((number, process))
    }

    mutating func startConsumer() throws {
        lastNumber += 1
        let (reports, own) = try Pipe<Item>(duplex: false).ends
        let queue = queue
        let process = Multiprocessing.Process {
            while kindOfConsumption(queue, own) == nil {}
        }
        try process.start()
        consumers.append((lastNumber, process, reports))
    }

    /// Waits for a report or the end of a producer, and takes it in.
    mutating func advance() throws {
        let things: [any Waitable] = consumers.map(\.reports) + producers.map(\.process)
        let ready = try wait(any: things, timeout: .seconds(30))
        try #require(!ready.isEmpty)
        for consumer in consumers where ready.contains(where: { $0 === consumer.reports }) {
            history.noteReport(of: try consumer.reports.receive(timeout: .zero), by: consumer.number)
        }
        for producer in producers where ready.contains(where: { $0 === producer.process }) {
            #expect(producer.process.exitCode == 0)
            history.note(.all(Household.itemsPerProducer), of: producer.number)
            producers.removeAll { $0.number == producer.number }
            try startProducer()
        }
    }

    mutating func killConsumer(_ index: Int) throws {
        let consumer = consumers.remove(at: index)
        consumer.process.kill()
        history.noteKill(ofConsumer: consumer.number)
        try readToTheEnd(consumer.number, consumer.reports)
        try consumer.process.join()
        try startConsumer()
    }

    mutating func killProducer(_ index: Int) throws {
        let producer = producers.remove(at: index)
        producer.process.kill()
        try producer.process.join()
        killedProducers.insert(producer.number)
        // It may have been quicker.
        history.note(.atLeast(0), of: producer.number)
        try startProducer()
    }

    private mutating func readToTheEnd(_ number: Int, _ reports: Connection<Item>) throws {
        do {
            while true {
                history.noteReport(of: try reports.receive(timeout: .seconds(30)), by: number)
            }
        } catch let error as ProcessingError where error.kind == .endOfStream {}
    }

    /// Lets everybody come to an end, and everything be reported.
    mutating func finish() throws {
        for producer in producers {
            #expect(try producer.process.join(timeout: .seconds(60)))
            #expect(producer.process.exitCode == 0)
            history.note(.all(Household.itemsPerProducer), of: producer.number)
        }
        try queue.close()
        for consumer in consumers {
            try readToTheEnd(consumer.number, consumer.reports)
            #expect(try consumer.process.join(timeout: .seconds(60)))
            #expect(consumer.process.exitCode == 0)
        }
        #expect(try queue.isEmpty)
        var confirmed: [Int: Int] = [:]
        while let item = try? progress.getWithoutWaiting() { confirmed[item.producer] = item.number + 1 }
        for number in killedProducers { history.note(.atLeast(confirmed[number] ?? 0), of: number) }
    }
}

/// Takes an item on lease, and reports it meanwhile; returns why there was none.
private func kindOfConsumption(_ queue: Queue<Item>, _ reports: Connection<Item>) -> ProcessingError.Kind? {
    kindOfError { try queue.lease { item in try reports.send(item) } }
}

/// Stops a process, and returns when each of its threads stands still.
///
/// That takes a while: the signal goes to a thread that sleeps, and the others run on until that one has got a processor.
func stop(_ process: Multiprocessing.Process) { stop(pid: process.pid ?? 0) }

/// The same for a process of which nothing but its number is known.
func stop(pid: Int) {
    kill(pid_t(pid), SIGSTOP)
    let folder = "/proc/\(pid)/task"
    let isRunning = { (thread: String) -> Bool in
        guard let text = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8) else {
            return false
        }
        // After the name, in parentheses, comes the state.
        return text.split(separator: ")").last?.split(separator: " ").first != "T"
    }
    while ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains(where: isRunning) {
        sched_yield()
    }
}

@Suite("Queue, faults")
struct QueueFaultTests {
    @Test(
        "with producers and consumers killed 200 times, every item is delivered once, or again if it came back",
        arguments: [1, 4],
        [2, 0]
    )
    func randomKills(ranks: Int, capacity: Int) async throws {
        let kills = capacity == 0 ? 50 : 150
        try await onRanks(ranks, arguments: ["\(kills)", "\(capacity)"], timeout: .seconds(240)) {
            let kills = try RankCheck.argument(0, as: Int.self)
            let capacity = try RankCheck.argument(1, as: Int.self)
            try withProcesses {
                var generator = SeededGenerator(state: UInt64(kills))
                var household = try Household(capacity: capacity)
                for _ in 0..<2 { try household.startProducer() }
                for _ in 0..<3 { try household.startConsumer() }
                for _ in 0..<kills {
                    for _ in 0..<Int.random(in: 1...6, using: &generator) { try household.advance() }
                    if Int.random(in: 0..<3, using: &generator) == 0 {
                        try household.killProducer(Int.random(in: 0..<2, using: &generator))
                    } else {
                        try household.killConsumer(Int.random(in: 0..<3, using: &generator))
                    }
                }
                try household.finish()
                #expect(household.history.violations.isEmpty)
                #expect(household.history.reportCount > kills)
            }
        }
    }

    @Test(
        "an item in the socket of a process that is killed before it has read it goes back to its place",
        arguments: [nil, 1, 3] as [Int?]
    )
    func unreadItem(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, ready) = (try Queue<Int>(), try Queue<Bool>())
                var handedOut = 0
                for round in 0..<100 where handedOut < 3 {
                    let process = Multiprocessing.Process {
                        try ready.put(true)
                        _ = try queue.get()
                        waitForTheEnd()
                    }
                    try process.start()
                    #expect(try ready.get(timeout: .seconds(20)))
                    // It stands still, so that what it is handed stays in its socket.
                    stop(process)
                    try queue.put(contentsOf: [round, -1, -2])
                    // Else it was stopped before it had asked for an item.
                    if try queue.count == 2 { handedOut += 1 }
                    process.kill()
                    try process.join()
                    #expect(try queue.get(upTo: 5, timeout: .zero) == [round, -1, -2])
                }
                #expect(handedOut == 3)
            }
        }
    }

    @Test(
        "a message in the socket of a process that is killed before it has read it goes to another with that end",
        arguments: [nil, 1, 3] as [Int?]
    )
    func unreadMessage(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let ready = try Queue<Bool>()
                var returned = 0
                for round in 0..<100 where returned < 3 {
                    let (left, right) = try Pipe<Int>().ends
                    let process = Multiprocessing.Process {
                        try ready.put(true)
                        _ = try left.receive()
                        waitForTheEnd()
                    }
                    try process.start()
                    #expect(try ready.get(timeout: .seconds(20)))
                    // The main program has that end as well, and uses it.
                    #expect(try !left.poll())
                    stop(process)
                    try right.send(round)
                    if try !left.poll() { returned += 1 }
                    process.kill()
                    try process.join()
                    #expect(try left.receive(timeout: .zero) == round)
                }
                #expect(returned == 3)
            }
        }
    }
}
