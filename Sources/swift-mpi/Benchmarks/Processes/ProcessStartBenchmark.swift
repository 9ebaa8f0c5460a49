import ArgumentParser
import Multiprocessing

/// How long it takes to start a process that does nothing, and to wait for its end.
struct ProcessStartBenchmark: ProcessBenchmark {
    static let name = "process-start"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "The time of starting a process that does nothing and waiting for its end."
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "How many processes are started in a batch, one after another.")
    var iterations = 100

    func measure(_ report: BenchmarkReport) throws {
        let samples = try measurement.samples {
            try Stopwatch.time {
                for _ in 0..<iterations { try startAndJoin() }
            } / Double(iterations)
        }
        let single = try (0..<iterations).map { _ in try Stopwatch.time { try startAndJoin() } }
        report.add(
            "start and join",
            .seconds,
            samples,
            percentiles: BenchmarkRecord.percentiles(of: single)
        )
    }

    private func startAndJoin() throws {
        let process = Process {}
        try process.start()
        try process.join()
    }
}
