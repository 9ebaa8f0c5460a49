/// Concludes from facts what is well and what is not.
enum Diagnosis {
    static func findings(_ facts: Facts) -> [Finding] {
        library(facts) + launcher(facts) + ranks(facts) + permissions(facts)
            + facts.hosts.flatMap(surroundings)
    }

    // MARK: Library

    private static func library(_ facts: Facts) -> [Finding] {
        let name = facts.library.isEmpty ? "unknown" : shortName(facts.library)
        let standard = facts.standard.isEmpty ? "" : ", MPI \(facts.standard)"
        var findings: [Finding] = [.good("MPI library: \(name)\(standard)")]
        guard let level = facts.threadLevel else { return findings + beginning(facts) }
        if level == "multiple" {
            findings.append(.good("thread level: multiple"))
        } else {
            findings.append(
                .problem(
                    "thread level: \(level); processes on several ranks need 'multiple'",
                    cure: "use an MPI library that was built with thread support"
                )
            )
        }
        for host in facts.hosts where !host.library.isEmpty && host.library != facts.library {
            findings.append(
                .problem(
                    "\(host.name) has another MPI library: \(shortName(host.library))",
                    cure: "install the same version, \(shortName(facts.library)), on every host"
                )
            )
        }
        return findings
    }

    /// Why MPI could not be initialized.
    private static func beginning(_ facts: Facts) -> [Finding] {
        if facts.ranksMissEachOther {
            return [
                .problem(
                    "the ranks do not find each other: MPI has waited for them for a minute",
                    cure:
                        "run the doctor without a launcher, to see whether launcher and library belong together; see "
                        + "that all ranks run this program; on several hosts, see that a firewall lets them talk"
                )
            ]
        }
        let reason = facts.failure ?? "it does not say why"
        guard facts.launcher != nil else {
            // Open MPI needs programs that come with its launcher even for a single rank.
            return [.note("MPI cannot be initialized, perhaps because there is no launcher: \(reason)")]
        }
        var findings: [Finding] = [
            .problem(
                "MPI cannot be initialized: \(reason)",
                cure: "if there are several MPI installations, see that LD_LIBRARY_PATH leads to the one the "
                    + "program was built with (ldd shows which it is)"
            )
        ]
        if !facts.settings.isEmpty {
            findings.append(
                .note(
                    "the environment says: \(facts.settings.joined(separator: " "))",
                    cure: "unset what asks for something that this installation does not have"
                )
            )
        }
        return findings
    }

    // MARK: Launcher

    private static func launcher(_ facts: Facts) -> [Finding] {
        guard let launcher = facts.launcher else {
            // Slurm's srun starts ranks without an mpirun.
            if facts.announcedRankCount ?? 1 > 1 { return [.note("there is no mpirun in PATH")] }
            return [
                .problem(
                    "there is no mpirun in PATH: programs run on one rank only, without MPI",
                    cure:
                        "install it: apt-get install openmpi-bin (Debian, Ubuntu), dnf install openmpi and module "
                        + "load mpi (Fedora), brew install open-mpi (macOS); on a cluster load its MPI module"
                )
            ]
        }
        let place = facts.launcherPath.map { " at \($0)" } ?? ""
        return [.good("launcher: \(launcher)\(place)")] + mismatch(launcher, facts.library) + trial(facts)
    }

    /// Whether the launcher belongs to the library.
    private static func mismatch(_ launcher: String, _ library: String) -> [Finding] {
        let cure = "put the mpirun that belongs to the library first in PATH"
        guard !library.isEmpty else { return [] }
        guard isOpenMPI(launcher) == isOpenMPI(library) else {
            return [
                .problem(
                    "launcher and library are of different makes: \(launcher), and \(shortName(library))",
                    cure: cure
                )
            ]
        }
        guard let wanted = version(in: launcher), let found = version(in: library), wanted != found else {
            return []
        }
        return [.problem("the launcher is of version \(wanted), the library of version \(found)", cure: cure)]
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

    // MARK: Ranks

    private static func ranks(_ facts: Facts) -> [Finding] {
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

    // MARK: Permissions

    private static func permissions(_ facts: Facts) -> [Finding] {
        // A job that runs has been allowed to.
        guard facts.launcher != nil, facts.announcedRankCount == nil else { return [] }
        var findings: [Finding] = []
        if facts.isRoot, !facts.allowsRoot {
            findings.append(
                .problem(
                    "you are root, and mpirun refuses to run as root",
                    cure:
                        "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1, or use another account"
                )
            )
        }
        if !facts.allowsOversubscription {
            let limit = facts.slots.map { "\($0)" } ?? "there are slots"
            findings.append(
                .note(
                    "mpirun refuses more ranks than \(limit)",
                    cure: "export OMPI_MCA_rmaps_base_oversubscribe=1 to allow it, or give --oversubscribe"
                )
            )
        }
        return findings
    }

    // MARK: Surroundings

    private static func surroundings(_ host: Facts.Host) -> [Finding] {
        var findings: [Finding] = []
        if let space = host.sharedMemory, space < 64 << 20 {
            findings.append(
                .problem(
                    "only \(space >> 20) MiB are free for shared memory (/dev/shm) on \(host.name): ranks may end "
                        + "with a bus error",
                    cure:
                        "make it larger (docker run --shm-size=1g), remove what is left over there, or export "
                        + "OMPI_MCA_btl_vader_backing_directory=/tmp"
                )
            )
        }
        if let scope = host.ptraceScope, scope > 0 {
            findings.append(
                .note(
                    "the kernel of \(host.name) keeps processes from reading each other's memory (ptrace_scope "
                        + "\(scope)): large messages on one host are copied twice",
                    cure: scope < 3
                        ? "sysctl kernel.yama.ptrace_scope=0 allows it"
                        : "start the machine with another setting of kernel.yama.ptrace_scope: 3 cannot be changed"
                )
            )
        }
        if !host.resolvesOwnName {
            findings.append(
                .note(
                    "\(host.name) cannot resolve its own name: programs on one host run, but starting may take "
                        + "longer, and other hosts may not find it",
                    cure: "add the name to /etc/hosts"
                )
            )
        }
        if !host.temporaryDirectoryIsWritable {
            findings.append(
                .problem(
                    "the temporary directory of \(host.name) cannot be written to: \(host.temporaryDirectory)",
                    cure: "mkdir -p \(host.temporaryDirectory), or export TMPDIR=/tmp"
                )
            )
        } else if host.temporaryDirectory.utf8.count > longestTemporaryDirectory {
            findings.append(
                .note(
                    "the path of the temporary directory of \(host.name) may be too long for a launcher's sockets: "
                        + host.temporaryDirectory,
                    cure: "export TMPDIR=/tmp"
                )
            )
        }
        return findings
    }

    /// What leaves room, in the 108 bytes of a socket's address, for what the launcher appends.
    private static let longestTemporaryDirectory = 60

    // MARK: Words

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func isOpenMPI(_ text: String) -> Bool {
        text.contains("Open MPI") || text.contains("OpenRTE") || text.contains("PRRTE")
    }

    /// What a library calls itself, without its history: `Open MPI v4.1.4`.
    static func shortName(_ library: String) -> String {
        let first = library.prefix { $0 != "," && !$0.isNewline }
        return first.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The first thing in a text that looks like a version: `4.1.4`.
    static func version(in text: String) -> String? {
        for word in text.split(whereSeparator: { $0 != "." && !$0.isASCIIDigit }) {
            let parts = word.split(separator: ".")
            if parts.count >= 2 { return parts.prefix(3).joined(separator: ".") }
        }
        return nil
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { "0" <= self && self <= "9" }
}
