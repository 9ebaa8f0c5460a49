import ArgumentParser
import Multiprocessing

/// One of the eight programs.
protocol Example: SendableMetatype {
    /// What it is called on the command line.
    static var name: String { get }
    /// What it shows, in a sentence.
    static var summary: String { get }
    /// Runs the program. Returns who took part, on the rank that knows.
    static func run(_ pace: Pace) throws -> [Participant]?
}

/// How long the programs take their time.
struct Pace: Codable, Sendable {
    /// What a program calls a second.
    var second: Duration

    static let normal = Pace(second: .seconds(1))
}

/// A process that took part in an example.
struct Participant: Codable, Sendable, Hashable {
    var name: String
    var pid: Int
    var rank: Int

    init(_ process: Process) {
        name = process.name
        pid = process.pid ?? 0
        rank = process.rank ?? 0
    }

    init(_ process: CurrentProcess) {
        name = process.name
        pid = process.pid
        rank = process.rank
    }
}

/// The eight programs, in the order of the tour.
let allExamples: [any Example.Type] = [
    SpawnExample.self, NamedExample.self, DaemonExample.self, TerminateExample.self, SubclassExample.self,
    QueueExample.self, PipeExample.self, PoolExample.self,
]

/// `swift-mpi example NAME`.
struct ExampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "example",
        abstract: "Runs one of the eight examples.",
        discussion: allExamples.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")
    )

    @Argument(
        help: "Which one: \(allExamples.map { $0.name }.joined(separator: ", ")).",
        completion: .list(allExamples.map { $0.name })
    )
    var name: String

    @OptionGroup var options: PaceOptions

    func validate() throws {
        guard allExamples.contains(where: { $0.name == name }) else {
            throw ValidationError(
                "there is no example '\(name)'; there are \(allExamples.map { $0.name }.joined(separator: ", "))"
            )
        }
    }

    func run() throws {
        for example in allExamples where example.name == name { _ = try example.run(options.pace) }
    }
}

/// The option by which examples are made to hurry.
struct PaceOptions: ParsableArguments {
    @Option(help: "How long the examples wait where they wait for a second, in seconds.")
    var second: Double = 1

    var pace: Pace { Pace(second: .seconds(second)) }

    func validate() throws {
        guard second >= 0, second <= 3600 else {
            throw ValidationError("--second takes a number of seconds from 0 to 3600, not \(second)")
        }
    }
}
