import ArgumentParser
import MPI

/// How many small messages a second go from one rank to another.
struct MessageRateBenchmark: RankBenchmark {
    static let name = "message-rate"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Small messages per second from one rank to another, blocking and immediate."
    )

    @OptionGroup var options: RankOptions

    @Option(help: "The size of a message in bytes.")
    var size = 8

    @Option(help: "How many messages are sent before one that says that all have arrived.")
    var window = 64

    func measure(on world: Communicator, _ report: BenchmarkReport) throws {
        guard world.rank < 2 else { return }
        // Once: to read an option takes as long as half a message.
        let (size, window) = (size, window)
        let buffer = [UInt8](repeating: 1, count: size)
        var target = buffer
        let count = max(1, options.iterations / window)

        try rate("blocking", count, world, report) {
            for _ in 0..<window { try world.send(buffer.span, to: 1, tag: 1) }
        } receiving: {
            for _ in 0..<window { _ = try world.receive(into: &target, from: 0, tag: 1) }
        }

        try rate("immediate", count, world, report) {
            var requests = RequestGroup<Void, MPIError>()
            for _ in 0..<window { requests.add(try world.immediateSend(keeping: buffer, to: 1, tag: 1)) }
            for result in try requests.waitAll() { try result.get() }
        } receiving: {
            var requests = RequestGroup<[UInt8], any Error>()
            for _ in 0..<window {
                requests.add(try world.immediateReceive(count: size, of: UInt8.self, from: 0, tag: 1))
            }
            for result in try requests.waitAll() { _ = try result.get() }
        }
    }

    private func rate(
        _ name: String,
        _ count: Int,
        _ world: Communicator,
        _ report: BenchmarkReport,
        sending: () throws -> Void,
        receiving: () throws -> Void
    ) throws {
        var answer: [UInt8] = [0]
        if world.rank == 1 {
            for _ in 0..<(options.measurement.repetitions + 1) * count {
                try receiving()
                try world.send(answer.span, to: 0, tag: 2)
            }
            return
        }
        let samples = try options.measurement.samples {
            let time = try Stopwatch.time {
                for _ in 0..<count {
                    try sending()
                    _ = try world.receive(into: &answer, from: 1, tag: 2)
                }
            }
            return Double(count * window) / time
        }
        report.add(name, .perSecond, samples)
    }
}
