import RankChecks
import RankLaunching
import Testing

/// The command `swift-mpi`, which the build puts beside the test program.
private enum Command {
    static var path: String {
        let own = RankJob.ownExecutable
        return (own.lastIndex(of: "/").map { String(own[...$0]) } ?? "./") + "swift-mpi"
    }

    /// Runs it and returns the lines that it printed.
    ///
    /// It has to succeed, without a word on standard error, and to leave nothing behind.
    static func run(
        _ arguments: [String],
        ranks: Int?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String] {
        let job = RankJob(executable: path, arguments: arguments, ranks: ranks)
        let result = try await oneJobAtATime { try await job.run() }
        #expect(
            result.isSuccess && result.leftBehind.isEmpty && result.standardError.isEmpty,
            "\(result.report)",
            sourceLocation: sourceLocation
        )
        return result.lines.filter { $0.stream == .output }.map(\.text)
    }

    static func example(
        _ name: String,
        second: Double,
        ranks: Int?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String] {
        try await run(
            ["example", name, "--second", "\(second)"],
            ranks: ranks,
            sourceLocation: sourceLocation
        )
    }
}

/// Without `mpirun`, and on one to four ranks.
private let everySize: [Int?] = [nil, 1, 2, 3, 4]

@Suite("The eight programs, as launched jobs")
struct ProgramTests {
    @Test("spawn: five processes, one after the other", arguments: everySize)
    func spawn(ranks: Int?) async throws {
        let lines = try await Command.example("spawn", second: 0.1, ranks: ranks)
        #expect(lines == (0..<5).map { "called function in process: \($0)" })
    }

    @Test("named: a name of its own, and the default one", arguments: everySize)
    func named(ranks: Int?) async throws {
        let lines = try await Command.example("named", second: 0.3, ranks: ranks)
        #expect(
            lines == [
                "Starting foo_process", "Starting Process-2", "Exiting foo_process", "Exiting Process-2",
            ]
        )
    }

    @Test("daemon: the daemon never gets to its end", arguments: everySize)
    func daemon(ranks: Int?) async throws {
        let lines = try await Command.example("daemon", second: 0.5, ranks: ranks)
        // Whether the daemon has come as far as its first line when it is ended is a race.
        let ofTheDaemon = ["Starting background_process"]
        let others = lines.filter { !ofTheDaemon.contains($0) }
        #expect(others == ["Starting NO_background_process", "Exiting NO_background_process"])
        #expect(lines.count <= 3)
    }

    @Test("terminate: what is known of a process at each step", arguments: everySize)
    func terminate(ranks: Int?) async throws {
        let lines = try await Command.example("terminate", second: 0.5, ranks: ranks)
        let rank = (ranks ?? 1) > 1 ? 1 : 0
        // The process itself may get a word in, too.
        let steps = lines.filter { $0.hasPrefix("Process ") }
        try #require(steps.count == 5, "\(lines)")
        #expect(lines.allSatisfy { $0.hasPrefix("Process ") || ["Starting function", "-> 0"].contains($0) })
        #expect(steps[0] == "Process before execution: <Process name='Process-1' initial> false")
        #expect(steps[1].hasPrefix("Process running: <Process name='Process-1' pid="))
        #expect(steps[1].hasSuffix(" rank=\(rank) started> true"))
        #expect(steps[2].hasPrefix("Process terminated: <Process name='Process-1' pid="))
        #expect(steps[2].hasSuffix(" true") || steps[2].hasSuffix(" false"))
        #expect(steps[3].hasPrefix("Process joined: <Process name='Process-1' pid="))
        #expect(steps[3].hasSuffix(" rank=\(rank) stopped exitcode=-15> false"))
        #expect(steps[4] == "Process exit code: -15")
    }

    @Test("subclass: five instances, each with its name", arguments: everySize)
    func subclass(ranks: Int?) async throws {
        let lines = try await Command.example("subclass", second: 0.1, ranks: ranks)
        #expect(lines == (1...5).map { "called run method in process: Process-\($0)" })
    }

    @Test("queue: each item is appended once and popped once, in order", arguments: everySize)
    func queue(ranks: Int?) async throws {
        let lines = try await Command.example("queue", second: 0.05, ranks: ranks)
        let appended = lines.filter { $0.hasSuffix(" appended to the queue") }.compactMap(item)
        let popped = lines.filter { $0.hasSuffix(" popped from the queue") }.compactMap(item)
        #expect(appended.count == 10)
        #expect(appended == popped)
        #expect(lines.filter { $0.hasPrefix("The size of the queue is ") }.count == 10)
        #expect(lines.last == "the queue is empty")
        #expect(lines.count == 31)
    }

    private func item(_ line: String) -> Int? {
        line.split(separator: " ").compactMap { Int($0) }.first
    }

    @Test("pipe: every object arrives in order, then the end of the stream", arguments: everySize)
    func pipe(ranks: Int?) async throws {
        let lines = try await Command.example("pipe", second: 0.1, ranks: ranks)
        let exchanged = (1...5).flatMap { number in
            let items = (1...number).map { "item \($0)" }.joined(separator: ", ")
            return [
                "order \(number) arrived with \(number) items", "order \(number) came back with \(items)",
            ]
        }
        #expect(lines == exchanged + ["end of stream: no more orders"])
    }

    @Test("pool: the exact list, four times", arguments: everySize)
    func pool(ranks: Int?) async throws {
        let lines = try await Command.example("pool", second: 0.1, ranks: ranks)
        let squares = (0..<100).map { $0 * $0 }
        #expect(lines == Array(repeating: "Pool    : \(squares)", count: 4))
    }

    @Test("the tour shows all eight, and says who ran what", arguments: [nil, 4] as [Int?])
    func tour(ranks: Int?) async throws {
        let lines = try await Command.run(["--second", "0.1"], ranks: ranks)
        let names = ["spawn", "named", "daemon", "terminate", "subclass", "queue", "pipe", "pool"]
        let headings = names.enumerated().map { "== \($0 + 1) of 8: \($1) ==" }
        #expect(lines.filter { $0.hasPrefix("== ") } == headings + ["== who ran what =="])
        #expect(
            lines.filter { $0.hasPrefix("Pool    : [0, 1, 4, 9, ") && $0.hasSuffix(", 9801]") }.count == 4
        )
        #expect(lines.contains("the queue is empty"))
        #expect(lines.contains("Process exit code: -15"))
        let census = lines.drop { $0 != "== who ran what ==" }.dropFirst()
        for name in names { #expect(census.contains { $0.hasPrefix("   \(name): ") }, "\(name)") }
        // With other ranks to choose from, the main one hosts nothing.
        let hosts = Set(census.compactMap { $0.split(separator: " on rank ").last?.first })
        #expect(hosts == (ranks == nil ? ["0"] : ["1", "2", "3"]))
    }

    @Test("an example that does not exist is refused with the names of those that do")
    func unknown() async throws {
        let job = RankJob(executable: Command.path, arguments: ["example", "nonesuch"], ranks: nil)
        let result = try await oneJobAtATime { try await job.run() }
        #expect(!result.isSuccess)
        #expect(result.standardError.contains("nonesuch") && result.standardError.contains("terminate"))
    }
}
