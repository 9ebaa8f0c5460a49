import ArgumentParser

/// `swift-mpi bench`.
struct BenchmarkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures what messages, processes, queues and pools cost.",
        discussion: """
            Measure a release build: swift run -c release swift-mpi bench latency. A benchmark of ranks starts itself under \
            mpirun if nothing else has; with mpirun options of your own, start it so: \
            mpirun -n 2 --bind-to core .build/release/swift-mpi bench latency.

            Scripts/benchmark.sh runs all of them against the same programs in C and Python.
            """,
        subcommands: [
            LatencyBenchmark.self, BandwidthBenchmark.self, BidirectionalBenchmark.self,
            MessageRateBenchmark.self,
            ObjectsBenchmark.self, CollectivesBenchmark.self, ObjectCollectivesBenchmark.self,
            OversubscriptionBenchmark.self, StartUpBenchmark.self, ProcessStartBenchmark.self,
            PipeBenchmark.self,
            QueueBenchmark.self, PoolBenchmark.self, IdleBenchmark.self, GrowthBenchmark.self,
            EPBenchmark.self, ISBenchmark.self,
        ]
    )
}
