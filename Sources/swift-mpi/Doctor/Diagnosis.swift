/// What the doctor found out, by asking the machine; nothing is concluded yet.
struct Facts: Codable, Sendable {
    /// The MPI library that the program runs with, in its own words.
    var library = ""
    /// The version of the MPI standard that it implements.
    var standard = ""
    /// The thread level that it provides; `nil` if it could not be initialized.
    var threadLevel: String?
    /// What `mpirun --version` says in its first line; `nil` if there is none.
    var launcher: String?
    /// Where `mpirun` is.
    var launcherPath: String?
    /// How many ranks the launcher says there are; `nil` without a launcher.
    var announcedRankCount: Int?
    /// How many ranks there are.
    var rankCount = 1
    /// For each host its ranks and its processors.
    var hosts: [Host] = []
    /// How many slots the launcher has.
    var slots: Int?
    /// How many ranks a job of two, started for a trial, says it has; `nil` if none was started.
    var trial: Trial?
    var isRoot = false
    var allowsRoot = false
    var allowsOversubscription = false
    var yieldsWhenIdle = false
    /// The free space for shared memory, in bytes; `nil` if it is not known.
    var sharedMemory: Int?
    /// What the kernel says about reading another process's memory: 0 allows it.
    var ptraceScope: Int?
    /// Whether the host's own name can be resolved.
    var resolvesOwnName = true
    var temporaryDirectory = "/tmp"

    struct Host: Codable, Sendable, Equatable {
        var name: String
        var rankCount: Int
        var processorCount: Int
    }

    /// How a trial job ended.
    enum Trial: Codable, Sendable, Equatable {
        case ranks([Int])
        case failed(String)
    }
}

/// One thing that the doctor says.
struct Finding: Equatable, Sendable {
    enum Level: String, Sendable {
        case good = "ok"
        case note = "note"
        case problem = "PROBLEM"
    }

    var level: Level
    var text: String
    /// What to do about it.
    var cure: String?

    static func good(_ text: String) -> Finding { Finding(level: .good, text: text) }
    static func note(_ text: String, cure: String? = nil) -> Finding {
        Finding(level: .note, text: text, cure: cure)
    }
    static func problem(_ text: String, cure: String) -> Finding {
        Finding(level: .problem, text: text, cure: cure)
    }
}

/// Concludes from facts what is well and what is not.
enum Diagnosis {
    static func findings(_ facts: Facts) -> [Finding] {
        library(facts) + launcher(facts) + ranks(facts) + permissions(facts) + surroundings(facts)
    }

    private static func library(_ facts: Facts) -> [Finding] {
        var findings: [Finding] = [.good("MPI library: \(facts.library), MPI \(facts.standard)")]
        switch facts.threadLevel {
        case nil:
            findings.append(
                .problem(
                    "MPI cannot be initialized",
                    cure:
                        "read what it printed above; with several MPI installations, see that LD_LIBRARY_PATH leads to the one built against"
                )
            )
        case "multiple"?:
            findings.append(.good("thread level: multiple"))
        case let level?:
            findings.append(
                .problem(
                    "thread level: \(level); processes on several ranks need 'multiple'",
                    cure: "use an MPI library that was built with thread support"
                )
            )
        }
        return findings
    }

    private static func launcher(_ facts: Facts) -> [Finding] {
        guard let launcher = facts.launcher else {
            return [
                .problem(
                    "there is no mpirun in PATH: programs run on one rank only",
                    cure:
                        "install it: apt-get install openmpi-bin (Debian, Ubuntu), or brew install open-mpi (macOS)"
                )
            ]
        }
        var findings: [Finding] = [
            .good("launcher: \(launcher)\(facts.launcherPath.map { " at \($0)" } ?? "")")
        ]
        if let wanted = version(in: launcher), let found = version(in: facts.library), wanted != found {
            findings.append(
                .problem(
                    "the launcher is of version \(wanted), the library of version \(found)",
                    cure: "put the mpirun that belongs to the library first in PATH"
                )
            )
        }
        switch facts.trial {
        case .ranks([2, 2])?:
            findings.append(.good("a trial job of two ranks ran, and the ranks found each other"))
        case .ranks(let sizes)?:
            findings.append(
                .problem(
                    "in a trial job of two ranks the ranks did not find each other: they counted \(sizes)",
                    cure:
                        "launcher and library do not belong together: put the mpirun of the library first in PATH"
                )
            )
        case .failed(let reason)?:
            findings.append(
                .problem(
                    "a trial job of two ranks failed: \(reason)",
                    cure: "run it by hand to see more: mpirun -n 2 hostname"
                )
            )
        case nil: break
        }
        return findings
    }

    private static func ranks(_ facts: Facts) -> [Finding] {
        var findings: [Finding] = []
        if let announced = facts.announcedRankCount, announced != facts.rankCount {
            findings.append(
                .problem(
                    "the launcher started \(announced) ranks, but each sees only \(facts.rankCount)",
                    cure:
                        "launcher and library do not belong together: put the mpirun of the library first in PATH"
                )
            )
        }
        let slots = facts.slots.map { ", \($0) slots" } ?? ""
        findings.append(
            .good(
                "\(facts.rankCount) rank\(facts.rankCount == 1 ? "" : "s") on \(facts.hosts.count) host\(facts.hosts.count == 1 ? "" : "s")\(slots)"
            )
        )
        for host in facts.hosts {
            let text =
                "\(host.name): \(host.rankCount) rank\(host.rankCount == 1 ? "" : "s"), \(host.processorCount) processors"
            if host.rankCount > host.processorCount, !facts.yieldsWhenIdle {
                findings.append(
                    .note(
                        text + "; ranks that wait will keep each other from running",
                        cure: "export OMPI_MCA_mpi_yield_when_idle=1, or start fewer ranks"
                    )
                )
            } else {
                findings.append(.good(text))
            }
        }
        return findings
    }

    private static func permissions(_ facts: Facts) -> [Finding] {
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
            findings.append(
                .note(
                    "mpirun refuses more ranks than there are processors",
                    cure: "export OMPI_MCA_rmaps_base_oversubscribe=1 to allow it, or give --oversubscribe"
                )
            )
        }
        return findings
    }

    private static func surroundings(_ facts: Facts) -> [Finding] {
        var findings: [Finding] = []
        if let space = facts.sharedMemory, space < 64 << 20 {
            findings.append(
                .problem(
                    "only \(space >> 20) MiB are free for shared memory (/dev/shm): ranks may end with a bus error",
                    cure:
                        "make it larger (docker run --shm-size=1g), or export OMPI_MCA_btl_vader_backing_directory=/tmp"
                )
            )
        }
        if let scope = facts.ptraceScope, scope > 0, !facts.isRoot {
            findings.append(
                .note(
                    "the kernel keeps processes from reading each other's memory: large messages on one host are copied twice",
                    cure: "sysctl kernel.yama.ptrace_scope=0 allows it"
                )
            )
        }
        if !facts.resolvesOwnName {
            findings.append(
                .problem(
                    "the name of this host cannot be resolved, which keeps hosts from finding each other",
                    cure: "add the name to /etc/hosts"
                )
            )
        }
        if facts.temporaryDirectory.utf8.count > 60 {
            findings.append(
                .problem(
                    "the path of the temporary directory is too long for sockets: \(facts.temporaryDirectory)",
                    cure: "export TMPDIR=/tmp"
                )
            )
        }
        return findings
    }

    /// The first thing in a text that looks like a version: `4.1.4`.
    static func version(in text: String) -> String? {
        for word in text.split(whereSeparator: { " ,()v".contains($0) }) {
            let parts = word.split(separator: ".", omittingEmptySubsequences: false)
            if parts.count >= 2, parts.prefix(3).allSatisfy({ Int($0) != nil }) {
                return parts.prefix(3).joined(separator: ".")
            }
        }
        return nil
    }
}
