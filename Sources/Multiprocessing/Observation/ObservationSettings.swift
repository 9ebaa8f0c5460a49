internal import Glibc

/// What is to be noted while a program runs: as rank 0's environment says, for all ranks.
struct ObservationSettings: Codable, Equatable, Sendable {
    /// Whether a table is printed at the end.
    var hasSummary = false
    /// Where the trace goes, on rank 0's machine; `nil` for no trace.
    var tracePath: String?
    /// How many events of a process wait for its Host at most.
    var eventCapacity = 0

    static let summaryVariable = "SWIFT_MPI_SUMMARY"
    static let traceVariable = "SWIFT_MPI_TRACE"
    static let capacityVariable = "SWIFT_MPI_TRACE_EVENTS"
    static let defaultCapacity = 8192

    /// Nothing is noted.
    static let none = ObservationSettings()

    init() {}

    /// What the variables say.
    ///
    /// A capacity is at least 16, and at most about a million, which is 32 MiB for each process.
    init(_ variable: (String) -> String?) {
        if let value = variable(ObservationSettings.summaryVariable) {
            hasSummary = !["", "0", "no", "false"].contains(value)
        }
        if let path = variable(ObservationSettings.traceVariable), !path.isEmpty {
            tracePath = path
            let wanted = variable(ObservationSettings.capacityVariable).flatMap { Int($0) }
            eventCapacity = min(max(wanted ?? ObservationSettings.defaultCapacity, 16), 1 << 20)
        }
    }

    /// What the environment of the calling process says.
    static var ofEnvironment: ObservationSettings {
        ObservationSettings { name in getenv(name).map { String(cString: $0) } }
    }

    /// Whether processes note anything at all.
    var isOn: Bool { hasSummary || tracePath != nil }
    /// How much memory that takes in each process, in bytes.
    var recordSize: Int { isOn ? RecordMemory.size(eventCapacity: eventCapacity) : 0 }
}

/// The time that all processes of a machine have in common.
enum MonotonicClock {
    /// In nanoseconds since some moment of the past.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }
}
