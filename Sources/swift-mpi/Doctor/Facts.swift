/// What the doctor found out, by asking the machine; nothing is concluded yet.
struct Facts: Codable, Sendable, Equatable {
    /// The MPI library that the program runs with, in its own words; empty if it could not be asked.
    var library = ""
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
    /// How many ranks the launcher says it has started; `nil` if none started this program.
    var announcedRankCount: Int?
    /// How many ranks there are.
    var rankCount = 1
    /// The hosts of the ranks, in the order of their first ranks.
    var hosts: [Host] = []
    /// How many slots the launcher has.
    var slots: Int?
    /// A job of two ranks, started for a trial; `nil` if none was started.
    var trial: Trial?
    var isRoot = false
    var allowsRoot = false
    var allowsOversubscription = false
    var yieldsWhenIdle = false
    /// What the user's environment tells Open MPI, as `NAME=VALUE`.
    var settings: [String] = []

    /// What is known of a host.
    struct Host: Codable, Sendable, Equatable {
        var name: String
        var rankCount = 1
        var processorCount = 1
        /// The library that its ranks use, in its own words.
        var library = ""
        /// The free space for shared memory, in bytes; `nil` if it is not known.
        var sharedMemory: Int?
        /// What the kernel says about reading another process's memory: 0 allows it.
        var ptraceScope: Int?
        /// Whether the host's own name can be resolved.
        var resolvesOwnName = true
        var temporaryDirectory = "/tmp"
        /// Whether files can be made there, or the folder itself if it is missing.
        var temporaryDirectoryIsWritable = true
    }

    /// How a trial job ended.
    struct Trial: Codable, Sendable, Equatable {
        /// What each rank said about the number of ranks.
        var rankCounts: [Int] = []
        /// Why it failed.
        var failure: String?
    }
}
