import ArgumentParser
import MPI

/// What collective operations on values take.
struct ObjectCollectivesBenchmark: RankBenchmark {
    static let name = "object-collectives"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "The time of collective operations on values."
    )

    @OptionGroup var options: RankOptions

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        let value = Reading.example
        try time("broadcast", world, report) { _ = try world.broadcast(value, from: 0) }
        try time("gather", world, report) { _ = try world.gather(value, to: 0) }
        let number = world.rank
        try time("allReduce", world, report) { _ = try world.allReduce(number) { $0 + $1 } }
    }

    private func time(
        _ name: String,
        _ world: Communicator,
        _ report: BenchmarkReport,
        _ operation: () throws -> Void
    ) throws {
        let samples = try options.measurement.samples {
            try world.barrier()
            return try Stopwatch.time {
                for _ in 0..<options.iterations { try operation() }
                try world.barrier()
            } / Double(options.iterations)
        }
        if world.rank == 0 { report.add(name, .seconds, samples) }
    }
}
