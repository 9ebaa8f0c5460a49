import ArgumentParser
import MPI

/// What collective operations on buffers take.
struct CollectivesBenchmark: RankBenchmark {
    static let name = "collectives"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract:
            "The time of collective operations on buffers, for each size in bytes of what a rank gives.",
        discussion: """
            allGatherv and allToAllv are measured twice: as they are, and with agreeOnArguments(false), which leaves out that the \
            ranks compare their arguments first, as C does.
            """
    )

    @OptionGroup var options: RankOptions

    @Option(help: "The sizes in bytes, multiples of 8.")
    var sizes = NumberList([8, 1_048_576])

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        try time("barrier", options.iterations, world, report) { try world.barrier() }
        for size in sizes.numbers {
            let count = options.iterations(forByteCount: size)
            var elements = [Double](repeating: 1, count: max(1, size / 8))
            var result = elements
            try time("broadcast \(size)", count, world, report) {
                try world.broadcast(inPlace: &elements, from: 0)
            }
            try time("allReduce \(size)", count, world, report) {
                try world.allReduce(elements.span, .max, into: &result)
            }
            try timeCounts(size, count, "", world, report)
            world.agreeOnArguments(false)
            try timeCounts(size, count, ", taken at their word", world, report)
            world.agreeOnArguments(true)
        }
    }

    /// The operations with counts; what a rank gives has the given size in all.
    private func timeCounts(
        _ size: Int,
        _ count: Int,
        _ remark: String,
        _ world: Communicator,
        _ report: BenchmarkReport
    ) throws {
        let own = [Double](repeating: 1, count: max(1, size / 8))
        let counts = [Int](repeating: own.count, count: world.size)
        var all = [Double](repeating: 0, count: own.count * world.size)
        try time("allGatherv \(size)\(remark)", count, world, report) {
            try world.allGather(own.span, counts: counts, into: &all)
        }
        let parts = [Int](repeating: max(1, own.count / world.size), count: world.size)
        let given = [Double](repeating: 1, count: parts.reduce(0, +))
        var taken = given
        try time("allToAllv \(size)\(remark)", count, world, report) {
            try world.allToAll(given.span, counts: parts, into: &taken, resultCounts: parts)
        }
    }

    private func time(
        _ name: String,
        _ count: Int,
        _ world: Communicator,
        _ report: BenchmarkReport,
        _ operation: () throws -> Void
    ) throws {
        let samples = try options.measurement.samples {
            try world.barrier()
            return try Stopwatch.time {
                for _ in 0..<count { try operation() }
                try world.barrier()
            } / Double(count)
        }
        if world.rank == 0 { report.add(name, .seconds, samples) }
    }
}
