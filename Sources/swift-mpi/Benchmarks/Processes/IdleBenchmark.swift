import ArgumentParser
import Multiprocessing
import RankLaunching

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What waiting costs, and how soon what waits is awake.
struct IdleBenchmark: ProcessBenchmark {
    static let name = "idle"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "The share of a core that a whole job uses while it waits, and the time of waking up.",
        discussion: """
            On each rank a process waits for an item of a queue. Start it under mpirun -n 4, with the launcher as its parent; alone \
            it has four processes on one rank.
            """
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "How long the job waits in a batch, in seconds.")
    var seconds = 2.0

    @Option(help: "How often a waiting process is woken in a batch.")
    var wakeUps = 100

    @Option(help: "How long it waits before, in milliseconds.")
    var pause = 10

    func measure(_ report: BenchmarkReport) throws {
        let ranks = Process.current.rankCount
        let (calls, times, over) = (try Queue<Double>(), try Queue<Double>(), try Queue<Int>())
        let waiting = try (0..<max(4, ranks) - 1).map { number in
            let process = Process(on: number % ranks) { _ = try over.get() }
            try process.start()
            return process
        }
        // The last waits on the last rank, and says how long after its item was put it had it.
        let woken = Process(on: ranks - 1) {
            while true {
                let moment = try calls.get()
                if moment < 0 { return }
                try times.put(Stopwatch.now - moment)
            }
        }
        try woken.start()
        try wakeUp(calls, times, report)
        try share(ranks, report)
        try calls.put(-1)
        for number in waiting.indices { try over.put(number) }
        for process in waiting + [woken] { try process.join() }
    }

    private func wakeUp(_ calls: Queue<Double>, _ times: Queue<Double>, _ report: BenchmarkReport) throws {
        var single: [Double] = []
        let samples = try measurement.samples {
            let batch = try (0..<wakeUps).map { _ in
                sleep(for: .milliseconds(pause))
                try calls.put(Stopwatch.now)
                return try times.get()
            }
            single += batch
            return SampleStatistics(batch).median ?? 0
        }
        report.add("wake-up", .seconds, samples, percentiles: BenchmarkRecord.percentiles(of: single))
    }

    private func share(_ ranks: Int, _ report: BenchmarkReport) throws {
        // The launcher is the parent of this rank; without one this process is the whole job's.
        let root = ranks > 1 ? getppid() : getpid()
        let samples = measurement.samples {
            let job = [root] + ProcessSurvey.descendants(of: root).map(\.processIdentifier)
            let before = job.map(SystemFigures.processorTime).reduce(0, +)
            let time = Stopwatch.time { sleep(for: .seconds(seconds)) }
            return (job.map(SystemFigures.processorTime).reduce(0, +) - before) / time
        }
        report.add("share of a core", .number, samples)
    }
}
