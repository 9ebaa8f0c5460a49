import ArgumentParser
import MPI

/// `swift-mpi bench is`.
struct ISBenchmark: RankBenchmark {
    static let name = "is"
    static let fewestRanks = 1
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "The NAS kernel IS: ranks of integers, which travel to the rank that their bucket falls to."
    )

    @OptionGroup var options: RankOptions

    @Option(name: .customLong("class"), help: "The size of the problem.")
    var size: NASClass = .s

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        guard world.size & (world.size - 1) == 0, world.size <= 64 else {
            throw ValidationError("is takes a number of ranks that is a power of 2, up to 64")
        }
        var isVerified = true
        let samples = try (0..<options.measurement.repetitions).map { _ in
            var kernel = ISKernel(size, on: world)
            // Once before, so that all memory has been touched.
            try kernel.rank(iteration: 1)
            kernel.reset()
            try world.barrier()
            let time = try Stopwatch.time {
                for iteration in 1...ISProblem.iterations { try kernel.rank(iteration: iteration) }
                try world.barrier()
            }
            isVerified = try kernel.verify() && isVerified
            return time
        }
        guard world.rank == 0 else { return }
        report.notes.append(("verification", Verification(isVerified).rawValue))
        report.add("class \(size.rawValue)", .seconds, samples)
    }
}
