import ArgumentParser
import MPI

/// `swift-mpi doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines the MPI installation, and says what is wrong and how to mend it.",
        discussion: """
            It reports which MPI library the program uses, with which thread level; whether mpirun belongs to it; how many \
            ranks, hosts and slots there are; and what on a host may stand in the way: permissions, shared memory, names, \
            the folder for temporary files.

            By itself it also tries a job of two ranks. Under a launcher (mpirun -n 4 swift-mpi doctor) it examines the \
            hosts of that very job. It takes a few seconds, and ends within two minutes even if MPI hangs.

            A line begins with "ok", with "note" (works, but could be better) or with "PROBLEM"; the line with the arrow \
            says what to do. The exit status is 0 if there is no problem, and 1 otherwise.
            """
    )

    @Flag(help: "Print everything that was found out as one JSON object.")
    var json = false

    @Flag(help: .private)
    var trial = false

    func run() throws {
        if trial { return print(try RankReport.make(withHost: false).line) }
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
        facts.library = Environment.libraryVersion
        facts.announcedRankCount = JobExamination.announcedRankCount
        let report =
            facts.announcedRankCount == nil ? examineInstallation(facts) : try examineJob(facts)
        guard let report else { return }
        try Self.show(report, json)
        if !report.isHealthy { throw ExitCode.failure }
    }

    /// Without a launcher: everything that can be tried from here.
    private func examineInstallation(_ facts: Facts) -> DoctorReport {
        var facts = facts
        facts.hosts = [HostExamination.examine()]
        facts.settings = HostExamination.settings
        LauncherExamination.examineLauncher(&facts)
        LauncherExamination.tryRanks(&facts)
        return DoctorReport(facts)
    }

    /// As one rank of a job.
    ///
    /// The report is returned on the rank that prints it. If ranks do not find each other each believes to be the first,
    /// so the launcher's word counts.
    private func examineJob(_ facts: Facts) throws -> DoctorReport? {
        var facts = facts
        let speaks = JobExamination.announcedRank ?? 0 == 0
        if speaks { LauncherExamination.examineLauncher(&facts) }
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
            } catch  where speaks {
                facts.failure = "\(error)"
            }
        }
        return speaks ? DoctorReport(facts) : nil
    }

    private static func show(_ report: DoctorReport, _ json: Bool) throws {
        print(json ? try report.json : report.text)
    }
}
