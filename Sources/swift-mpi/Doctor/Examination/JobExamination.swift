import Dispatch
import MPI
import RankLaunching
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What the ranks of a job find out together.
enum JobExamination {
    /// How many ranks the launcher says it has started; `nil` if no launcher started this process.
    static var announcedRankCount: Int? {
        if let count = number(["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]) { return count }
        guard announcedRank != nil else { return nil }
        return number(["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"])
    }

    /// The rank that the launcher says this process has.
    static var announcedRank: Int? { number(["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"]) }

    private static func number(_ names: [String]) -> Int? {
        names.lazy.compactMap { HostExamination.variable($0) }.compactMap { Int($0) }.first
    }

    /// How many tasks `srun` has started without a word by which they would find each other.
    static var tasksWithoutPMI: Int? {
        tasksWithoutPMI(RankJob.currentEnvironment())
    }

    /// The same, from an environment: of a step, since in a batch script Slurm sets all but the step's variables.
    static func tasksWithoutPMI(_ environment: [String: String]) -> Int? {
        let isRank = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "PMI_FD"].contains {
            environment[$0] != nil
        }
        guard !isRank, environment["SLURM_PROCID"] != nil,
            let step = (environment["SLURM_STEP_ID"] ?? environment["SLURM_STEPID"]).flatMap({ UInt32($0) }),
            // Those beyond are batch scripts and the like.
            step < 0xffff_fff0,
            let count = environment["SLURM_STEP_NUM_TASKS"].flatMap({ Int($0) }), count > 1
        else { return nil }
        return count
    }

    /// Gathers what all ranks know.
    ///
    /// Every rank calls it, and each gets the same facts.
    static func examine(_ facts: inout Facts) throws {
        let report = try RankReport.make(withHost: true)
        // As text, since ranks that run another version of the program have other types.
        merge(try Communicator.world.allGather(report.line), into: &facts)
        facts.yieldsWhenIdle = HostExamination.says("OMPI_MCA_mpi_yield_when_idle")
    }

    /// Makes one picture of the lines that ranks report.
    static func merge(_ lines: [String], into facts: inout Facts) {
        let reports = lines.map { RankReport(line: $0) }
        facts.foreignRanks = reports.indices.filter { reports[$0] == nil }
        merge(reports.compactMap { $0 }, into: &facts)
        facts.rankCount = lines.count
    }

    /// Makes one picture of what ranks report.
    static func merge(_ reports: [RankReport], into facts: inout Facts) {
        guard let first = reports.first else { return }
        facts.library = first.library
        facts.standard = first.standard
        facts.threadLevel = first.threadLevel
        facts.rankCount = reports.count
        facts.slots = first.slots
        facts.hosts = []
        facts.hostOfRank = []
        facts.programs = []
        for report in reports {
            if let host = report.host { facts.hostOfRank.append(add(host, to: &facts.hosts)) }
            guard let program = report.program else { continue }
            if let index = facts.programs.firstIndex(where: { $0.file.digest == program.digest }) {
                facts.programs[index].ranks.append(report.rank)
            } else {
                facts.programs.append(Facts.Program(file: program, ranks: [report.rank]))
            }
        }
    }

    /// Adds one rank's host, unless another rank has: then what it says counts too.
    ///
    /// - Returns: Its place.
    private static func add(_ host: Facts.Host, to hosts: inout [Facts.Host]) -> Int {
        let known = hosts.firstIndex { $0.name == host.name && $0.identity == host.identity }
        guard let index = known else {
            hosts.append(host)
            return hosts.count - 1
        }
        hosts[index].rankCount += 1
        hosts[index].processorsOfRank = least(hosts[index].processorsOfRank, host.processorsOfRank)
        hosts[index].processorsOfProcess = least(hosts[index].processorsOfProcess, host.processorsOfProcess)
        if let reading = host.memoryReading, hosts[index].memoryReading?.failure == nil {
            hosts[index].memoryReading = reading
        }
        return index
    }

    private static func least(_ first: Int?, _ second: Int?) -> Int? {
        guard let first, let second else { return first ?? second }
        return min(first, second)
    }

    // MARK: Time limit

    /// Ends the process, with a last word, if a body takes too long; an MPI library that hangs cannot be stopped otherwise.
    static func within<Value>(
        seconds: Int,
        otherwise lastWord: @escaping @Sendable () -> Void,
        _ body: () throws -> Value
    ) rethrows -> Value {
        let turn = Turn()
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) {
            guard !turn.isTaken.exchange(true, ordering: .acquiringAndReleasing) else { return }
            lastWord()
            fflush(nil)
            _exit(EXIT_FAILURE)
        }
        defer {
            // Where the time was over just now, the process ends while this waits.
            while turn.isTaken.exchange(true, ordering: .acquiringAndReleasing) { sleep(1) }
        }
        return try body()
    }

    /// Whoever takes it first may go on: the body, or its time limit.
    private final class Turn: Sendable {
        let isTaken = Atomic(false)
    }
}
