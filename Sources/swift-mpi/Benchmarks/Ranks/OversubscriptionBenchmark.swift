import ArgumentParser
import MPI

/// How long a token takes from rank to rank where there are more ranks than cores.
struct OversubscriptionBenchmark: RankBenchmark {
    static let name = "oversubscription"
    static let rankCount = 4
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract:
            "The time of a hop of 8 bytes around a ring of all ranks, of which there may be more than cores."
    )

    @OptionGroup var options: RankOptions

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        let (next, previous) = ((world.rank + 1) % world.size, (world.rank + world.size - 1) % world.size)
        var token = [1]
        let samples = try options.measurement.samples {
            try world.barrier()
            return try Stopwatch.time {
                for _ in 0..<options.iterations {
                    if world.rank == 0 { try world.send(token.span, to: next, tag: 1) }
                    _ = try world.receive(into: &token, from: previous, tag: 1)
                    if world.rank != 0 { try world.send(token.span, to: next, tag: 1) }
                }
            } / Double(options.iterations * world.size)
        }
        if world.rank == 0 { report.add("ring hop", .seconds, samples) }
    }
}
