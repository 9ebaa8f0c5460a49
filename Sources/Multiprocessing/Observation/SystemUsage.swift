internal import Glibc

/// What the system says of a process.
struct SystemUsage: Equatable, Sendable {
    /// `R` runs, `S` sleeps, `D` waits for a device, `T` is stopped, `Z` has ended.
    var state: Character
    /// The time of processors that it has used, in nanoseconds.
    var processorTime: UInt64
    /// The memory that it has now, in bytes.
    var memory: Int

    /// What a process has used so far; `nil` if there is none of that number.
    init?(of pid: Int32) {
        let file = open("/proc/\(pid)/stat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        self.init(
            line: String(decoding: bytes[..<count], as: UTF8.self),
            ticks: sysconf(Int32(_SC_CLK_TCK)),
            pageSize: sysconf(Int32(_SC_PAGESIZE))
        )
    }

    /// What a line of `/proc/PID/stat` says (proc(5)); `ticks` is how many of its units of time are a second.
    init?(line: String, ticks: Int, pageSize: Int) {
        // The name is in parentheses, and may have some in it.
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 21, let state = fields[0].first, let user = UInt64(fields[11]),
            let system = UInt64(fields[12]), let pages = Int(fields[21]), ticks > 0
        else { return nil }
        self.state = state
        let (product, isOver) = (user &+ system).multipliedReportingOverflow(by: 1_000_000_000)
        processorTime = (isOver ? 0 : product) / UInt64(ticks)
        memory = pages.multipliedReportingOverflow(by: pageSize).partialValue
    }

    /// The most memory that the calling process has had, in KiB.
    static var ownPeakMemory: Int {
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return usage.ru_maxrss
    }
}
