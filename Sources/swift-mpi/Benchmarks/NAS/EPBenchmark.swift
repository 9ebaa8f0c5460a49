import ArgumentParser
import MPI

/// `swift-mpi bench ep`.
struct EPBenchmark: RankBenchmark {
    static let name = "ep"
    static let fewestRanks = 1
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "The NAS kernel EP: pairs of normally distributed random numbers, each rank its share."
    )

    @OptionGroup var options: RankOptions

    @Option(name: .customLong("class"), help: "The size of the problem.")
    var size: NASClass = .s

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        let kernel = EPKernel(size)
        var isVerified = true
        let samples = try (0..<options.measurement.repetitions).map { _ in
            try world.barrier()
            return try Stopwatch.time { isVerified = try kernel.verify(kernel.run(on: world)) && isVerified }
        }
        guard world.rank == 0 else { return }
        report.notes.append(("verification", Verification(isVerified).rawValue))
        report.add("class \(size.rawValue)", .seconds, samples)
    }
}
