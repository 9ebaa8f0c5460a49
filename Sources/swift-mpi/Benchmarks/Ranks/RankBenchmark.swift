import ArgumentParser
import MPI
import RankLaunching

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A benchmark that runs on the ranks of a job.
protocol RankBenchmark: ParsableCommand {
    static var name: String { get }
    /// How many ranks are started if no launcher has.
    static var rankCount: Int { get }
    /// How many it takes.
    static var fewestRanks: Int { get }
    var options: RankOptions { get }
    /// Measures; every rank calls it.
    func measure(on world: Communicator, _ report: BenchmarkReport) throws
}

extension RankBenchmark {
    static var rankCount: Int { 2 }
    static var fewestRanks: Int { 2 }

    mutating func run() throws {
        if JobExamination.announcedRankCount == nil { try Self.startAgain(ranks: Self.rankCount) }
        if let level = options.threads { try Environment.initialize(threads: level.level) }
        let world = Communicator.world
        guard world.size >= Self.fewestRanks else {
            throw ValidationError("\(Self.name) takes \(Self.fewestRanks) ranks; here is \(world.size)")
        }
        let report = options.measurement.makeReport(of: Self.name)
        report.notes = [
            ("threads", Environment.threadLevel.map { "\($0)" } ?? "unknown"), ("ranks", "\(world.size)"),
        ]
        try measure(on: world, report)
        if world.rank == 0 { report.finish() }
    }

    /// Becomes the launcher, which starts this program again on several ranks.
    private static func startAgain(ranks: Int) throws {
        let profile = LaunchProfile.local
        // What the user has decided stays.
        for (name, value) in profile.environment { setenv(name, value, 0) }
        let words =
            [profile.launcher] + profile.launcherArguments + ["-n", "\(ranks)", RankJob.ownExecutable]
            + CommandLine.arguments.dropFirst()
        var pointers = words.map { strdup($0) }
        pointers.append(nil)
        fflush(nil)
        execvp(profile.launcher, pointers)
        let reason = String(cString: strerror(errno))
        for pointer in pointers { free(pointer) }
        throw ValidationError("\(profile.launcher) cannot be started: \(reason)")
    }
}

/// What the benchmarks of ranks can be told.
struct RankOptions: ParsableArguments {
    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "How often an operation is repeated in a batch; large messages less often.")
    var iterations: Int = 10_000

    @Option(help: "The thread level to ask for; what the library asks for by itself, if omitted.")
    var threads: ThreadLevelName?

    func validate() throws {
        guard (1...1_000_000_000).contains(iterations) else {
            throw ValidationError("--iterations takes a positive number, not \(iterations)")
        }
    }

    /// How often a message of a size is sent in a batch: beyond 4 KiB as often as keeps the number of bytes the same.
    func iterations(forByteCount size: Int) -> Int {
        size <= 4096 ? iterations : max(4, iterations * 4096 / size)
    }
}

/// A thread level as a word of the command line.
enum ThreadLevelName: String, ExpressibleByArgument, CaseIterable {
    case single
    case funneled
    case serialized
    case multiple

    var level: ThreadLevel {
        switch self {
        case .single: .single
        case .funneled: .funneled
        case .serialized: .serialized
        case .multiple: .multiple
        }
    }
}
