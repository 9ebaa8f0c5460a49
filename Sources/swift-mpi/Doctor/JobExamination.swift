import Dispatch
import MPI
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

    /// Gathers what all ranks know.
    ///
    /// Every rank calls it, and each gets the same facts. MPI is over afterwards.
    static func examine(_ facts: inout Facts) throws {
        let report = try RankReport.make(withHost: true)
        let reports = try Communicator.world.allGather(report)
        merge(reports, into: &facts)
        facts.yieldsWhenIdle = HostExamination.says("OMPI_MCA_mpi_yield_when_idle")
        try Environment.finalize()
    }

    /// Makes one picture of what the ranks report.
    static func merge(_ reports: [RankReport], into facts: inout Facts) {
        guard let first = reports.first else { return }
        facts.library = first.library
        facts.standard = first.standard
        facts.threadLevel = first.threadLevel
        facts.rankCount = reports.count
        facts.slots = first.slots
        facts.hosts = []
        for host in reports.compactMap(\.host) {
            if let index = facts.hosts.firstIndex(where: { $0.name == host.name }) {
                facts.hosts[index].rankCount += 1
            } else {
                facts.hosts.append(host)
            }
        }
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
