import ArgumentParser
import Multiprocessing

/// What tasks of a pool cost.
struct PoolBenchmark: ProcessBenchmark {
    static let name = "pool"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract:
            "Tasks per second of a pool of two: empty ones, with large arguments, of several lengths; gain by two workers."
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "How many empty tasks are in a batch that sends each by itself.")
    var tasks = 10_000

    @Option(help: "How many empty tasks are in a batch with chunks of the default size.")
    var items = 1_000_000

    @Option(help: "How many tasks with a large argument are in a batch.")
    var largeTasks = 200

    @Option(help: "How many calls by apply are in a batch.")
    var calls = 1000

    @Option(help: "The lengths of tasks, in microseconds, whose throughput is measured.")
    var lengths = NumberList([1, 10, 100, 1000])

    @Option(help: "How many seconds of work are in a batch of tasks that compute.")
    var busySeconds = 0.5

    func measure(_ report: BenchmarkReport) throws {
        let pool = try Pool(processes: 2)
        try measureThroughput(pool, report)
        for length in lengths.numbers {
            let work = BusyWork.taking(Double(length) * 1e-6)
            let count = min(tasks, taskCount(ofLength: length))
            let samples = try measurement.samples {
                Double(count)
                    / (try Stopwatch.time { _ = try pool.map(0..<count, chunkSize: 1) { work.run($0) } })
            }
            report.add("tasks of \(length) µs, chunk size 1", .perSecond, samples)
        }
        try measureGain(pool, report)
        try pool.close()
        try pool.join()
    }

    private func taskCount(ofLength microseconds: Int) -> Int {
        max(2, Int(busySeconds * 1e6) / max(1, microseconds))
    }

    private func measureThroughput(_ pool: Pool, _ report: BenchmarkReport) throws {
        report.add(
            "empty tasks, chunk size 1",
            .perSecond,
            try measurement.samples {
                Double(tasks) / (try Stopwatch.time { try pool.map(0..<tasks, chunkSize: 1) { (_: Int) in } })
            }
        )
        report.add(
            "empty tasks, default chunks",
            .perSecond,
            try measurement.samples {
                Double(items) / (try Stopwatch.time { try pool.map(0..<items) { (_: Int) in } })
            }
        )
        let arguments = Array(repeating: [UInt8](repeating: 1, count: 1 << 20), count: largeTasks)
        report.add(
            "arguments of 1 MiB",
            .perSecond,
            try measurement.samples {
                Double(largeTasks)
                    / (try Stopwatch.time { _ = try pool.map(arguments, chunkSize: 1) { $0.count } })
            }
        )
        report.add(
            "apply",
            .perSecond,
            try measurement.samples {
                Double(calls) / (try Stopwatch.time { for _ in 0..<calls { try pool.apply {} } })
            }
        )
    }

    /// How many times as fast two workers are as a loop in one process, and four as two.
    private func measureGain(_ pool: Pool, _ report: BenchmarkReport) throws {
        let pool4 = try Pool(processes: 4)
        for length in [15, 1000] {
            let work = BusyWork.taking(Double(length) * 1e-6)
            let count = taskCount(ofLength: length)
            let gain = try measurement.samples {
                let loop = work.timeOfLoop(count)
                return loop / (try Stopwatch.time { _ = try pool.map(0..<count) { work.run($0) } })
            }
            report.add("gain of 2 workers, tasks of \(length) µs", .number, gain)
        }
        let work = BusyWork.taking(15e-6)
        let count = taskCount(ofLength: 15)
        report.add(
            "4 workers against 2, tasks of 15 µs",
            .number,
            try measurement.samples {
                let two = try Stopwatch.time { _ = try pool.map(0..<count) { work.run($0) } }
                return two / (try Stopwatch.time { _ = try pool4.map(0..<count) { work.run($0) } })
            }
        )
        report.add(
            "4 workers against 2, empty tasks",
            .number,
            try measurement.samples {
                let two = try Stopwatch.time { try pool.map(0..<tasks, chunkSize: 1) { (_: Int) in } }
                return two / (try Stopwatch.time { try pool4.map(0..<tasks, chunkSize: 1) { (_: Int) in } })
            }
        )
        try pool4.close()
        try pool4.join()
    }
}
