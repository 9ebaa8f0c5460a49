import ArgumentParser
import Multiprocessing

/// What a queue costs.
struct QueueBenchmark: ProcessBenchmark {
    static let name = "queue"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "The time of a number's way through a queue and back, and items per second of streams.",
        discussion: """
            In a round trip the main program puts a number into one queue, and a process puts it into another. In a stream P→C there are P \
            processes that put and C that get; the time is that from the first put to the last get.
            """
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "How many rounds are in a batch.")
    var iterations = 2000

    @Option(help: "How many items are in a batch of a stream.")
    var items = 100_000

    func measure(_ report: BenchmarkReport) throws {
        report.add("round trip", .seconds, try roundTrips())
        for (producers, consumers) in [(1, 1), (2, 1), (1, 2)] {
            let samples = try measurement.samples { try stream(producers, consumers) }
            report.add("stream \(producers)→\(consumers)", .perSecond, samples)
        }
    }

    private func roundTrips() throws -> [Double] {
        let (there, back) = (try Queue<Int>(), try Queue<Int>())
        let total = (measurement.repetitions + 1) * iterations
        let process = Process {
            for _ in 0..<total { try back.put(try there.get()) }
        }
        try process.start()
        let samples = try measurement.samples {
            try Stopwatch.time {
                for number in 0..<iterations {
                    try there.put(number)
                    _ = try back.get()
                }
            } / Double(iterations)
        }
        try process.join()
        return samples
    }

    private func stream(_ producers: Int, _ consumers: Int) throws -> Double {
        let queue = try Queue<Int>()
        let moments = try Queue<Moment>()
        let (given, taken) = (items / producers, items / producers * producers / consumers)
        let getting = (0..<consumers).map { _ in
            Process {
                try moments.put(Moment(kind: .ready, time: Stopwatch.now))
                for _ in 0..<taken { _ = try queue.get() }
                try moments.put(Moment(kind: .end, time: Stopwatch.now))
            }
        }
        for process in getting { try process.start() }
        for _ in getting { _ = try moments.get() }
        let putting = (0..<producers).map { _ in
            Process {
                let start = Stopwatch.now
                for number in 0..<given { try queue.put(number) }
                try moments.put(Moment(kind: .start, time: start))
            }
        }
        for process in putting { try process.start() }
        let all = try (0..<producers + consumers).map { _ in try moments.get() }
        for process in getting + putting { try process.join() }
        let start = all.filter { $0.kind == .start }.map(\.time).min() ?? 0
        let end = all.filter { $0.kind == .end }.map(\.time).max() ?? 0
        return Double(taken * consumers) / (end - start)
    }
}

/// When something happened in a process, by the clock of the machine.
private struct Moment: Codable, Sendable {
    enum Kind: Int, Codable {
        case ready
        case start
        case end
    }
    var kind: Kind
    var time: Double
}
