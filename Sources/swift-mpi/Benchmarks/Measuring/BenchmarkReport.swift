#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What one run of a benchmark has measured so far.
final class BenchmarkReport {
    private let benchmark: String
    private let isJSON: Bool
    private var records: [BenchmarkRecord] = []
    /// Belongs to every record that is added.
    var notes: [(name: String, value: String)] = []

    init(_ benchmark: String, _ isJSON: Bool) {
        self.benchmark = benchmark
        self.isJSON = isJSON
    }

    /// Adds a case.
    ///
    /// As JSON it is printed at once, so that what was measured is not lost when a later case fails.
    func add(
        _ name: String,
        _ unit: MeasuredUnit,
        _ samples: [Double],
        percentiles: [(percent: Double, value: Double)] = []
    ) {
        let record = BenchmarkRecord(
            benchmark: benchmark,
            name: name,
            unit: unit,
            samples: samples,
            percentiles: percentiles,
            notes: notes
        )
        if isJSON {
            print(record.json)
            fflush(nil)
        } else {
            records.append(record)
        }
    }

    /// Adds a remark that belongs to no case; programs do not get to see it.
    func remark(_ text: String) {
        if !isJSON { print(text) }
    }

    /// Prints the table, if that is wanted.
    func finish() {
        guard !isJSON, !records.isEmpty else { return }
        let remarks = notes.map { "\($0.name): \($0.value)" }
        print(([benchmark] + remarks).joined(separator: ", "))
        for line in BenchmarkTable(records: records).lines { print(line) }
    }
}
