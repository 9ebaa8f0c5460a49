extension Diagnosis {
    static func ranks(_ facts: Facts) -> [Finding] {
        var findings: [Finding] = []
        let slots = facts.slots.map { ", \(count($0, "slot"))" } ?? ""
        if let announced = facts.announcedRankCount {
            if announced != facts.rankCount, facts.threadLevel != nil {
                findings.append(
                    .problem(
                        "the launcher started \(count(announced, "rank")), but each sees only \(facts.rankCount)",
                        cure: "launcher and library do not belong together: put the mpirun of the library "
                            + "first in PATH"
                    )
                )
            }
            guard facts.threadLevel != nil else {
                return [.good("the launcher says that it has started \(count(announced, "rank"))")]
            }
            findings.append(
                .good("\(count(facts.rankCount, "rank")) on \(count(facts.hosts.count, "host"))\(slots)")
            )
        } else {
            findings.append(.good("no launcher started this program: 1 rank on 1 host\(slots)"))
        }
        for host in facts.hosts {
            let processors = count(host.processorCount, "processor")
            let text = "host \(host.name): \(count(host.rankCount, "rank")), \(processors)"
            if host.rankCount > host.processorCount, !facts.yieldsWhenIdle {
                findings.append(
                    .note(
                        text + "; ranks that wait keep the others from running",
                        cure: "export OMPI_MCA_mpi_yield_when_idle=1, or start fewer ranks"
                    )
                )
            } else {
                findings.append(.good(text))
            }
        }
        return findings
    }

    /// Whether all ranks run the same program.
    static func programs(_ facts: Facts) -> [Finding] {
        var findings: [Finding] = []
        let cure =
            "build once, and let all ranks run that file: in a folder that all hosts share, or copied to the same path "
            + "on each (rsync); nothing may replace it while a job runs"
        if facts.programs.count > 1 {
            let list = facts.programs.map { program in
                "\(program.file.path) (\(program.file.digest)) on \(ranks(program.ranks))"
            }
            findings.append(
                .problem("the ranks run different programs: \(list.joined(separator: ", "))", cure: cure)
            )
        }
        if !facts.foreignRanks.isEmpty {
            findings.append(
                .problem(
                    "\(ranks(facts.foreignRanks)) run another version of this program than the others",
                    cure: cure
                )
            )
        }
        return findings
    }

    /// Such as `rank 3`, `ranks 0, 1, 2` and `ranks 0, 1, 2 and 61 more`.
    static func ranks(_ list: [Int]) -> String {
        let rest = list.count > 8 ? " and \(list.count - 8) more" : ""
        return (list.count == 1 ? "rank " : "ranks ")
            + list.prefix(8).map(String.init).joined(separator: ", ") + rest
    }

    /// What `srun` has started without a way for the tasks to find each other.
    static func withoutPMI(_ count: Int) -> Finding {
        .problem(
            "srun started \(count) tasks without PMI: each believes to be alone, or MPI stops with the words that it was "
                + "direct launched",
            cure:
                "srun --mpi=pmix (srun --mpi=list shows what there is; MPICH takes --mpi=pmi2), or mpirun in a job of "
                + "sbatch or salloc"
        )
    }
}
