import ArgumentParser
import MPI
import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `swift-mpi check scale`: many ranks or many processes do a little together, and what each of them costs.
struct ScaleCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract:
            "Checks a barrier of all ranks, a pool over them and processes on each, and says what each costs.",
        discussion: """
            All ranks have to be on one machine, with Linux. Memory that several processes share counts in parts for each (PSS). \
            Scripts/check-scale.sh makes a table of it.
            """
    )

    @Option(help: "How many processes each rank hosts at the same time, beside the pool's.")
    var processes = 1

    @Option(help: "When the job was started, in seconds since 1970, to say how long that took.")
    var since: Double?

    /// A process that a rank hosts, and those that it descends from.
    private struct Descent: Codable, Sendable {
        var process: Int32
        var server: Int32
        var rank: Int32
    }

    func validate() throws {
        guard processes > 0 else { throw ValidationError("a rank hosts one process or more") }
    }

    func run() throws {
        let world = Communicator.world
        try checkBarrier(world)
        try withProcesses {
            say("inside", "\(seconds: now - (since ?? now))")
            try checkPool()
            try checkProcesses()
        }
    }

    private func checkBarrier(_ world: Communicator) throws {
        try world.barrier()
        if world.rank == 0 { say("mpi", "\(seconds: now - (since ?? now))") }
        let times = try (0..<20).map { _ in try Stopwatch.time { try world.barrier() } }.sorted()
        guard world.rank == 0 else { return }
        say("ranks", "\(world.size)")
        say("barrier", "\(times[times.count / 2] * 1e3) ms")
    }

    /// The tour's squares, by a worker on each rank.
    private func checkPool() throws {
        var squares: [Int] = []
        var ranks: Set<Int> = []
        let workers = max(1, Process.current.rankCount - 1)
        let time = try Stopwatch.time {
            let pool = try Pool(processes: workers)
            squares = try pool.map(0..<100) { $0 * $0 }
            // Each worker begins one of these before any of them can end.
            let barrier = try Barrier(parties: workers)
            ranks = Set(
                try pool.map(0..<workers, chunkSize: 1) { _ in
                    _ = try barrier.wait(timeout: .seconds(60))
                    return Process.current.rank
                }
            )
            try pool.close()
            try pool.join()
        }
        try CheckFailure.expect(squares, toBe: (0..<100).map { $0 * $0 }, "squares by a pool")
        try CheckFailure.expect(ranks.count, toBe: workers, "the number of ranks that work for a pool")
        say("pool", "\(seconds: time)")
    }

    private func checkProcesses() throws {
        let (ready, over) = (try Queue<Descent>(), try Event())
        let start = Stopwatch.now
        let all = try (0..<Process.current.rankCount).flatMap { rank in
            try (0..<processes).map { _ in
                let process = Process(on: rank) {
                    let server = getppid()
                    try ready.put(
                        Descent(process: getpid(), server: server, rank: SystemFigures.parent(of: server))
                    )
                    _ = try over.wait()
                }
                try process.start()
                return process
            }
        }
        let descents = try all.map { _ in try ready.get(timeout: .seconds(60)) }
        say("start", "\(seconds: Stopwatch.now - start)")
        describe(descents)
        try CheckFailure.expect(descents.count, toBe: all.count, "the number of processes")
        if let victim = all.last {
            let time = try Stopwatch.time {
                victim.kill()
                try victim.join()
            }
            try CheckFailure.expect(victim.exitCode, toBe: -9, "how a killed process ended")
            say("noticed", "\(seconds: time)")
        }
        try over.set()
        for process in all.dropLast() {
            try process.join()
            try CheckFailure.expect(process.exitCode, toBe: 0, "how a process ended")
        }
        say("end", "\(seconds: now - (since ?? now))")
    }

    private func describe(_ descents: [Descent]) {
        let ranks = Set(descents.map(\.rank))
        let servers = Set(descents.map(\.server))
        say("rank", meanMemory(of: ranks))
        say(
            "own",
            "\(ranks.map(SystemFigures.ownMemory(of:)).reduce(0, +) / 1e6 / Double(max(1, ranks.count))) MB"
        )
        say("server", meanMemory(of: servers))
        say("process", meanMemory(of: Set(descents.map(\.process))))
        let members = SystemFigures.descendants(of: ranks)
        say("all", "\(members.map(SystemFigures.memory(of:)).reduce(0, +) / 1e6) MB")
        say("members", "\(members.count)")
        say("descriptors", "\(ranks.map(SystemFigures.descriptorCount(of:)).max() ?? 0)")
        say("threads", "\(ranks.map(SystemFigures.threadCount(of:)).max() ?? 0)")
    }

    private func meanMemory(of pids: Set<Int32>) -> String {
        "\(pids.map(SystemFigures.memory(of:)).reduce(0, +) / 1e6 / Double(max(1, pids.count))) MB"
    }

    /// Seconds since 1970.
    private var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func say(_ name: String, _ value: String) { print(name, value) }
}

extension String.StringInterpolation {
    fileprivate mutating func appendInterpolation(seconds: Double) { appendInterpolation("\(seconds) s") }
}
