import ArgumentParser
import MPI

/// How many bytes a second flow from one rank to another, in messages that follow each other without waiting.
struct BandwidthBenchmark: RankBenchmark {
    static let name = "bandwidth"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Bytes per second from one rank to another, for each size of message in bytes."
    )

    @OptionGroup var options: RankOptions

    @Option(help: "The sizes in bytes.")
    var sizes = NumberList([4096, 65_536, 1_048_576, 16_777_216, 67_108_864])

    @Option(help: "How many messages are sent before one that says that all have arrived.")
    var window = 16

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        let window = window
        for size in sizes.numbers {
            var buffer = [UInt8](repeating: 1, count: size)
            var answer: [UInt8] = [0]
            let count = max(1, options.iterations(forByteCount: size) / window)
            try world.barrier()
            switch world.rank {
            case 0:
                let samples = try options.measurement.samples {
                    let time = try Stopwatch.time {
                        for _ in 0..<count {
                            for _ in 0..<window { try world.send(buffer.span, to: 1, tag: 1) }
                            _ = try world.receive(into: &answer, from: 1, tag: 2)
                        }
                    }
                    return Double(count * window * size) / time
                }
                report.add("\(size)", .bytesPerSecond, samples)
            case 1:
                for _ in 0..<(options.measurement.repetitions + 1) * count {
                    for _ in 0..<window { _ = try world.receive(into: &buffer, from: 0, tag: 1) }
                    try world.send(answer.span, to: 0, tag: 2)
                }
            default: break
            }
        }
    }
}
