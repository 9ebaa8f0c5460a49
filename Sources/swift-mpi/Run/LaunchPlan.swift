import RankLaunching

/// What is to be executed, and why it is so.
struct LaunchPlan: Equatable {
    /// The launcher's path, its arguments, the program and the program's arguments.
    var words: [String]
    /// The variables that are set for it.
    var environment: [String: String]
    /// The variables that are removed: those by which an outer launcher has told this process what rank it is.
    var removed: [String]
    var timeLimit: Int?
    /// What was decided without being asked for.
    var remarks: [String]

    init(_ request: LaunchRequest, in surroundings: LaunchSurroundings) {
        let launcher = surroundings.launcher
        words =
            [launcher.path]
            + launcher.arguments(hostFile: request.hostFile, hosts: request.hosts, ranks: request.ranks)
            + [request.program] + request.arguments
        timeLimit = request.timeLimit
        let outer = surroundings.environment
        removed =
            outer["PMIX_RANK"] != nil || outer["PMI_RANK"] != nil
            ? outer.keys.filter(RankJob.isWrittenByLauncher).sorted() : []
        environment = LaunchProfile.combinedEnvironment(request.profiles)
        remarks = []
        guard launcher.implementation.make != .mpich else {
            if !request.profiles.isEmpty {
                remarks.append("MPICH reads none of the profile's variables")
            }
            return
        }
        addNeeds(of: request, in: surroundings)
    }

    /// Adds what this machine needs, unless a profile or the user has decided about it.
    private mutating func addNeeds(of request: LaunchRequest, in surroundings: LaunchSurroundings) {
        func isPermission(_ name: String) -> Bool { name.contains("ALLOW_RUN_AS_ROOT") }
        let local = LaunchProfile.local.environment
        if surroundings.isRoot {
            add(
                local.filter { isPermission($0.key) },
                because: "mpirun is allowed to run as root, which you are",
                surroundings
            )
        }
        let isElsewhere =
            request.hostFile != nil || request.hosts != nil || surroundings.isInAllocation
        if request.profiles.isEmpty, !isElsewhere, let ranks = request.ranks, ranks > surroundings.coreCount {
            let cores = surroundings.coreCount
            add(
                local.filter { !isPermission($0.key) },
                because:
                    "\(ranks) ranks share \(cores) core\(cores == 1 ? "" : "s"), so the profile local is used",
                surroundings
            )
        }
    }

    private mutating func add(
        _ needs: [String: String],
        because reason: String,
        _ surroundings: LaunchSurroundings
    ) {
        let missing = needs.filter {
            environment[$0.key] == nil && surroundings.environment[$0.key] == nil
        }
        guard !missing.isEmpty else { return }
        environment.merge(missing) { old, _ in old }
        remarks.append(reason)
    }

    /// One line for a shell that does the same.
    var line: String {
        var prefix: [String] = []
        if let timeLimit { prefix += ["timeout", "-k", String(Self.graceSeconds), String(timeLimit)] }
        if !removed.isEmpty || !environment.isEmpty {
            prefix.append("env")
            prefix += removed.flatMap { ["-u", $0] }
            prefix += environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        }
        return ShellQuoting.line(prefix + words)
    }

    /// How long a job that is out of time may take to end in good order.
    static let graceSeconds = 10
}
