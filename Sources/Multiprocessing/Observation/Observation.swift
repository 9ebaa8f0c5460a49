internal import Glibc
internal import Logging

/// What a Host notes of itself and its processes, and what rank 0 makes of it.
final class Observation {
    let settings: ObservationSettings
    /// What is added to the times of this rank to have those of rank 0.
    let clockOffset: Int64
    var tally: HostTally
    /// Where this rank's main program notes what it does, if it does.
    let mainRecord: RecordMemory?
    var mainTaken: UInt64 = 0
    let start = MonotonicClock.now
    /// On rank 0.
    let traceFile: TraceFile?
    var summary = Summary()
    /// Whether this rank has said its last.
    var hasReported = false
    /// For those who want to look at the program.
    var door: ObserverDoor?

    init(_ setup: Host.Setup, _ logger: Logger) {
        settings = setup.observation
        clockOffset = setup.clockOffset
        tally = HostTally(size: setup.size)
        mainRecord = settings.isOn ? RecordMemory(eventCapacity: settings.eventCapacity) : nil
        var file: TraceFile?
        if setup.rank == 0, let path = settings.tracePath {
            do {
                file = try TraceFile(path: path)
            } catch {
                logger.error("\(error)")
            }
        }
        traceFile = file
        // One door for each machine is enough.
        if setup.isObservable, setup.hostNames.firstIndex(of: setup.hostName) ?? 0 == setup.rank {
            door = ObserverDoor(epoch: setup.epoch)
        }
    }

    var isTracing: Bool { settings.tracePath != nil }
}

/// What is noted of a process while it lives.
struct ProcessObservation {
    let record: RecordMemory?
    /// How many of its events were taken.
    var taken: UInt64 = 0
    /// When it was given its work.
    var start: UInt64 = 0
    /// The most memory that it had, in KiB, once it has ended.
    var peakMemory = 0
    /// What it was sent, and what it has sent.
    var toProcess = HostTally.Traffic()
    var fromProcess = HostTally.Traffic()

    init(_ record: RecordMemory?) { self.record = record }
}
