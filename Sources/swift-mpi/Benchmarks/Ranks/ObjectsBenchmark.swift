import ArgumentParser
import MPI

/// How long values are on their way from one rank to another.
struct ObjectsBenchmark: RankBenchmark {
    static let name = "objects"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Half the time of a value's way to another rank and back, for values of several kinds."
    )

    @OptionGroup var options: RankOptions

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        try exchange("small structure", Reading.example, options.iterations, world, report)
        try exchange(
            "1000 integers",
            BenchmarkValues.integers,
            max(4, options.iterations / 10),
            world,
            report
        )
        try exchange("1000 strings", BenchmarkValues.strings, max(4, options.iterations / 50), world, report)
        try exchange(
            "nested dictionary",
            BenchmarkValues.nested,
            max(4, options.iterations / 50),
            world,
            report
        )
        let large = options.iterations(forByteCount: 1 << 20)
        try exchange("1 MiB of numbers", Series.example, large, world, report)
    }

    private func exchange<Value: Codable>(
        _ name: String,
        _ value: Value,
        _ count: Int,
        _ world: Communicator,
        _ report: BenchmarkReport
    ) throws {
        try world.barrier()
        switch world.rank {
        case 0:
            let samples = try options.measurement.samples {
                try Stopwatch.time {
                    for _ in 0..<count { try passAndTake(value, world) }
                } / Double(2 * count)
            }
            let single = try (0..<count).map { _ in try Stopwatch.time { try passAndTake(value, world) } / 2 }
            report.add(name, .seconds, samples, percentiles: BenchmarkRecord.percentiles(of: single))
        case 1:
            for _ in 0..<(options.measurement.repetitions + 2) * count {
                let value = try world.receive(Value.self, from: 0, tag: 1)
                try world.send(value, to: 0, tag: 1)
            }
        default: break
        }
    }

    private func passAndTake<Value: Codable>(_ value: Value, _ world: Communicator) throws {
        try world.send(value, to: 1, tag: 1)
        _ = try world.receive(Value.self, from: 1, tag: 1)
    }
}
