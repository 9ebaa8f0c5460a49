import ArgumentParser
import Multiprocessing
import RankLaunching

/// How time and memory grow with the work.
struct GrowthBenchmark: ParsableCommand {
    static let name = "growth"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract:
            "Time and memory of more and more tasks, items, processes and ranks, with the exponent of their growth.",
        discussion: """
            An exponent of 1 says that twice the work takes twice the time. Memory is what the main program has at most beyond what it had \
            before; of processes and ranks, what all of them have together while they wait.
            """
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "Numbers of tasks of a map.")
    var tasks = NumberList([1000, 10_000, 100_000, 1_000_000, 10_000_000])

    @Option(help: "Numbers of items of a queue.")
    var items = NumberList([1000, 10_000, 100_000, 1_000_000])

    @Option(help: "Numbers of processes on one rank.")
    var processes = NumberList([1, 2, 4, 8, 16, 32, 64])

    @Option(help: "Numbers of ranks.")
    var ranks = NumberList([1, 2, 4, 8, 16])

    @Flag(help: .private)
    var oneJob = false

    func run() throws {
        guard !oneJob else {
            try withProcesses { try runJob() }
            return
        }
        let report = measurement.makeReport(of: Self.name)
        try withProcesses {
            try grow("tasks", tasks, report, mapping)
            try grow("items", items, report, queueing)
            try grow("processes", processes, report, hosting)
        }
        // Jobs are started by threads, so not before this program has forked what it forks.
        try grow("ranks", ranks, report, ranking)
        report.finish()
    }

    private typealias Cost = (seconds: Double, bytes: Double)

    /// Measures one row of sizes, and fits what came of it.
    private func grow(
        _ what: String,
        _ sizes: NumberList,
        _ report: BenchmarkReport,
        _ measure: (Int) throws -> Cost
    ) throws {
        var times: [(x: Double, y: Double)] = []
        var memories: [(x: Double, y: Double)] = []
        for size in sizes.numbers {
            // Small sizes are over quickly, and vary most.
            let costs = try (0..<measurement.repetitions).map { _ in try measure(size) }
            report.add("\(size) \(what), time", .seconds, costs.map(\.seconds))
            report.add("\(size) \(what), memory", .bytes, costs.map(\.bytes))
            times.append((Double(size), SampleStatistics(costs.map(\.seconds)).median ?? 0))
            memories.append((Double(size), SampleStatistics(costs.map(\.bytes)).median ?? 0))
        }
        if let fit = PowerFit(times) { report.add("\(what), exponent of time", .number, [fit.exponent]) }
        if let fit = PowerFit(memories) { report.add("\(what), exponent of memory", .number, [fit.exponent]) }
    }

    /// Measures the time of something, and how much memory it takes beyond what there was.
    private func cost(_ body: () throws -> Void) rethrows -> Cost {
        SystemFigures.forgetPeak()
        let before = SystemFigures.memory
        let time = try Stopwatch.time(body)
        // At least a page, which is as little as can be told.
        return (time, max(4096, SystemFigures.peakMemory - before))
    }

    private func mapping(_ count: Int) throws -> Cost {
        let pool = try Pool(processes: 2)
        _ = try pool.map(0..<100) { $0 }
        let cost = try cost { _ = try pool.map(0..<count) { $0 } }
        try pool.close()
        try pool.join()
        return cost
    }

    private func queueing(_ count: Int) throws -> Cost {
        let queue = try Queue<Int>(capacity: 1000)
        let process = Process { for number in 0..<count { try queue.put(number) } }
        try process.start()
        let cost = try cost { for _ in 0..<count { _ = try queue.get() } }
        try process.join()
        return cost
    }

    private func hosting(_ count: Int) throws -> Cost {
        let (ready, over) = (try Queue<Int>(), try Queue<Int>())
        let start = Stopwatch.now
        let processes = try (0..<count).map { number in
            let process = Process {
                try ready.put(number)
                _ = try over.get()
            }
            try process.start()
            return process
        }
        for _ in processes { _ = try ready.get() }
        let time = Stopwatch.now - start
        let memory = processes.compactMap(\.pid).map { SystemFigures.memory(of: Int32($0)) }.reduce(0, +)
        for number in 0..<count { try over.put(number) }
        for process in processes { try process.join() }
        return (time, memory)
    }

    /// A job of its own, in which a process on every rank takes part; it prints the memory of all its processes.
    private func ranking(_ count: Int) throws -> Cost {
        let job = RankJob(
            executable: RankJob.ownExecutable,
            arguments: ["bench", "growth", "--one-job"],
            ranks: count,
            timeout: .seconds(120)
        )
        switch LauncherExamination.run(job) {
        case .success(let result) where result.isSuccess:
            guard let memory = result.lines.lazy.compactMap({ Double($0.text) }).first else {
                throw ValidationError("the job said nothing\n\(result.report)")
            }
            return (result.duration / .seconds(1), memory)
        case .success(let result): throw ValidationError("the job failed\n\(result.report)")
        case .failure(let failure): throw ValidationError(failure.reason)
        }
    }

    private func runJob() throws {
        let (ready, over) = (try Queue<Int32>(), try Queue<Int>())
        let processes = try (0..<Process.current.rankCount).map { rank in
            let process = Process(on: rank) {
                try ready.put(Int32(Process.current.pid))
                _ = try over.get()
            }
            try process.start()
            return process
        }
        let all = try processes.map { _ in try ready.get() }
        print(all.map(SystemFigures.memory(of:)).reduce(0, +))
        for number in processes.indices { try over.put(number) }
        for process in processes { try process.join() }
    }
}
