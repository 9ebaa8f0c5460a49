import ArgumentParser

/// The one executable: a tour of what processes on ranks can do, single examples, a launcher, a doctor, checks and benchmarks.
@main
struct SwiftMPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swift-mpi",
        abstract: "Processes that work together by messages, on one machine or on many.",
        discussion: """
            Runs by itself, on one rank, or on several: mpirun -n 4 swift run swift-mpi. With several ranks the \
            processes of an example are spread over them, and print the same.

            Every program of processes can be observed: swift-mpi top shows one that runs. SWIFT_MPI_SUMMARY=1 prints at its end what \
            each rank did; SWIFT_MPI_TRACE=FILE writes a trace for Perfetto and chrome://tracing, with room for \
            SWIFT_MPI_TRACE_EVENTS events in each process.
            """,
        subcommands: [
            Tour.self, ExampleCommand.self, RunCommand.self, TopCommand.self, DoctorCommand.self,
            CheckCommand.self,
            BenchmarkCommand.self,
        ],
        defaultSubcommand: Tour.self
    )
}
