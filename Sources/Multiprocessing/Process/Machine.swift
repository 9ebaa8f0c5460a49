internal import Glibc
internal import MPI

/// The machine that the calling process runs on, and those of the other ranks.
public enum Machine {
    /// How many processors it has for this program, whatever core a launcher bound this rank to.
    ///
    /// As `multiprocessing.cpu_count` in Python.
    public static let processorCount: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    /// How many processors the machines of all ranks have together, each machine counted once.
    ///
    /// ```swift
    /// let pool = try Pool(processes: Machine.jobProcessorCount)
    /// ```
    /// - Throws: `ProcessingError` of kind `noScope` outside of `withProcesses` if there are several ranks, since the others are
    ///   not known then.
    ///
    /// Python's `multiprocessing.cpu_count` knows one machine only.
    public static var jobProcessorCount: Int {
        get throws {
            if Endpoint.current == nil, !MPIAvailability.isLaunchedOnSeveralRanks { return processorCount }
            let purpose = "counting the processors of all ranks"
            let endpoint = try Endpoint.required(for: purpose)
            let reply = try endpoint.call(endpoint.makeFrame(.jobProcessorCount, to: endpoint.host))
            try reply.checkOutcome(of: purpose)
            return Int(clamping: reply.argument)
        }
    }

    /// What tells machines apart: this start of the system, whose number no other one has.
    static let identity: String = {
        var boot = [UInt8](repeating: 0, count: 64)
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return HostName.current }
        defer { close(file) }
        let count = max(0, read(file, &boot, boot.count))
        return count == 0 ? HostName.current : String(decoding: boot[..<count], as: UTF8.self)
    }()

    /// How many processors machines have together of which some may be named more than once.
    static func processorCount(of machines: [(identity: String, processorCount: Int)]) -> Int {
        Dictionary(machines.map { ($0.identity, $0.processorCount) }, uniquingKeysWith: max).values.reduce(
            0,
            +
        )
    }
}
