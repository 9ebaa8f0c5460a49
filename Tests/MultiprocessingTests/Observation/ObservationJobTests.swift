import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the trace of a test goes; the folder of a system for what lasts no longer than a test.
private func tracePath(_ name: String) -> String {
    "/tmp/swift-mpi-trace-\(getpid())-\(name).json"
}

/// A pool, a queue, a pipe and a lock at work, always the same.
private func doEverything() throws {
    let queue = try Queue<Int>()
    let pipe = try Pipe<Int>()
    let (near, far) = (pipe.left, pipe.right)
    let lock = try Lock()
    let last = Process.current.rankCount - 1
    let process = Process(name: "partner", on: last) {
        for _ in 0..<3 { try far.send(try far.receive() + 1) }
        for number in 0..<10 { try queue.put(number) }
        try lock.withLock { try queue.put(contentsOf: [10, 11]) }
    }
    try process.start()
    for number in 0..<3 {
        try near.send(number)
        #expect(try near.receive() == number + 1)
    }
    #expect(try (0..<12).map { _ in try queue.get() } == Array(0..<12))
    try process.join()
    let pool = try Pool(processes: 2)
    #expect(try pool.map(0..<20, chunkSize: 3) { $0 * $0 } == (0..<20).map { $0 * $0 })
    #expect(try pool.map(0..<20, chunkSize: 3) { "\($0)" } == (0..<20).map { "\($0)" })
    for number in 0..<4 {
        do {
            _ = try pool.apply { () throws -> Int in throw SomethingWrong(number: number) }
            Issue.record("an error was lost")
        } catch is SomethingWrong {}
    }
    try pool.close()
    try pool.join()
}

private struct SomethingWrong: Error, Codable {
    var number: Int
}

private let everySize: [Int?] = [nil, 1, 3]

@Suite("Looking at whole programs")
struct ObservationJobTests {
    @Test("a trace has a span for every process and task, and nests", arguments: everySize)
    func trace(ranks: Int?) async throws {
        let path = tracePath("all-\(ranks ?? 0)")
        defer { unlink(path) }
        try await onRanks(ranks, environment: ["SWIFT_MPI_TRACE": path]) {
            try withProcesses { try doEverything() }
        }
        let trace = try ReadTrace(contentsOf: path)
        let tasks = trace.spans("task")
        #expect(tasks.count == 44)
        let jobs = Dictionary(grouping: tasks) { $0.facts["job"] as? Int ?? -1 }
        let indices = jobs.values.map { $0.compactMap { $0.facts["index"] as? Int }.sorted() }
        #expect(indices.count { $0 == Array(0..<20) } == 2)
        #expect(tasks.count { $0.facts["failed"] as? Bool == true } == 4)
        // Main programs, the partner, and two workers.
        let lives = trace.spans("process")
        #expect(lives.count == (ranks ?? 1) + 3, "\(lives.map(\.name))")
        #expect(lives.count { $0.name == "partner" && $0.facts["ending"] as? String == "exit status 0" } == 1)
        #expect(trace.rankNames.count == (ranks ?? 1))
        #expect(trace.crossings.isEmpty)
        // The partner waited for the first message; one that is brought while it looks for it needs no wait.
        let partner = try #require(lives.first { $0.name == "partner" })
        let own = trace.events.filter { $0.rank == partner.rank && $0.thread == partner.thread }
        #expect((1...3).contains(own.count { $0.category == "wait" && $0.name == "pipeReceive" }))
        #expect(own.count { $0.category == "frame" && $0.name == "pipeSend" } == 3)
        #expect(own.count { $0.category == "frame" && $0.name == "put" } == 10)
        for event in own where event.phase != "M" {
            #expect(event.start >= partner.start && event.end <= partner.end + 0.002)
        }
        #expect(trace.spans("wait").contains { $0.rank == 0 && $0.name == "joinProcess" })
        #expect(!trace.events.contains { $0.category == "trace" })
    }

    @Test("more events than there is room for are handed over in time", arguments: [nil, 3])
    func manyEvents(ranks: Int?) async throws {
        let path = tracePath("many-\(ranks ?? 0)")
        defer { unlink(path) }
        let variables = ["SWIFT_MPI_TRACE": path, "SWIFT_MPI_TRACE_EVENTS": "4096"]
        let result = try await onRanks(ranks, environment: variables) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                // Room for two of them would not be enough.
                _ = try pool.map(0..<20_000, chunkSize: 50) { $0 }
                try pool.close()
                try pool.join()
            }
        }
        let trace = try ReadTrace(contentsOf: path)
        let lost = trace.events.first { $0.category == "trace" }
        let count = lost.flatMap { Int($0.name.prefix { $0.isNumber }) } ?? 0
        // A Host that was kept from its work may have come late; then it says so.
        #expect(trace.spans("task").count + count >= 20_000)
        #expect(trace.spans("task").count > 4096)
        #expect(result.standardError.contains("lacks") == (count > 0))
        #expect(trace.crossings.isEmpty)
    }

    @Test("a process that is killed leaves what it had noted, and what it was at", arguments: everySize)
    func killed(ranks: Int?) async throws {
        let path = tracePath("killed-\(ranks ?? 0)")
        defer { unlink(path) }
        try await onRanks(ranks, environment: ["SWIFT_MPI_TRACE": path]) {
            try withProcesses {
                let (ready, never) = (try Queue<Int>(), try Queue<Int>())
                let process = Process(name: "victim") {
                    try ready.put(1)
                    _ = try never.get()
                }
                try process.start()
                _ = try ready.get()
                // It may not be waiting yet, but soon is.
                while try !JobPicture.current().waits.values.contains(where: { $0.hasPrefix("get, queue") }) {
                }
                process.kill()
                try process.join()
                let pool = try Pool(processes: 1)
                var losses = 0
                for number in 0..<3 {
                    do {
                        _ = try pool.apply { () -> Int in
                            if number == 1 { Glibc.kill(getpid(), SIGKILL) }
                            return number
                        }
                    } catch is WorkerLost {
                        losses += 1
                    }
                }
                #expect(losses == 1)
            }
        }
        let trace = try ReadTrace(contentsOf: path)
        let victim = try #require(trace.spans("process").first { $0.name == "victim" })
        #expect(victim.facts["ending"] as? String == "signal 9 (SIGKILL)")
        let own = trace.events.filter { $0.rank == victim.rank && $0.thread == victim.thread }
        #expect(own.contains { $0.category == "frame" && $0.name == "put" })
        #expect(own.contains { $0.name == "get" && $0.facts["unfinished"] as? Bool == true })
        let tasks = trace.spans("task")
        #expect(tasks.count == 3)
        #expect(tasks.count { $0.facts["unfinished"] as? Bool == true } == 1)
        #expect(trace.crossings.isEmpty)
    }

    @Test("what tasks of Swift wait for is in the trace, at the same time if it was so")
    func suspensions() async throws {
        let path = tracePath("suspensions")
        defer { unlink(path) }
        try await onRanks(nil, environment: ["SWIFT_MPI_TRACE": path]) {
            try await withProcesses {
                let queue = try Queue<Int>()
                // Nothing comes, so both certainly wait.
                async let first = try? queue.get(timeout: .milliseconds(100))
                async let second = try? queue.get(timeout: .milliseconds(100))
                let items = await [first, second]
                #expect(items == [nil, nil])
            }
        }
        let trace = try ReadTrace(contentsOf: path)
        let waits = trace.events.filter { $0.category == "suspension" && $0.name == "get" }
        #expect(waits.count { $0.phase == "b" } == 2)
        #expect(trace.crossings.isEmpty)
    }

    @Test("a trace that cannot be written does not stop the program")
    func noPlace() async throws {
        let variables = ["SWIFT_MPI_TRACE": "/nowhere/at/all.json"]
        let result = try await onRanks(nil, environment: variables) {
            try withProcesses { try doEverything() }
        }
        #expect(result.standardError.contains("cannot write the trace to /nowhere/at/all.json"))
    }

    @Test("the summary counts exactly", arguments: everySize)
    func summary(ranks: Int?) async throws {
        let result = try await onRanks(ranks, environment: ["SWIFT_MPI_SUMMARY": "1"]) {
            try withProcesses { try doEverything() }
        }
        let lines = result.standardError.split(separator: "\n").map { line in
            // Amounts have their unit behind a space.
            line.split(separator: " ").map { String($0) }
        }
        let size = ranks ?? 1
        #expect(lines.count == size + 1, "\(result.report)")
        let rows = lines.dropFirst()
        try #require(rows.allSatisfy { $0.count > 10 }, "\(result.report)")
        #expect(rows.map(\.first) == (0..<size).map { "\($0)" })
        func sum(_ column: Int) -> Int { rows.reduce(0) { $0 + (Int($1[column]) ?? -1000) } }
        // rank, host, processes, killed, tasks, failed, messages, bytes
        #expect(sum(2) == 3 && sum(3) == 0)
        #expect(sum(4) == 40 && sum(5) == 4)
        // 12 items and 6 messages, of one byte each since they are small numbers; all services are rank 0's.
        let own = try #require(rows.first)
        #expect(own[6] == "18", "\(result.report)")
        #expect(sum(6) == 18)
        if size == 1 { #expect(own[9...10] == ["0", "0"]) } else { #expect(own[9] != "0") }
    }

    @Test("without being asked, a program prints nothing and notes nothing")
    func off() async throws {
        let result = try await onRanks(nil) { try withProcesses { try doEverything() } }
        #expect(result.standardError.isEmpty)
    }
}

/// Whether a process may have a clock of its own here.
private func canChangeClock() async throws -> Bool {
    let words = ["-T", "--monotonic", "100000", "--fork", "true"]
    return try await RankJob(executable: "unshare", arguments: words, ranks: nil, timeout: .seconds(10)).run()
        .isSuccess
}

extension ObservationJobTests {
    @Test("the times of a rank whose clock is another are those of rank 0")
    func clocks() async throws {
        guard try await canChangeClock() else { return print("left out: no namespaces for the time here") }
        let path = tracePath("clocks")
        defer { unlink(path) }
        let own = RankJob.ownExecutable
        let program = (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "./") + "swift-mpi"
        let job = RankJob(
            programs: [
                RankProgram(program, arguments: ["example", "pool"], ranks: 1),
                RankProgram(
                    "unshare",
                    arguments: ["-T", "--monotonic", "100000", "--fork", program, "example", "pool"],
                    ranks: 1
                ),
            ],
            environment: ["SWIFT_MPI_TRACE": path]
        )
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        let trace = try ReadTrace(contentsOf: path)
        let mains = trace.spans("process").filter { $0.name == "MainProcess" }
        #expect(mains.map(\.rank).sorted() == [0, 1])
        let first = try #require(mains.first { $0.rank == 0 })
        // All of it happens while rank 0 is there, or nearly so: not a hundred thousand seconds apart.
        for event in trace.events where event.phase != "M" {
            #expect(abs(event.start - first.start) < 60e6 && abs(event.end - first.end) < 60e6)
        }
    }
}
