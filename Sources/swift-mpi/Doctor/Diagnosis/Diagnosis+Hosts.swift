extension Diagnosis {
    static func surroundings(_ host: Facts.Host, _ facts: Facts) -> [Finding] {
        var findings = binding(host) + memory(host, facts)
        if let space = host.sharedMemory, space < max(64, 5 * host.rankCount) << 20 {
            findings.append(
                .problem(
                    "only \(space >> 20) MiB are free for shared memory (/dev/shm) on \(host.name): ranks may end "
                        + "with a bus error",
                    cure:
                        "make it larger (docker run --shm-size=1g), remove what is left over there, or let the "
                        + "memory be files: swift-mpi run --profile container, or export "
                        + "OMPI_MCA_btl_vader_backing_directory=/tmp"
                )
            )
        }
        if !host.resolvesOwnName {
            findings.append(
                .note(
                    "\(host.name) cannot resolve its own name: programs on one host run, but starting may take "
                        + "longer, and other hosts may not find it",
                    cure: "add the name to /etc/hosts, with the address by which other hosts reach it"
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

    /// Whether ranks, and the processes that they host, have the processors that there are.
    private static func binding(_ host: Facts.Host) -> [Finding] {
        guard let rank = host.processorsOfRank, let process = host.processorsOfProcess else { return [] }
        let all = count(host.processorCount, "processor")
        if process == 1, host.processorCount > 1 {
            return [
                .note(
                    "rank and processes on \(host.name) may use 1 of its \(all) only, and cannot leave it: all that a "
                        + "rank hosts take turns there",
                    cure:
                        "ask the batch system, or whoever made the container, for more: --cpus-per-task=4 with Slurm, "
                        + "docker run --cpuset-cpus=0-3"
                )
            ]
        }
        if rank == 1, process > 1 {
            return [
                .note(
                    "each rank of \(host.name) is bound to 1 of its \(all), which its threads share; the processes that it "
                        + "hosts leave it, but programs that it starts by other means do not",
                    cure: "mpirun --bind-to none, or export OMPI_MCA_hwloc_base_binding_policy=none; "
                        + "--map-by slot:PE=4 gives each rank four"
                )
            ]
        }
        return []
    }

    /// Whether large messages are copied once, from one rank's memory to the other's.
    private static func memory(_ host: Facts.Host, _ facts: Facts) -> [Finding] {
        if let reading = host.memoryReading {
            guard let failure = reading.failure else { return [] }
            let reason = host.ptraceScope.map { $0 > 0 ? ", ptrace_scope \($0)" : "" } ?? ""
            let text =
                "the ranks of \(host.name) may not read each other's memory (\(failure)\(reason)): large messages on one "
                + "host have to be copied twice"
            let cure = memoryCure(host.ptraceScope)
            // A library that goes by the kernel's settings does not know of a filter, and fails with the first large message.
            return facts.copiesTwice || reason != ""
                ? [.note(text, cure: cure)]
                : [
                    .problem(
                        text + ", but the library does not know that",
                        cure:
                            "export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_smsc=^cma,xpmem,knem, or "
                            + "swift-mpi run --profile container; " + cure + " makes it fast again"
                    )
                ]
        }
        guard let scope = host.ptraceScope, scope > 0 else { return [] }
        return [
            .note(
                "the kernel of \(host.name) keeps processes from reading each other's memory (ptrace_scope "
                    + "\(scope)): large messages on one host may be copied twice",
                cure: memoryCure(scope)
            )
        ]
    }

    private static func memoryCure(_ scope: Int?) -> String {
        switch scope ?? 0 {
        case 0: "docker run --cap-add=SYS_PTRACE, or a seccomp profile that has process_vm_readv in it,"
        case 1, 2: "sysctl kernel.yama.ptrace_scope=0 allows it"
        default: "start the machine with another setting of kernel.yama.ptrace_scope: 3 cannot be changed"
        }
    }
}
