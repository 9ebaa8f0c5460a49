import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes = [1, 4]

/// No stack is printed for traps that are meant to be.
private let quiet: [String: String?] = ["SWIFT_BACKTRACE": "enable=no"]

/// Where a worker is killed.
private enum Moment: String, Codable, CaseIterable, Sendable {
    case decoding
    case running
    case encoding
}

/// Kills the process that decodes it, or encodes it, in which it was not made.
private struct Trap: Codable, Sendable {
    var moment: Moment
    var maker = getpid()
    var payload: [UInt8]

    init(_ moment: Moment, size: Int) {
        self.moment = moment
        payload = Array(repeating: 7, count: size)
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        moment = try container.decode(Moment.self)
        maker = try container.decode(Int32.self)
        payload = try container.decode([UInt8].self)
        if moment == .decoding { die() }
    }

    func encode(to encoder: any Encoder) throws {
        if moment == .encoding, maker != getpid() { die() }
        var container = encoder.unkeyedContainer()
        try container.encode(moment)
        try container.encode(maker)
        try container.encode(payload)
    }
}

/// Ends the calling process at once.
private func die() {
    kill(getpid(), SIGKILL)
    // The signal may meet another thread first.
    waitForTheEnd()
}

@Suite("Faults of a pool's workers")
struct PoolFaultTests {
    @Test(
        "a worker killed while it decodes, runs or encodes fails that task alone, also with a large argument",
        arguments: sizes,
        [10, 1 << 20]
    )
    func moments(ranks: Int, size: Int) async throws {
        try await onRanks(ranks, arguments: ["\(size)"], environment: quiet) {
            let size = try RankCheck.argument(0, as: Int.self)
            try withProcesses {
                let pool = try Pool(processes: 2)
                for moment in Moment.allCases {
                    let inputs = (0..<6).map { number -> Trap? in number == 2 ? Trap(moment, size: size) : nil
                    }
                    let ends = try pool.imap(inputs, chunkSize: 3) { (trap: Trap?) -> Trap? in
                        if trap?.moment == .running { die() }
                        return trap
                    }
                    for number in 0..<6 {
                        do {
                            guard case .some(.none) = try ends.next(timeout: .seconds(30)), number != 2 else {
                                Issue.record("\(moment) \(number)")
                                continue
                            }
                        } catch let loss as WorkerLost {
                            #expect(number == 2 && loss.signal == Int(SIGKILL), "\(moment) \(number)")
                        }
                    }
                }
                #expect(try pool.map(0..<20) { $0 } == Array(0..<20))
            }
        }
    }

    @Test("large arrays of numbers reach the worker that runs a task again as they were", arguments: sizes)
    func largeArrays(ranks: Int) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let done = try Queue<Int>()
                let inputs = (0..<12).map { number in [Int32](repeating: Int32(number), count: 1 << 16) }
                let results = try pool.mapAsync(inputs, chunkSize: 3, retries: 1) { input -> Int in
                    let number = input[0]
                    guard input.count == 1 << 16, input.allSatisfy({ $0 == number }) else { return -1 }
                    if number == 4 {
                        let isFirst = try done.isEmpty
                        try done.put(1)
                        if isFirst { die() }
                    }
                    return Int(number)
                }
                #expect(try results.get(timeout: .seconds(30)) == Array(0..<12))
                #expect(throws: WorkerLost.self) {
                    try pool.map(inputs, chunkSize: 1) { if $0[0] == 4 { die() } }
                }
                let sums = try pool.imap(inputs, chunkSize: 2) { $0.reduce(0) { $0 + Int($1) } }
                for number in 0..<12 { #expect(try sums.next(timeout: .seconds(30)) == number << 16) }
            }
        }
    }

    @Test("a task that kills its worker the first time is run again elsewhere", arguments: sizes)
    func retries(ranks: Int) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let (attempts, done) = (try Queue<Int>(), try Queue<Int>())
                let results = try pool.mapAsync(0..<10, chunkSize: 5, retries: 1) { number -> Int in
                    if number == 3 {
                        try attempts.put(Process.current.pid)
                        let isFirst = try done.isEmpty
                        try done.put(1)
                        if isFirst { die() }
                    }
                    return number
                }
                #expect(try results.get(timeout: .seconds(30)) == Array(0..<10))
                let pids = try (0..<2).map { _ in try attempts.get(timeout: .seconds(10)) }
                #expect(Set(pids).count == 2)
                let hopeless = try pool.applyAsync(retries: 2) { () -> Int in
                    try attempts.put(1)
                    exit(4)
                }
                #expect(throws: WorkerLost.self) { try hopeless.get(timeout: .seconds(30)) }
                for _ in 0..<3 { #expect(try attempts.get(timeout: .seconds(10)) == 1) }
                #expect(try attempts.isEmpty)
                #expect(kindOfError { _ = try pool.apply(retries: -1) { 1 } } == .misuse)
            }
        }
    }

    @Test(
        "fifty workers are killed during one map with retries, and its result is complete and exact",
        arguments: sizes
    )
    func manyKills(ranks: Int) async throws {
        try await onRanks(ranks, environment: quiet, timeout: .seconds(300)) {
            try withProcesses {
                let pool = try Pool(processes: 3)
                let (pids, gate) = (try Queue<Int>(), try Queue<Bool>())
                // Every hundredth task says who does it, and waits until it is killed or let go.
                let counts = Tally()
                let observer = Pool.ProgressObserver.calling {
                    counts.note("\($0.done) of \($0.total ?? -1)")
                }
                let result = try pool.mapAsync(0..<10_000, chunkSize: 20, retries: 60, progress: observer) {
                    number -> Int in
                    if number % 100 == 50 {
                        try pids.put(Process.current.pid)
                        _ = try gate.get()
                    }
                    return number * 3
                }
                var kills = 0
                while kills < 50 {
                    let pid = try pids.get(timeout: .seconds(60))
                    // Every other one is let go and killed while it does something else, or between two tasks.
                    if kills % 2 == 0 { try gate.put(true) }
                    if kill(pid_t(pid), SIGKILL) == 0 { kills += 1 }
                }
                for _ in 0..<400 { try gate.put(true) }
                #expect(try result.get(timeout: .seconds(200)) == (0..<10_000).map { $0 * 3 })
                #expect(kills == 50)
                // Each task has been counted once, however often it was begun.
                #expect(counts.entries.last == "10000 of 10000")
            }
        }
    }

    @Test("workers killed between tasks lose none", arguments: sizes)
    func idleKills(ranks: Int) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                for round in 0..<5 {
                    let pid = try pool.apply { Process.current.pid }
                    kill(pid_t(pid), SIGKILL)
                    #expect(
                        try pool.map(0..<30, chunkSize: 1, retries: 1) { $0 + round }
                            == (0..<30).map { $0 + round }
                    )
                }
            }
        }
    }

    @Test(
        "a stopped worker keeps only what it is doing; others do the rest, and terminate ends it",
        arguments: sizes
    )
    func stopped(ranks: Int) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let results = try pool.imapUnordered(0..<200, lookAhead: 200) { number -> Int in
                    if number == 5 {
                        // Stopped in the middle of its task.
                        kill(getpid(), SIGSTOP)
                        // The signal may meet another thread first.
                        waitForTheEnd()
                    }
                    return number
                }
                let numbers = try (0..<199).map { _ in try #require(try results.next(timeout: .seconds(30))) }
                #expect(numbers.sorted() == (0..<200).filter { $0 != 5 })
                #expect(kindOfError { _ = try results.next(timeout: .milliseconds(10)) } == .timedOut)
                // Stopped between tasks.
                let other = try Pool(processes: 2)
                let pid = try other.apply { Process.current.pid }
                stop(pid: pid)
                for _ in 0..<3 {
                    #expect(
                        try other.mapAsync(0..<20, chunkSize: 1) { $0 }.get(timeout: .seconds(30)).count == 20
                    )
                }
                for pool in [pool, other] {
                    try pool.terminate()
                    #expect(try pool.join(timeout: .seconds(20)))
                }
                #expect(ProcessSurvey.process(pid_t(pid)) == nil)
            }
        }
    }

    @Test("terminate ends workers that never stop to look, also while they start", arguments: sizes)
    func tightLoops(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pids = try Queue<Int>()
                let pool = try Pool(processes: 2)
                let results = try (0..<2).map { _ in
                    try pool.applyAsync { () -> Int in
                        signal(SIGTERM, SIG_IGN)
                        try pids.put(Process.current.pid)
                        while getpid() != 0 {}
                        return 1
                    }
                }
                let starting = try Pool(processes: 2) {
                    try pids.put(Process.current.pid)
                    while getpid() != 0 {}
                }
                let running = try (0..<4).map { _ in try pids.get(timeout: .seconds(20)) }
                for pool in [pool, starting] {
                    try pool.terminate()
                    #expect(try pool.join(timeout: .seconds(20)))
                }
                for result in results {
                    #expect(kindOfError { _ = try result.get(timeout: .seconds(20)) } == .terminated)
                }
                for pid in running { #expect(ProcessSurvey.process(pid_t(pid)) == nil) }
            }
        }
    }

    @Test("no task waits behind another one while a worker has nothing to do", arguments: sizes)
    func noneWaits(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 4)
                for round in 0..<3 {
                    // All four have to run at the same time, however they were handed out.
                    let (arrived, gate) = (try Queue<Int>(), try Queue<Bool>())
                    let result = try pool.mapAsync(0..<4, chunkSize: round == 0 ? 4 : 1) { number in
                        try arrived.put(number)
                        _ = try gate.get()
                        return number
                    }
                    for _ in 0..<4 { _ = try arrived.get(timeout: .seconds(30)) }
                    for _ in 0..<4 { try gate.put(true) }
                    #expect(try result.get(timeout: .seconds(20)) == [0, 1, 2, 3])
                }
            }
        }
    }
}
