import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Without `mpirun`, and on four ranks.
private let sizes: [Int?] = [nil, 4]

/// No stack is printed for traps that are meant to be.
private let quiet: [String: String?] = ["SWIFT_BACKTRACE": "enable=no"]

/// What a process of a job does that is about to lose its main program.
private func settleDown(_ pids: Queue<Int>) throws {
    try pids.put(Process.current.pid)
    waitForTheEnd()
}

/// Starts processes of all kinds, prints the pid of each, says when they all run, and dies, or waits to be killed.
private func fillTheHouse(thenDying way: String) throws {
    let pids = try Queue<Int>()
    for rank in 0..<Process.current.rankCount {
        try Process(on: rank, target: settleDown, args: pids).start()
        try Process(daemon: true, on: rank, startMethod: .spawn, target: settleDown, args: pids).start()
    }
    try Process {
        let child = Process(target: settleDown, args: pids)
        try child.start()
        try settleDown(pids)
    }.start()
    let pool = try Pool(processes: 2)
    _ = try pool.mapAsync(0..<2, chunkSize: 1) { number in
        try settleDown(pids)
        return number
    }
    for _ in 0..<Process.current.rankCount * 2 + 4 { print("pid", try pids.get(timeout: .seconds(20))) }
    print("main", Process.current.pid)
    print("ready")
    switch way {
    case "abort": abort()
    case "trap": print([Int]()[pool.processCount])
    default: withExtendedLifetime(pool) { waitForTheEnd() }
    }
}

extension RankJobResult {
    /// The processes that the job said it had started.
    fileprivate var announcedPids: [Int32] {
        lines.filter { $0.text.hasPrefix("pid ") }
            .compactMap { $0.text.split(separator: " ").last.flatMap { Int32($0) } }
    }
}

/// What the library has left on the machine, in its own names; other tests use some meanwhile, so it is looked again for a while.
private func leftovers(since before: SystemTraces) async throws -> SystemTraces {
    var added = tracesOfOurs().added(since: before)
    let end = ContinuousClock.now.advanced(by: .seconds(20))
    while !added.isEmpty, ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(100))
        added = tracesOfOurs().added(since: before)
    }
    return added
}

private func tracesOfOurs() -> SystemTraces {
    SystemTraces.now {
        $0.hasPrefix("swift-mpi.") || $0.contains("mpi-journal") || $0.contains("forkserver")
    }
}

@Suite("Faults")
struct FaultTests {
    @Test(
        "a body that traps, exits, throws, or is killed ends only itself, and all goes on",
        arguments: sizes
    )
    func bodies(ranks: Int?) async throws {
        let before = tracesOfOurs()
        let result = try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let ready = try Queue<Int>()
                let witness = Process {
                    try ready.put(0)
                    while try ready.get() != 1 {}
                }
                try witness.start()
                let empty = [Int]()
                let bodies: [(name: String, codes: Set<Int>, process: Process)] = [
                    ("index", [-4, -5], Process { print(empty[3]) }),
                    ("overflow", [-4, -5], Process { print(Int.max - empty.count + 1) }),
                    ("spawned", [-4, -5], Process(startMethod: .spawn) { print(empty[3]) }),
                    ("abort", [-6], Process { abort() }),
                    ("segmentation", [-11], Process { raise(SIGSEGV) }),
                    ("exit", [7], Process { exit(7) }),
                    ("throw", [1], Process { throw Unencodable.Refusal() }),
                    ("task", [-4, -5], Process { await Task { print(empty[3]) }.value }),
                ]
                for (name, codes, process) in bodies {
                    try process.start()
                    #expect(try process.join(timeout: .seconds(20)), "\(name)")
                    #expect(codes.contains(process.exitCode ?? 0), "\(name): \(process.exitCode ?? 0)")
                }
                for rank in 0..<Process.current.rankCount {
                    let process = Process(on: rank) {
                        try ready.put(2)
                        waitForTheEnd()
                    }
                    try process.start()
                    kill(pid_t(process.pid ?? 0), SIGKILL)
                    #expect(try process.join(timeout: .seconds(20)))
                    #expect(process.exitCode == -9)
                }
                #expect(witness.isAlive)
                try ready.put(1)
                #expect(try witness.join(timeout: .seconds(20)))
                #expect(witness.exitCode == 0)
                let pool = try Pool(processes: 2)
                #expect(try pool.map(0..<5) { $0 } == Array(0..<5))
            }
        }
        #expect(result.isSuccess)
        #expect(try await leftovers(since: before).isEmpty)
    }

    @Test(
        "a task that kills its worker fails with WorkerLost; all others finish, and the pool works on",
        arguments: sizes
    )
    func lostWorkers(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let done = try Queue<Int>()
                for (index, ending) in [SIGKILL, SIGSEGV, -5].enumerated() {
                    let result = try pool.mapAsync(0..<40, chunkSize: 10) { number -> Int in
                        if number == 13 {
                            if ending < 0 { exit(-ending) }
                            // Another thread may be the one that the signal meets.
                            kill(getpid(), ending)
                            waitForTheEnd()
                        }
                        try done.put(number)
                        return number
                    }
                    do {
                        _ = try result.get(timeout: .seconds(20))
                        Issue.record("no error")
                    } catch let loss as WorkerLost {
                        #expect(
                            loss.exitCode == -Int(ending) && loss.signal == (ending > 0 ? Int(ending) : nil)
                        )
                        #expect(loss.worker.hasPrefix("PoolWorker-") && loss.pid > 0)
                        #expect((0..<Process.current.rankCount).contains(loss.rank))
                        #expect(
                            loss.description.contains("\(loss.worker) (pid \(loss.pid), rank \(loss.rank) on")
                        )
                        #expect(loss.description.contains(ending > 0 ? "signal \(ending)" : "exit status 5"))
                    }
                    let numbers = try (0..<39).map { _ in try done.get(timeout: .seconds(20)) }
                    #expect(numbers.sorted() == (0..<40).filter { $0 != 13 }, "ending \(index)")
                    #expect(try done.isEmpty)
                    // The worker has been replaced: two at a time go on.
                    let (arrived, gate) = (try Queue<Int>(), try Queue<Bool>())
                    let pair = try pool.mapAsync(0..<2, chunkSize: 1) { number in
                        try arrived.put(number)
                        _ = try gate.get()
                        return number
                    }
                    for _ in 0..<2 { _ = try arrived.get(timeout: .seconds(20)) }
                    for _ in 0..<2 { try gate.put(true) }
                    #expect(try pair.get(timeout: .seconds(20)) == [0, 1])
                }
                // Every task kills its worker.
                let results = try (0..<6).map { _ in try pool.applyAsync { () -> Int in exit(3) } }
                for result in results {
                    #expect(throws: WorkerLost.self) { try result.get(timeout: .seconds(20)) }
                }
                // An idle worker is killed.
                let pid = try pool.apply { Process.current.pid }
                kill(pid_t(pid), SIGKILL)
                #expect(try pool.map(0..<30, chunkSize: 1) { $0 } == Array(0..<30))
                try pool.close()
                #expect(try pool.join(timeout: .seconds(20)))
            }
        }
    }

    @Test(
        "an input that kills the worker that decodes it fails its task instead of one worker after another",
        arguments: sizes
    )
    func deadlyInputs(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let result = try pool.mapAsync([Deadly(), Deadly()], chunkSize: 2) { $0.number }
                #expect(throws: WorkerLost.self) { try result.get(timeout: .seconds(20)) }
                #expect(try pool.map(0..<5) { $0 } == Array(0..<5))
            }
        }
    }

    @Test(
        "the end of a fork server takes its processes with it, and later ones get a new server",
        arguments: sizes
    )
    func lostForkServer(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let parents = try Queue<Int>()
                let rank = Process.current.rankCount - 1
                for _ in 0..<3 {
                    let process = Process(on: rank) {
                        try parents.put(Int(getppid()))
                        waitForTheEnd()
                    }
                    try process.start()
                    kill(pid_t(try parents.get(timeout: .seconds(20))), SIGKILL)
                    // What is asked of the server while it dies is an error, or is done by its successor.
                    for _ in 0..<10 {
                        let other = Process(on: rank) {}
                        do {
                            try other.start()
                            #expect(try other.join(timeout: .seconds(20)))
                            #expect(other.exitCode == 0 || other.exitCode == -9)
                        } catch let error as ProcessingError {
                            #expect(error.kind == .resources)
                        }
                    }
                    #expect(try process.join(timeout: .seconds(20)))
                    #expect(process.exitCode == -9)
                    let last = Process(on: rank) { exit(5) }
                    try last.start()
                    try last.join()
                    #expect(last.exitCode == 5)
                }
            }
        }
    }

    @Test(
        "a pool whose workers' fork server is killed while it maps goes on with new workers",
        arguments: sizes
    )
    func lostForkServerOfPool(ranks: Int?) async throws {
        try await onRanks(ranks, environment: quiet) {
            try withProcesses {
                let (servers, gate) = (try Queue<Int>(), try Queue<Bool>())
                let pool = try Pool(processes: 2)
                for _ in 0..<3 {
                    let result = try pool.mapAsync(0..<40, chunkSize: 1, retries: 100) { number -> Int in
                        if number < 2 {
                            try servers.put(Int(getppid()))
                            _ = try gate.get()
                        }
                        return number
                    }
                    kill(pid_t(try servers.get(timeout: .seconds(20))), SIGKILL)
                    for _ in 0..<10 { try gate.put(true) }
                    #expect(try result.get(timeout: .seconds(30)) == Array(0..<40))
                    while try !servers.isEmpty { _ = try servers.getWithoutWaiting() }
                    while try !gate.isEmpty { _ = try gate.getWithoutWaiting() }
                }
                try pool.close()
                #expect(try pool.join(timeout: .seconds(20)))
                let last = Process { exit(5) }
                try last.start()
                #expect(try last.join(timeout: .seconds(20)))
                #expect(last.exitCode == 5)
            }
        }
    }

    @Test(
        "when the main program dies, no process of it is left, and nothing else",
        arguments: sizes,
        ["abort", "kill", "trap", "interrupt", "terminate"]
    )
    func lostMainProgram(ranks: Int?, way: String) async throws {
        let before = tracesOfOurs()
        let job = try RankCheck.job(ranks: ranks, arguments: [way], environment: quiet) {
            let way = try RankCheck.argument(0, as: String.self)
            try withProcesses { try fillTheHouse(thenDying: way) }
        }
        let result = try await oneJobAtATime {
            let running = try await job.start()
            _ = try await running.line(containing: "ready")
            let announcement = try await running.line(containing: "main ")
            let main = announcement.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0
            switch way {
            case "kill": #expect(running.kill(process: main))
            case "interrupt": running.interrupt()
            case "terminate": running.send(signal: SIGTERM)
            default: break
            }
            return try await running.wait()
        }
        #expect(!result.isSuccess && !result.timedOut, "\(result.report)")
        #expect(result.leftBehind.isEmpty, "\(result.report)")
        let pids = result.announcedPids
        #expect(pids.count == (ranks ?? 1) * 2 + 4, "\(result.report)")
        for pid in pids { #expect(ProcessSurvey.process(pid) == nil, "\(result.report)") }
        #expect(try await leftovers(since: before).isEmpty)
    }
}

/// Ends the process that decodes it.
private struct Deadly: Codable, Sendable {
    var number = 1
    init() {}
    init(from decoder: any Decoder) throws { _exit(6) }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}
