import ArgumentParser
import MPI
import RankLaunching

/// `swift-mpi run`: launches a program with a profile.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Launches a program on several ranks, with the right mpirun and a profile.",
        usage:
            "swift-mpi run [-n <ranks>] [--profile <profile>]... [<options>] [--] <program> [<arguments>...]",
        discussion: """
            It finds the mpirun that belongs to the MPI library of this program (Open MPI's or MPICH's; SWIFT_MPI_LAUNCHER \
            names another), sets what the profile says, prints the command line, and becomes mpirun: signals, input, output \
            and exit status are those of mpirun, which ends with the status of a rank that failed, or 128 and the number of \
            the signal that ended one (MPICH's with what it makes of them).

            Without --profile it sets what the machine needs and nothing else: the permission to run as root, and the \
            profile local if there are more ranks than cores. It says so. Variables that are set already stay, unless a profile that \
            was named sets them.

            A program that is not in PATH needs a path, such as ./app. What comes after it, and what comes after --, \
            is the program's. The exit status is 127 if there is no such program or no mpirun, 126 if it may not \
            be executed, 124 if the time was over, and 64 for a mistake on the command line.

            Examples:
              swift-mpi run -n 4 ./app input.txt
              swift-mpi run -n 8 --profile tcp --profile debug --hostfile hosts -- ./app --verbose
            """
    )

    @Option(
        name: [.customShort("n"), .customLong("ranks")],
        help: "How many ranks; mpirun decides, if omitted."
    )
    var ranks: Int?

    @Option(
        help: ArgumentHelp(
            "A profile: a name of --list-profiles, or the path of an .env file. With several the last word counts.",
            valueName: "profile"
        ),
        completion: .list(LaunchProfile.builtIn.map(\.name))
    )
    var profile: [String] = []

    @Option(help: "A file with hosts and slots, in the launcher's notation.", completion: .file())
    var hostfile: String?

    @Option(help: "Hosts with commas between them, such as n1:2,n2:2.")
    var host: String?

    @Option(
        help: ArgumentHelp(
            "After how many seconds the job is asked to end; ten seconds later it is killed.",
            valueName: "seconds"
        )
    )
    var timeout: Int?

    @Flag(help: "Print the command line on standard output, and launch nothing.")
    var dryRun = false

    @Flag(help: "Print the profiles, and launch nothing.")
    var listProfiles = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program and its arguments.", valueName: "program and arguments")
    )
    var command: [String] = []

    /// The program and its arguments without the sign that ends the options.
    private var programWords: ArraySlice<String> {
        command.first == "--" ? command.dropFirst() : command[...]
    }

    func validate() throws {
        if listProfiles { return }
        // What comes after the program is not looked at, so an option that is not known is taken for the program.
        if let word = command.first, word.hasPrefix("-"), word != "--" {
            if ["--help", "-h"].contains(word) { throw CleanExit.helpRequest(Self.self) }
            throw ValidationError(
                "unknown option '\(word)'; the program's own options come after the program"
            )
        }
        guard programWords.first?.isEmpty == false else {
            throw ValidationError("name the program to launch, such as: swift-mpi run -n 4 ./app")
        }
        if let ranks, ranks < 1 {
            throw ValidationError("-n takes a number of ranks from 1 on, not \(ranks)")
        }
        if let timeout, timeout < 1 {
            throw ValidationError("--timeout takes a number of seconds from 1 on, not \(timeout)")
        }
        if let hostfile, !SystemFile.exists(hostfile) {
            throw ValidationError("there is no host file \(hostfile)")
        }
        for name in profile { _ = try Self.profile(named: name) }
    }

    func run() throws {
        if listProfiles { return print(Self.profileList) }
        do {
            let signals = timeout == nil ? nil : Execution.holdSignals()
            let plan = try makePlan()
            for remark in plan.remarks { Self.say(remark) }
            if dryRun { return print(plan.line) }
            printToStandardError("$ " + plan.line)
            throw ExitCode(try Execution.run(plan, signals: signals))
        } catch let failure as LaunchFailure {
            printToStandardError("Error: \(failure)")
            throw ExitCode(failure.exitStatus)
        }
    }

    /// What is to be executed on this machine.
    private func makePlan() throws -> LaunchPlan {
        let environment = RankJob.currentEnvironment()
        let program = programWords.first ?? ""
        try Self.look(for: program, searchPath: environment["PATH"])
        let request = LaunchRequest(
            ranks: ranks,
            profiles: try profile.map(Self.profile(named:)),
            hostFile: hostfile,
            hosts: host,
            timeLimit: timeout,
            program: program,
            arguments: Array(programWords.dropFirst())
        )
        return LaunchPlan(
            request,
            in: LaunchSurroundings(
                launcher: try Self.findLauncher(environment),
                coreCount: HostExamination.coreCount,
                isRoot: HostExamination.isRoot,
                isInAllocation: LaunchSurroundings.isInAllocation(environment),
                environment: environment
            )
        )
    }

    /// The launcher that the user has named, else the one that belongs to the library.
    private static func findLauncher(_ environment: [String: String]) throws -> Launcher {
        if let name = environment["SWIFT_MPI_LAUNCHER"], !name.isEmpty {
            guard let path = SystemFile.executable(named: name, searchPath: environment["PATH"]) else {
                throw LaunchFailure.noProgram(name, isInThisFolder: false)
            }
            return LauncherExamination.launcher(at: path)
        }
        let library = Environment.libraryVersion
        let paths = LauncherSearch.paths(
            searchPath: environment["PATH"],
            library: HostExamination.libraryFiles.first
        )
        let (chosen, asked) = LauncherExamination.choose(for: library, from: paths)
        guard let chosen else {
            throw LaunchFailure.noLauncher(library: Diagnosis.shortName(library), others: asked)
        }
        if chosen.implementation.fit(MPIImplementation(library)) != .fits {
            say(
                "\(chosen.path) is of another version than the library: \(chosen.description), and \(Diagnosis.shortName(library))"
            )
        }
        return chosen
    }

    /// Sees that a program is there, so that the launcher need not say so once for each rank.
    private static func look(for program: String, searchPath: String?) throws(LaunchFailure) {
        if SystemFile.executable(named: program, searchPath: searchPath) != nil { return }
        if !program.contains("/") {
            throw .noProgram(program, isInThisFolder: SystemFile.isExecutable("./\(program)"))
        }
        guard SystemFile.exists(program) else { throw .noProgram(program, isInThisFolder: false) }
        throw .notExecutable(program, isFolder: SystemFile.isFolder(program))
    }

    /// The profile of a name, or of a file.
    static func profile(named name: String) throws -> LaunchProfile {
        if let profile = LaunchProfile.builtIn.first(where: { $0.name == name }) { return profile }
        guard name.contains("/") || name.hasSuffix(".env") else {
            let names = LaunchProfile.builtIn.map(\.name).joined(separator: ", ")
            throw ValidationError(
                "there is no profile '\(name)'; there are \(names), and any .env file by its path"
            )
        }
        do {
            return try LaunchProfile(contentsOf: name)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// A line for each profile.
    static var profileList: String {
        let width = (LaunchProfile.builtIn.map(\.name.count).max() ?? 0) + 2
        return LaunchProfile.builtIn.map { profile in
            profile.name + String(repeating: " ", count: width - profile.name.count) + profile.summary
        }
        .joined(separator: "\n")
    }

    private static func say(_ text: String) { printToStandardError("swift-mpi run: \(text)") }
}
