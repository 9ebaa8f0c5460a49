import RankLaunching

/// What `swift-mpi run` was asked for.
struct LaunchRequest: Equatable {
    /// How many ranks; the launcher decides, if `nil`.
    var ranks: Int?
    /// The profiles that were named; none if the machine's needs decide.
    var profiles: [LaunchProfile] = []
    var hostFile: String?
    var hosts: String?
    /// After how many seconds the job is ended.
    var timeLimit: Int?
    var program: String
    var arguments: [String] = []
}

/// The machine on which that was asked.
struct LaunchSurroundings: Equatable {
    var launcher: Launcher
    var coreCount: Int
    var isRoot: Bool
    /// Whether a batch system says which hosts there are.
    var isInAllocation = false
    /// The variables that are set.
    var environment: [String: String] = [:]

    /// Whether one of the batch systems has started this in a job of its own.
    static func isInAllocation(_ environment: [String: String]) -> Bool {
        ["SLURM_JOB_ID", "PBS_NODEFILE", "LSB_JOBID", "PE_HOSTFILE"].contains { environment[$0] != nil }
    }
}
