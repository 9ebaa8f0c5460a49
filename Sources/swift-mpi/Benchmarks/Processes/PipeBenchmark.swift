import ArgumentParser
import Multiprocessing

/// What a pipe costs, between the main program and a process, and between two processes.
struct PipeBenchmark: ProcessBenchmark {
    static let name = "pipe"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract:
            "The time of a number's way through a pipe and back, and bytes per second of a stream of blocks."
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "How many rounds are in a batch.")
    var iterations = 2000

    @Option(help: "How many blocks are in a batch of the stream.")
    var blocks = 100

    @Option(help: "The size of a block in bytes.")
    var size = 1_048_576

    func measure(_ report: BenchmarkReport) throws {
        let (rounds, blocks, size, repetitions) = (iterations, blocks, size, measurement.repetitions)

        report.add(
            "main, round trip",
            .seconds,
            try withProcess { connection in
                try PipeTraffic.answer(connection, rounds, repetitions)
            } main: { connection in
                try PipeTraffic.ask(connection, rounds, repetitions)
            }
        )
        report.add(
            "processes, round trip",
            .seconds,
            try betweenProcesses { connection in
                try PipeTraffic.answer(connection, rounds, repetitions)
            } second: { connection in
                try PipeTraffic.ask(connection, rounds, repetitions)
            }
        )
        report.add(
            "main, stream of \(size)",
            .bytesPerSecond,
            try withProcess { connection in
                try PipeTraffic.drain(connection, blocks, repetitions)
            } main: { connection in
                try PipeTraffic.stream(connection, blocks, size, repetitions)
            }
        )
        report.add(
            "processes, stream of \(size)",
            .bytesPerSecond,
            try betweenProcesses { connection in
                try PipeTraffic.drain(connection, blocks, repetitions)
            } second: { connection in
                try PipeTraffic.stream(connection, blocks, size, repetitions)
            }
        )
    }

    private func withProcess(
        _ body: @escaping @Sendable (Connection<Int>) throws -> Void,
        main: (Connection<Int>) throws -> [Double]
    ) throws -> [Double] {
        let (mine, theirs) = try Pipe<Int>().ends
        let process = Process(target: body, args: theirs)
        try process.start()
        let samples = try main(mine)
        try process.join()
        return samples
    }

    private func betweenProcesses(
        _ first: @escaping @Sendable (Connection<Int>) throws -> Void,
        second: @escaping @Sendable (Connection<Int>) throws -> [Double]
    ) throws -> [Double] {
        let (left, right) = try Pipe<Int>().ends
        let results = try Queue<[Double]>()
        let answering = Process(target: first, args: left)
        let asking = Process { try results.put(try second(right)) }
        try answering.start()
        try asking.start()
        let samples = try results.get()
        try asking.join()
        try answering.join()
        return samples
    }
}
