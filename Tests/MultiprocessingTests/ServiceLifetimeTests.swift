import RankChecks
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]
private let quiet: [String: String?] = ["SWIFT_BACKTRACE": "enable=no"]

/// How many services there are on all ranks.
private func serviceCount() throws -> Int {
    let endpoint = try Endpoint.required(for: "counting services")
    let places = (0..<endpoint.rankCount).flatMap { rank in
        // More than any test here needs.
        (Address.firstFreeSerial..<400).map { Address(rank: Int32(rank), serial: $0) }
    }
    // A process would not answer.
    let statuses = try places.map { place in
        try endpoint.request(
            endpoint.makeFrame(
                .processStatus,
                to: .host(ofRank: Int(place.rank)),
                argument: UInt64(place.serial)
            )
        )
    }
    let others = try zip(places, statuses)
        .filter { try $1.wait().code != Outcome.timedOut.rawValue }.map(\.0)
    // What is no pool does not understand the question.
    let answers = try others.map { try endpoint.request(endpoint.makeFrame(.poolState, to: $0)) }
    return try answers.filter { try $0.wait().code != Outcome.notFound.rawValue }.count
}

/// Waits until there are so many services: words of several ranks may be on their way.
private func expectServices(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    var last = try serviceCount()
    while last != count, ContinuousClock.now < deadline {
        usleep(1000)
        last = try serviceCount()
    }
    #expect(last == count, sourceLocation: sourceLocation)
}

/// One of everything that is shared.
private struct Toolbox: Codable, Sendable {
    let queue: Queue<Int>
    let joinable: JoinableQueue<Int>
    let lock: Lock
    let recursive: RLock
    let semaphore: Multiprocessing.Semaphore
    let event: Event
    let barrier: Barrier
    let condition: Condition
    let value: SharedValue<Int>
    let list: SharedList<Int>
    let dictionary: SharedDictionary<String, Int>

    init() throws {
        queue = try Queue()
        joinable = try JoinableQueue()
        lock = try Lock()
        recursive = try RLock()
        semaphore = try Multiprocessing.Semaphore(value: 1)
        event = try Event()
        barrier = try Barrier(parties: 1)
        condition = try Condition()
        value = try SharedValue(0)
        list = try SharedList([1])
        dictionary = try SharedDictionary(["a": 1])
    }

    func use() throws {
        try queue.put(1)
        try joinable.put(1)
        try semaphore.acquire()
        try semaphore.release()
        try event.set()
        try barrier.wait()
        try condition.withLock { try condition.notifyAll() }
        try list.append(2)
        try dictionary.set("b", to: 2)
        try recursive.withLock { try lock.withLock { try value.update { $0 += 1 } } }
    }
}

private func use(_ toolbox: Toolbox) throws { try toolbox.use() }
private func useAndReturn(_ toolbox: Toolbox, _ number: Int) throws -> Int {
    try toolbox.use()
    return number
}

/// A process whose work is a method of its own.
private final class Craftsman: Process {
    let toolbox: Toolbox
    init(_ toolbox: Toolbox) {
        self.toolbox = toolbox
        super.init()
    }
    override func run() throws { try toolbox.use() }
}

/// Cannot be encoded, after something that can be.
private struct Luggage: Codable, Sendable {
    var lock: Lock
    var rest = Unencodable()
}
private func carry(_ luggage: Luggage) {}

/// Puts a lock into a queue when it is encoded itself.
private struct Messenger: Codable, Sendable {
    let lock: Lock
    let mailbox: Queue<Lock>

    init(_ lock: Lock, _ mailbox: Queue<Lock>) { (self.lock, self.mailbox) = (lock, mailbox) }

    private enum CodingKeys: CodingKey { case lock, mailbox }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        lock = try container.decode(Lock.self, forKey: .lock)
        mailbox = try container.decode(Queue<Lock>.self, forKey: .mailbox)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lock, forKey: .lock)
        try mailbox.put(lock)
        try container.encode(mailbox, forKey: .mailbox)
    }
}

@Suite("How long shared things live")
struct ServiceLifetimeTests {
    @Test("what processes were given goes with them and its maker", arguments: sizes)
    func processes(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let before = try serviceCount()
                for round in 0..<3 {
                    let toolbox = try Toolbox()
                    let processes = [
                        Process { try toolbox.use() }, Process(target: use, args: toolbox),
                        Craftsman(toolbox),
                    ]
                    for process in processes { try process.start() }
                    let running = try Process.running(target: useAndReturn, args: toolbox, round)
                    #expect(try running.result(timeout: .seconds(20)) == round)
                    for process in processes + [running.process] {
                        #expect(try process.join(timeout: .seconds(20)))
                        #expect(process.exitCode == 0)
                    }
                    #expect(try toolbox.value.get() == 4)
                }
                try expectServices(before)
            }
        }
    }

    @Test("what a pool's jobs and its initializer were given goes with them", arguments: sizes)
    func pools(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let before = try serviceCount()
                do {
                    let toolbox = try Toolbox()
                    let pool = try Pool(processes: 2, initializer: { try toolbox.use() })
                    try pool.apply { try toolbox.lock.withLock {} }
                    let withPool = try serviceCount()
                    #expect(withPool == before + 12)
                    func useMore() throws {
                        let tools = try Toolbox()
                        #expect(try pool.map(0..<20) { try useAndReturn(tools, $0) } == Array(0..<20))
                        try pool.apply { try tools.use() }
                        #expect(try pool.apply(useAndReturn, args: tools, 5) == 5)
                        // In the inputs, also of a job that goes on.
                        #expect(try pool.map([tools, tools]) { try useAndReturn($0, 1) } == [1, 1])
                        let inputs = [Toolbox](repeating: tools, count: 10)
                        let stream = try pool.imapUnordered(inputs) { try useAndReturn($0, 2) }
                        var results: [Int] = []
                        while let result = try stream.next() { results.append(result) }
                        #expect(results == [Int](repeating: 2, count: 10))
                        #expect(try tools.value.get() == 34)
                    }
                    try useMore()
                    try expectServices(withPool)
                    try pool.close()
                    #expect(try pool.join(timeout: .seconds(20)))
                }
                try expectServices(before)
            }
        }
    }

    @Test("what went through a queue, a pipe or a result lives on after its maker", arguments: sizes)
    func keptHandles(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let before = try serviceCount()
                let result: Lock = try Process.running { try Lock() }.result(timeout: .seconds(20))
                let mailbox = try Queue<Queue<Int>>()
                let (mine, theirs) = try Pipe<SharedValue<Int>>().ends
                let maker = Process {
                    let queue = try Queue<Int>()
                    try queue.put(7)
                    try mailbox.put(queue)
                    try theirs.send(try SharedValue(8))
                    // Nobody is given this one.
                    _ = try Lock()
                }
                try maker.start()
                try maker.join()
                #expect(maker.exitCode == 0)
                let queue = try mailbox.get(timeout: .seconds(20))
                #expect(try queue.get(timeout: .seconds(20)) == 7)
                #expect(try mine.receive(timeout: .seconds(20)).get() == 8)
                #expect(try result.withLock { true })
                // They can be passed on.
                let user = Process { try result.withLock { try queue.put(9) } }
                try user.start()
                try user.join()
                #expect(try queue.get(timeout: .seconds(20)) == 9)
                // Three of them, the mailbox and the pipe.
                try withExtendedLifetime((mailbox, mine)) { try expectServices(before + 5) }
            }
        }
    }

    @Test("workers use what their job was given although nobody else holds it any more", arguments: sizes)
    func droppedByClient(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let before = try serviceCount()
                let pool = try Pool(processes: 3)
                let gate = try Event()
                func begin() throws -> AsyncResult<[Int]> {
                    let lock = try Lock()
                    let value = try SharedValue(0)
                    return try pool.mapAsync(0..<12, chunkSize: 1) { _ in
                        try gate.wait()
                        return try lock.withLock {
                            try value.update { value in
                                value += 1
                                return value
                            }
                        }
                    }
                }
                let result = try begin()
                try gate.set()
                #expect(try result.get(timeout: .seconds(30)).sorted() == Array(1...12))
                try pool.close()
                #expect(try pool.join(timeout: .seconds(20)))
                try withExtendedLifetime(gate) { try expectServices(before + 1) }
            }
        }
    }

    @Test(
        "a worker returns or sends a handle that its job was lent, and that is good afterwards",
        arguments: sizes
    )
    func returnedByWorker(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                func begin() throws -> AsyncResult<Lock> {
                    let lock = try Lock()
                    return try pool.applyAsync { lock }
                }
                for _ in 0..<20 {
                    let lock = try begin().get(timeout: .seconds(20))
                    #expect(try lock.withLock { true })
                }
            }
        }
    }

    @Test("a process started by one that has ended uses what that one was lent", arguments: sizes)
    func nested(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let before = try serviceCount()
                let gate = try Event()
                let answers = try Queue<Int>()
                let ends = try Queue<ProcessSentinel>()
                func begin() throws -> Process {
                    let value = try SharedValue(5)
                    let process = Process {
                        let child = Process {
                            try gate.wait()
                            try answers.put(try value.get())
                        }
                        try child.start()
                        try ends.put(try child.sentinel)
                        kill(getpid(), SIGKILL)
                        waitForTheEnd()
                    }
                    try process.start()
                    return process
                }
                for _ in 0..<5 {
                    let process = try begin()
                    try process.join()
                    #expect(process.exitCode == -9)
                    try gate.set()
                    #expect(try answers.get(timeout: .seconds(20)) == 5)
                    #expect(try ends.get(timeout: .seconds(20)).wait(timeout: .seconds(20)))
                    try gate.clear()
                }
                try withExtendedLifetime((gate, answers, ends)) { try expectServices(before + 3) }
            }
        }
    }

    @Test(
        "what a process was lent goes with it when it is killed, also before it has begun",
        arguments: sizes
    )
    func killed(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let before = try serviceCount()
                func begin(waiting: Bool) throws -> Process {
                    let (queue, lock) = (try Queue<Bool>(), try Lock())
                    let process = Process {
                        try lock.acquire()
                        // Made here, and given to nobody.
                        let value = try SharedValue(0)
                        try queue.put(true)
                        withExtendedLifetime(value) { waitForTheEnd() }
                    }
                    try process.start()
                    if waiting { #expect(try queue.get(timeout: .seconds(20))) }
                    return process
                }
                for round in 0..<6 {
                    let process = try begin(waiting: round.isMultiple(of: 2))
                    process.kill()
                    try process.join()
                    #expect(process.exitCode == -9)
                }
                try expectServices(before)
                // With the server that has forked it.
                let parents = try Queue<Int>()
                let lock = try Lock()
                let process = Process {
                    try lock.acquire()
                    try parents.put(Int(getppid()))
                    waitForTheEnd()
                }
                try process.start()
                kill(pid_t(try parents.get(timeout: .seconds(20))), SIGKILL)
                try process.join()
                try expectServices(before + 2)
                #expect(try lock.acquire(timeout: .seconds(20)))
            }
        }
    }

    @Test("a task that is run again after its worker was lost finds what it was given", arguments: sizes)
    func retries(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let before = try serviceCount()
                let pool = try Pool(processes: 2)
                func begin() throws -> AsyncResult<Int> {
                    let (value, lock) = (try SharedValue(0), try Lock())
                    return try pool.applyAsync(retries: 5) {
                        let count = try lock.withLock {
                            try value.update { value in
                                value += 1
                                return value
                            }
                        }
                        guard count == 4 else {
                            kill(getpid(), SIGKILL)
                            waitForTheEnd()
                        }
                        return count
                    }
                }
                #expect(try begin().get(timeout: .seconds(30)) == 4)
                try pool.terminate()
                #expect(try pool.join(timeout: .seconds(20)))
                try expectServices(before)
            }
        }
    }

    @Test("a job that is given up holds what it was given as long as a worker is at it", arguments: sizes)
    func givenUp(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let before = try serviceCount()
                let pool = try Pool(processes: 1)
                let (begun, gate, answers) = (try Event(), try Event(), try Queue<Int>())
                func begin() throws {
                    let value = try SharedValue(6)
                    let results = try pool.imap([1, 2, 3, 4]) { number -> Int in
                        try begun.set()
                        try gate.wait()
                        try answers.put(try value.get())
                        return number
                    }
                    #expect(try begun.wait(timeout: .seconds(20)))
                    results.cancel()
                }
                try begin()
                try gate.set()
                #expect(try answers.get(timeout: .seconds(20)) == 6)
                try pool.close()
                #expect(try pool.join(timeout: .seconds(20)))
                try withExtendedLifetime((begun, gate, answers)) { try expectServices(before + 3) }
            }
        }
    }

    @Test("what is not started or handed in after all holds nothing", arguments: sizes)
    func failedStarts(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let before = try serviceCount()
                do {
                    let lock = try Lock()
                    #expect(throws: (any Error).self) {
                        try Process(target: carry, args: Luggage(lock: lock)).start()
                    }
                    let pool = try Pool(processes: 1)
                    #expect(throws: (any Error).self) { try pool.apply(carry, args: Luggage(lock: lock)) }
                    #expect(throws: (any Error).self) {
                        try pool.map([Luggage(lock: lock)]) { _ in 1 }
                    }
                    try pool.close()
                    #expect(throws: (any Error).self) { try pool.apply { try lock.withLock { 1 } } }
                    #expect(try pool.join(timeout: .seconds(20)))
                    let broken = try Pool(
                        processes: 1,
                        initializer: { try lock.withLock { throw CancellationError() } }
                    )
                    #expect(throws: (any Error).self) { try broken.apply { try lock.withLock { 1 } } }
                }
                try expectServices(before)
            }
        }
    }

    @Test("what is sent while something else is encoded goes its own way", arguments: sizes)
    func nestedEncoding(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let mailbox = try Queue<Lock>()
                func begin() throws {
                    let messenger = Messenger(try Lock(), mailbox)
                    // Of a value that is used in parts, optimised code captures the parts alone.
                    let process = Process {
                        try messenger.lock.withLock { precondition(!"\(messenger)".isEmpty) }
                    }
                    try process.start()
                    try process.join()
                    #expect(process.exitCode == 0)
                }
                try begin()
                #expect(try mailbox.get(timeout: .seconds(20)).withLock { true })
            }
        }
    }
}
