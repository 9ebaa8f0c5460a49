import RankLaunching

/// What the doctor found out, by asking the machine; nothing is concluded yet.
struct Facts: Codable, Sendable, Equatable {
    /// The MPI library that the program runs with, in its own words; empty if it could not be asked.
    var library = ""
    /// The files of MPI libraries that the program has loaded.
    var libraryFiles: [String] = []
    /// The version of the MPI standard that it implements.
    var standard = ""
    /// The thread level that it provides; `nil` if it could not be initialized.
    var threadLevel: String?
    /// Why it could not be initialized.
    var failure: String?
    /// Whether the ranks of this job wait for each other in vain.
    var ranksMissEachOther = false
    /// What `mpirun --version` says; `nil` if there is none.
    var launcher: String?
    /// Where `mpirun` is.
    var launcherPath: String?
    /// All launchers that `PATH` leads to.
    var launchers: [Launcher] = []
    /// How many ranks the launcher says it has started; `nil` if none started this program.
    var announcedRankCount: Int?
    /// How many tasks Slurm's `srun` started without telling them of each other; `nil` if it did not.
    var tasksWithoutPMI: Int?
    /// How many ranks there are.
    var rankCount = 1
    /// The hosts of the ranks, in the order of their first ranks.
    var hosts: [Host] = []
    /// The place in `hosts` of each rank's host.
    var hostOfRank: [Int] = []
    /// The files that the ranks run, with the ranks that run each.
    var programs: [Program] = []
    /// The ranks whose report is not that of this version of the program.
    var foreignRanks: [Int] = []
    /// How many slots the launcher has.
    var slots: Int?
    /// A job of two ranks, started for a trial; `nil` if none was started.
    var trial: Trial?
    var isRoot = false
    var allowsRoot = false
    var allowsOversubscription = false
    var yieldsWhenIdle = false
    /// Whether ranks are told not to read each other's memory.
    var copiesTwice = false
    /// Which networks Open MPI was told to use, as it was told; `nil` if it may choose.
    var namedNetworks: String?
    /// What the user's environment tells Open MPI, as `NAME=VALUE`.
    var settings: [String] = []

    /// What is known of a host.
    struct Host: Codable, Sendable, Equatable {
        var name: String
        /// What another machine, or another container, does not have in common with it even if the names are the same.
        var identity = ""
        var rankCount = 1
        var processorCount = 1
        /// The fewest processors that a rank of this host may use, and the fewest that its processes may.
        var processorsOfRank: Int?
        var processorsOfProcess: Int?
        /// The library that its ranks use, in its own words.
        var library = ""
        /// The free space for shared memory, in bytes; `nil` if it is not known.
        var sharedMemory: Int?
        /// What the kernel says about reading another process's memory: 0 allows it.
        var ptraceScope: Int?
        /// What came of reading another rank's memory; `nil` if it was not tried.
        var memoryReading: MemoryReading?
        /// Whether the host's own name can be resolved.
        var resolvesOwnName = true
        var interfaces: [Interface] = []
        var temporaryDirectory = "/tmp"
        /// Whether files can be made there, or the folder itself if it is missing.
        var temporaryDirectoryIsWritable = true
    }

    /// A file that ranks run.
    struct Program: Codable, Sendable, Equatable {
        var file: ProgramDigest
        var ranks: [Int]
    }

    /// How a trial job ended.
    struct Trial: Codable, Sendable, Equatable {
        /// What each rank said about the number of ranks.
        var rankCounts: [Int] = []
        /// Why it failed.
        var failure: String?
    }
}
