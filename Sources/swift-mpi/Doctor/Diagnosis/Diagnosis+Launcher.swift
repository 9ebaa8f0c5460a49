import RankLaunching

extension Diagnosis {
    static func launcher(_ facts: Facts) -> [Finding] {
        guard let launcher = facts.launcher else {
            // Slurm's srun starts ranks without an mpirun.
            if facts.announcedRankCount ?? 1 > 1 { return [.note("there is no mpirun in PATH")] }
            return [
                .problem(
                    "there is no mpirun in PATH: programs run on one rank only, without MPI",
                    cure: LaunchFailure.installation(for: facts.library)
                )
            ]
        }
        let place = facts.launcherPath.map { " at \($0)" } ?? ""
        let wrong = mismatch(launcher, facts)
        return [.good("launcher: \(launcher)\(place)")] + (wrong.isEmpty ? others(launcher, facts) : wrong)
            + trial(facts)
    }

    /// Whether the launcher belongs to the library.
    private static func mismatch(_ launcher: String, _ facts: Facts) -> [Finding] {
        guard !facts.library.isEmpty else { return [] }
        let library = MPIImplementation(facts.library)
        let name = shortName(facts.library)
        let right = facts.launchers.first { $0.implementation.fit(library) == .fits }
        let cure =
            right.map {
                "use \($0.path), which is \($0.description): swift-mpi run finds it, or put its folder first in PATH"
            }
            ?? "put the mpirun that belongs to the library first in PATH; if there is none, install that of \(name)"
        let given = MPIImplementation(launcher)
        switch given.fit(library) {
        case .fits: return []
        case .otherMake:
            return [
                .problem("launcher and library are of different makes: \(launcher), and \(name)", cure: cure)
            ]
        case .otherVersion:
            let versions = (given.version ?? "unknown", library.version ?? "unknown")
            return [
                .problem(
                    "the launcher is of version \(versions.0), the library of version \(versions.1)",
                    cure: cure
                )
            ]
        }
    }

    /// Whether there are several installations, and the right launcher is a matter of luck.
    private static func others(_ launcher: String, _ facts: Facts) -> [Finding] {
        let own = facts.launchers.first { $0.path == facts.launcherPath }
        let others = facts.launchers.filter { other in
            other.path != facts.launcherPath && !other.description.isEmpty
                && (other.description != launcher || folder(other.file) != folder(own?.file ?? ""))
        }
        guard !others.isEmpty else { return [] }
        let list = others.map { "\($0.description) at \($0.path)" }.joined(separator: ", ")
        // A name with the make in it (mpiexec.mpich) is not mistaken for another.
        guard others.contains(where: { ["mpirun", "mpiexec"].contains($0.path.split(separator: "/").last) })
        else { return [.good("there is another MPI as well: \(list)")] }
        return [
            .note(
                "there are several MPI installations in PATH: beside this one \(list)",
                cure:
                    "give the whole path, \(facts.launcherPath ?? "of the right one"), or launch with swift-mpi run, which "
                    + "takes the one of the library; modules (module purge) or PATH may be put right as well"
            )
        ]
    }

    private static func folder(_ path: String) -> Substring {
        path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    }

    private static func trial(_ facts: Facts) -> [Finding] {
        guard let trial = facts.trial else { return [] }
        if let failure = trial.failure {
            let reason = failure == facts.failure ? "for the same reason" : "because of: \(failure)"
            return [
                .problem(
                    "a trial job of two ranks failed \(reason)",
                    cure: "see whether it is the launcher, without a program that uses MPI: "
                        + "mpirun -n 2 --oversubscribe hostname"
                )
            ]
        }
        guard trial.rankCounts == [2, 2] else {
            let counts = trial.rankCounts.map(String.init).joined(separator: " and ")
            return [
                .problem(
                    "in a trial job of two ranks the ranks did not find each other: they counted \(counts)",
                    cure:
                        "launcher and library do not belong together: put the mpirun of the library first in PATH"
                )
            ]
        }
        return [.good("a trial job of two ranks ran, and the ranks found each other")]
    }
}
