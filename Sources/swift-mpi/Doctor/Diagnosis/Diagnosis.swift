import RankLaunching

/// Concludes from facts what is well and what is not.
enum Diagnosis {
    static func findings(_ facts: Facts) -> [Finding] {
        if let count = facts.tasksWithoutPMI { return [withoutPMI(count)] }
        return library(facts) + launcher(facts) + ranks(facts) + programs(facts) + permissions(facts)
            + facts.hosts.flatMap { surroundings($0, facts) } + network(facts)
    }

    // MARK: Library

    private static func library(_ facts: Facts) -> [Finding] {
        let name = facts.library.isEmpty ? "unknown" : shortName(facts.library)
        let standard = facts.standard.isEmpty ? "" : ", MPI \(facts.standard)"
        let place = facts.libraryFiles.first.map { " at \($0)" } ?? ""
        var findings: [Finding] = [.good("MPI library: \(name)\(standard)\(place)")]
        if facts.libraryFiles.count > 1 {
            findings.append(
                .problem(
                    "the program has loaded several MPI libraries: \(facts.libraryFiles.joined(separator: ", "))",
                    cure:
                        "build it, and all libraries that it uses, with the same MPI; see what LD_PRELOAD says"
                )
            )
        }
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

    // MARK: Words

    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// What a library calls itself, without its history: `Open MPI v4.1.4`.
    static func shortName(_ library: String) -> String {
        let first = library.prefix { $0 != "," && !$0.isNewline }
        return first.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
