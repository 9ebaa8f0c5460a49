import ArgumentParser
import MPI

/// How long a buffer is on its way from one rank to another: half of what it takes there and back.
struct LatencyBenchmark: RankBenchmark {
    static let name = "latency"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Half the time of a buffer's way to another rank and back, for each size in bytes."
    )

    @OptionGroup var options: RankOptions

    @Option(help: "The sizes in bytes.")
    var sizes = NumberList([8, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576])

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        for size in sizes.numbers {
            var buffer = [UInt8](repeating: 1, count: size)
            let count = options.iterations(forByteCount: size)
            try world.barrier()
            switch world.rank {
            case 0:
                let samples = try options.measurement.samples {
                    try Stopwatch.time {
                        for _ in 0..<count { try passAndTake(&buffer, world) }
                    } / Double(2 * count)
                }
                let single = try (0..<count).map { _ in
                    try Stopwatch.time { try passAndTake(&buffer, world) } / 2
                }
                report.add(
                    "\(size)",
                    .seconds,
                    samples,
                    percentiles: BenchmarkRecord.percentiles(of: single)
                )
            case 1:
                // The batch that is not counted, the others, and the single operations.
                for _ in 0..<(options.measurement.repetitions + 2) * count {
                    _ = try world.receive(into: &buffer, from: 0, tag: 1)
                    try world.send(buffer.span, to: 0, tag: 1)
                }
            default: break
            }
        }
    }

    @inline(__always)
    private func passAndTake(_ buffer: inout [UInt8], _ world: Communicator) throws {
        try world.send(buffer.span, to: 1, tag: 1)
        _ = try world.receive(into: &buffer, from: 1, tag: 1)
    }
}
