#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What the launcher of the ranks (`mpirun`, `srun`) says in the environment.
enum LaunchEnvironment {
    /// A variable of the environment, if it is set and not empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    private static func number(_ names: [String]) -> Int? {
        for name in names {
            if let text = variable(name), let number = Int(text) { return number }
        }
        return nil
    }

    /// Whether the program is one of several ranks, as far as can be told without initializing MPI.
    static var isLaunchedOnSeveralRanks: Bool {
        if let size = Runtime.worldSize { return size > 1 }
        if let size = number(["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]) { return size > 1 }
        // A launcher that says no number of ranks, such as srun through PMIx: of the step, not of the allocation.
        guard variable("PMIX_RANK") != nil || variable("PMI_RANK") != nil else { return false }
        return number(["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"]).map { $0 > 1 } ?? true
    }

    /// Whether the launcher goes on when a rank is lost, and perhaps tells nobody.
    static var goesOnWithoutLostRanks: Bool {
        // Open MPI 5 hands its launcher's own variables to no rank, but this one, which `--with-ft ulfm` sets.
        let names = [
            "OMPI_MCA_orte_enable_recovery", "PRTE_MCA_prte_enable_recovery", "OMPI_MCA_mpi_ft_enable",
        ]
        let texts = names.compactMap(variable)
        return texts.contains { ["1", "true", "yes", "t", "y", "enabled"].contains($0.lowercased()) }
    }

    /// Whether this node runs more ranks than it has cores for them.
    static var isOversubscribed: Bool {
        guard let ranks = ranksOnNode else { return false }
        return ranks > availableCores
    }

    /// How many ranks this node runs, if the launcher says so.
    private static var ranksOnNode: Int? {
        if let ranks = number(["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"]) { return ranks }
        // srun tells Open MPI the number only once it is initialized. Without a rank this is no step, but the batch script.
        guard isStartedBySlurm, let list = variable("SLURM_STEP_TASKS_PER_NODE") else { return nil }
        return SlurmNotation.count(in: list, ofNode: number(["SLURM_NODEID"]) ?? 0)
    }

    /// Whether `srun` started this rank, and not `mpirun` in a job of Slurm's.
    private static var isStartedBySlurm: Bool {
        variable("OMPI_COMM_WORLD_RANK") == nil
            && (variable("PMIX_RANK") != nil || variable("PMI_RANK") != nil)
    }

    /// The cores that the ranks of this node share.
    private static var availableCores: Int {
        let all = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        #if os(Linux)
        // A rank that its launcher bound to a core of its own sees that core only, which says nothing about the others.
        if variable("OMPI_MCA_orte_bound_at_launch") != nil
            || variable("PRTE_MCA_prte_bound_at_launch") != nil
        {
            return all
        }
        if isStartedBySlurm, let kind = variable("SLURM_CPU_BIND_TYPE"), kind != "none" {
            let masks = variable("SLURM_CPU_BIND_LIST").flatMap { SlurmNotation.coreCount(ofMasks: $0) }
            return min(all, masks ?? all)
        }
        return min(all, allowedCores ?? all)
        #else
        return all
        #endif
    }

    /// The cores that this process may run on, from the line with their mask in hexadecimal digits.
    private static var allowedCores: Int? {
        guard let file = fopen("/proc/self/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("Cpus_allowed:") else { continue }
            let count = text.dropFirst("Cpus_allowed:".count).reduce(0) {
                $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0)
            }
            return count > 0 ? count : nil
        }
        return nil
    }

    /// Lets ranks that wait give way to each other, unless the user has decided about that.
    ///
    /// Called before MPI is initialized.
    static func preferYielding() {
        guard isOversubscribed else { return }
        setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0)
    }
}
