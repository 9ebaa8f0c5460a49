import ArgumentParser

/// What all benchmarks can be told.
struct MeasurementOptions: ParsableArguments {
    @Option(help: "How many batches are measured; each gives one sample.")
    var repetitions: Int = 5

    @Flag(help: "Print one JSON object per line instead of a table.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(repetitions) else {
            throw ValidationError("--repetitions takes a number from 1 to 100000, not \(repetitions)")
        }
    }

    /// Measures a number of batches, after one that is not counted.
    ///
    /// - Parameter batch: Measures one.
    /// - Returns: What was measured in each.
    func samples(_ batch: () throws -> Double) rethrows -> [Double] {
        _ = try batch()
        return try (0..<repetitions).map { _ in try batch() }
    }

    /// A way to hand over what was measured, and to print it.
    func makeReport(of benchmark: String) -> BenchmarkReport { BenchmarkReport(benchmark, json) }
}

/// Several numbers, such as `8,1024`.
struct NumberList: ExpressibleByArgument {
    var numbers: [Int]

    init(_ numbers: [Int]) { self.numbers = numbers }

    init?(argument: String) {
        let numbers = argument.split(separator: ",").map { Int($0) }
        guard !numbers.isEmpty, numbers.allSatisfy({ ($0 ?? -1) >= 0 }) else { return nil }
        self.numbers = numbers.compactMap { $0 }
    }

    var defaultValueDescription: String { numbers.map(String.init).joined(separator: ",") }
}
