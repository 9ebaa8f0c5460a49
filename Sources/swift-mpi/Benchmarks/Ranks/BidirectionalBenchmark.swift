import ArgumentParser
import MPI

/// How many bytes a second flow between two ranks that both send and receive.
struct BidirectionalBenchmark: RankBenchmark {
    static let name = "bidirectional"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Bytes per second between two ranks that send to each other, both directions together."
    )

    @OptionGroup var options: RankOptions

    @Option(help: "The sizes in bytes.")
    var sizes = NumberList([4096, 65_536, 1_048_576, 16_777_216])

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        let partner = 1 - world.rank
        for size in sizes.numbers {
            let given = [UInt8](repeating: 1, count: size)
            var taken = given
            let count = options.iterations(forByteCount: size)
            try world.barrier()
            guard world.rank < 2 else { continue }
            let samples = try options.measurement.samples {
                let time = try Stopwatch.time {
                    for _ in 0..<count {
                        _ = try world.sendReceive(
                            given.span,
                            to: partner,
                            sendTag: 1,
                            into: &taken,
                            from: partner,
                            tag: 1
                        )
                    }
                }
                return Double(2 * count * size) / time
            }
            if world.rank == 0 { report.add("\(size)", .bytesPerSecond, samples) }
        }
    }
}
