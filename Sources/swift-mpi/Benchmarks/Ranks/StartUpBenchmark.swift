import ArgumentParser
import MPI
import RankLaunching

/// How long a job takes that does nothing but start and end.
struct StartUpBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start-up",
        abstract:
            "The time of a whole job of ranks that only greet, with the launch profile for this machine and without.",
        discussion: """
            "local" is the profile that the scripts use (mpirun-configs/local.env), "stock" is Open MPI as it is installed, but for the \
            permissions to run as root and to start more ranks than cores.
            """
    )

    @OptionGroup var measurement: MeasurementOptions

    @Option(help: "The numbers of ranks.")
    var ranks = NumberList([2, 8])

    @Option(help: "Another program to start instead of this one.", completion: .file())
    var program: String?

    @Option(
        help: "The thread level that each rank asks for; what the library asks for by itself, if omitted."
    )
    var threads: ThreadLevelName?

    @Flag(help: .private)
    var hello = false

    func run() throws {
        if hello { return try greet() }
        let report = measurement.makeReport(of: "start-up")
        for profile in [LaunchProfile.local, Self.stock] {
            for count in ranks.numbers {
                var level = "unknown"
                let samples = try measurement.samples {
                    let (time, text) = try timeOfJob(ranks: count, profile)
                    level = text
                    return time
                }
                report.notes = [("threads", level)]
                report.add("\(profile.name) \(count)", .seconds, samples)
            }
        }
        report.finish()
    }

    /// Open MPI without the choices of the profile for this machine.
    private static let stock = LaunchProfile(
        name: "stock",
        environment: LaunchProfile.local.environment.filter { name, _ in
            name.contains("ALLOW_RUN_AS_ROOT") || name.contains("rmaps")
        }
    )

    /// What each rank does, here and in the program in C.
    private func greet() throws {
        if let threads { try Environment.initialize(threads: threads.level) }
        let world = Communicator.world
        try world.barrier()
        let level = Environment.threadLevel.map { "\($0)" } ?? "unknown"
        print("hello from rank \(world.rank) of \(world.size), threads \(level)")
    }

    /// Starts a job, and returns its seconds and the thread level that it says it has.
    private func timeOfJob(ranks: Int, _ profile: LaunchProfile) throws -> (Double, String) {
        let job = RankJob(
            executable: program ?? RankJob.ownExecutable,
            arguments: (program == nil ? ["bench", "start-up", "--hello"] : [])
                + (threads.map { ["--threads", $0.rawValue] } ?? []),
            ranks: ranks,
            profile: profile,
            // A choice that this program was started with must not reach the job that is to have none.
            environment: Self.variables.reduce(into: [:]) { $0[$1] = .some(profile.environment[$1]) },
            timeout: .seconds(60)
        )
        switch LauncherExamination.run(job) {
        case .success(let result) where result.isSuccess:
            let word = result.lines.first?.text.split(separator: " ").last.map { String($0) } ?? "unknown"
            return (result.duration / .seconds(1), word)
        case .success(let result): throw ValidationError("the job failed\n\(result.report)")
        case .failure(let failure): throw ValidationError(failure.reason)
        }
    }

    private static let variables = Array(LaunchProfile.local.environment.keys)
}
