import ArgumentParser
import MPI
import RankLaunching

/// `swift-mpi doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines the MPI installation, and says what is wrong and how to mend it.",
        discussion: """
            It reports which MPI library the program uses, with which thread level; whether mpirun belongs to it, and which \
            others there are; how many ranks, hosts and slots there are; whether all ranks run the same program; and what on a \
            host may stand in the way: permissions, shared memory, reading of other ranks' memory, binding to cores, names, networks, \
            the folder for temporary files.

            By itself it also tries a job of two ranks. Under a launcher (mpirun -n 4 swift-mpi doctor, srun --mpi=pmix swift-mpi \
            doctor) it examines the hosts of that very job. It takes a few seconds, and ends within two minutes even if MPI hangs.

            With --ranks, under a launcher, all pairs of ranks also send each other messages: a matrix shows the time of a small \
            one in microseconds and the speed of a large one in GB/s. A star marks a pair that is more than three times \
            slower than the median of pairs of its kind, on one host or on different ones. A pair takes about 0.1 s at most; where \
            ranks have cores of their own many pairs measure at once.

            A line begins with "ok", with "note" (works, but could be better) or with "PROBLEM"; the line with the arrow \
            says what to do. The exit status is 0 if there is no problem, and 1 otherwise.

            Examples:
              swift-mpi doctor
              mpirun --hostfile hosts swift-mpi doctor --ranks
              swift-mpi run -n 4 swift-mpi doctor --ranks --json
            """
    )

    @Flag(help: "Also measure latency and bandwidth of all pairs of ranks.")
    var ranks = false

    @Flag(help: "Print everything that was found out as one JSON object.")
    var json = false

    @Flag(help: .private)
    var trial = false

    func run() throws {
        if trial { return print(try RankReport.make(withHost: false).line) }
        var facts = Self.knownByItself
        let report: DoctorReport?
        if let count = JobExamination.tasksWithoutPMI {
            facts.tasksWithoutPMI = count
            // Every task says the same.
            report = HostExamination.variable("SLURM_PROCID") == "0" ? DoctorReport(facts) : nil
        } else {
            report = facts.announcedRankCount == nil ? examineInstallation(facts) : try examineJob(facts)
        }
        guard let report else { return }
        try Self.show(report, json)
        if !report.isHealthy { throw ExitCode.failure }
    }

    /// What a process knows without asking others.
    private static var knownByItself: Facts {
        var facts = Facts()
        facts.isRoot = HostExamination.isRoot
        facts.allowsRoot =
            HostExamination.says("OMPI_ALLOW_RUN_AS_ROOT")
            && HostExamination.says("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM")
            || HostExamination.says("PRTE_ALLOW_RUN_AS_ROOT")
                && HostExamination.says("PRTE_ALLOW_RUN_AS_ROOT_CONFIRM")
        facts.allowsOversubscription =
            HostExamination.says("OMPI_MCA_rmaps_base_oversubscribe")
            || HostExamination.variable("PRTE_MCA_rmaps_default_mapping_policy")?.contains("oversubscribe")
                == true
        facts.copiesTwice =
            HostExamination.variable("OMPI_MCA_btl_vader_single_copy_mechanism") == "none"
            || HostExamination.variable("OMPI_MCA_smsc")?.contains("^cma") == true
        facts.namedNetworks = HostExamination.namedNetworks
        facts.library = Environment.libraryVersion
        facts.libraryFiles = HostExamination.libraryFiles
        facts.announcedRankCount = JobExamination.announcedRankCount
        return facts
    }

    /// Without a launcher: everything that can be tried from here.
    private func examineInstallation(_ facts: Facts) -> DoctorReport {
        var facts = facts
        facts.hosts = [HostExamination.examine()]
        facts.hostOfRank = [0]
        facts.settings = HostExamination.settings
        LauncherExamination.examineLaunchers(&facts)
        LauncherExamination.tryRanks(&facts)
        return DoctorReport(facts, pairs: ranks ? Self.matrix([], facts, atOnce: false) : nil)
    }

    /// As one rank of a job.
    ///
    /// The report is returned on the rank that prints it. If ranks do not find each other each believes to be the first,
    /// so the launcher's word counts.
    private func examineJob(_ facts: Facts) throws -> DoctorReport? {
        var facts = facts
        var pairs: PairMatrix?
        let speaks = JobExamination.announcedRank ?? 0 == 0
        if speaks { LauncherExamination.examineLaunchers(&facts) }
        let known = facts
        let json = json
        // The rank that speaks is to have its last word before another's end makes the launcher end it.
        try JobExamination.within(seconds: speaks ? 60 : 70) {
            guard speaks else { return }
            var facts = known
            facts.ranksMissEachOther = true
            facts.hosts = [HostExamination.examine()]
            try? Self.show(DoctorReport(facts), json)
        } _: {
            do {
                try JobExamination.examine(&facts)
                if ranks { pairs = try Self.measurePairs(facts) }
                try Environment.finalize()
            } catch  where speaks {
                facts.failure = "\(error)"
            }
        }
        return speaks ? DoctorReport(facts, pairs: pairs) : nil
    }

    private static func measurePairs(_ facts: Facts) throws -> PairMatrix {
        let atOnce = facts.hosts.allSatisfy { $0.rankCount <= $0.processorCount }
        let results = try PairMeasurement.measure(on: .world, atOnce: atOnce)
        return matrix(results, facts, atOnce: atOnce)
    }

    private static func matrix(
        _ results: [PairMeasurement.Result],
        _ facts: Facts,
        atOnce: Bool
    ) -> PairMatrix {
        PairMatrix(rankCount: facts.rankCount, hostOfRank: facts.hostOfRank, results: results, atOnce: atOnce)
    }

    private static func show(_ report: DoctorReport, _ json: Bool) throws {
        print(json ? try report.json : report.text)
    }
}
