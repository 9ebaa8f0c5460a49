import ArgumentParser
import Multiprocessing

/// A benchmark of what `withProcesses` offers.
protocol ProcessBenchmark: ParsableCommand {
    static var name: String { get }
    var measurement: MeasurementOptions { get }
    /// Measures; the main rank calls it, inside `withProcesses`.
    func measure(_ report: BenchmarkReport) throws
}

extension ProcessBenchmark {
    func run() throws {
        try withProcesses {
            let report = measurement.makeReport(of: Self.name)
            report.notes = [("ranks", "\(Process.current.rankCount)")]
            try measure(report)
            report.finish()
        }
    }
}
