/// What a Host has to say about one process, for the trace: on its way to rank 0.
struct TraceBatch: Codable, Equatable, Sendable {
    /// The life of a process, once it has ended.
    struct Life: Codable, Equatable, Sendable {
        var start: UInt64
        var end: UInt64
        /// How it ended, in words.
        var ending: String
    }

    var source: Address
    var name: String
    var pid: Int32
    /// The name of the machine.
    var host: String
    var life: Life?
    /// How many events were lost because there was no room for them.
    var lostCount: UInt64 = 0
    /// The events, four numbers each, in the time of rank 0's machine.
    private(set) var words: [UInt64] = []
    /// What the process was at when it ended.
    private(set) var unfinished: [UInt64] = []

    init(source: Address, name: String, pid: Int32, host: String) {
        (self.source, self.name, self.pid, self.host) = (source, name, pid, host)
    }

    /// Appends events; `offset` is what is added to their times.
    mutating func append(_ events: [TraceEvent], offset: Int64) {
        TraceBatch.append(events, offset, to: &words)
    }

    /// Appends what a process was at when it ended.
    mutating func append(unfinished events: [TraceEvent], offset: Int64) {
        TraceBatch.append(events, offset, to: &unfinished)
    }

    var events: [TraceEvent] { TraceBatch.events(words) }
    var unfinishedEvents: [TraceEvent] { TraceBatch.events(unfinished) }

    private static func append(_ events: [TraceEvent], _ offset: Int64, to words: inout [UInt64]) {
        words.reserveCapacity(words.count + events.count * TraceEvent.wordCount)
        for var event in events {
            event.start = event.start.shifted(by: offset)
            // The end of a frame is no time.
            if event.kind != .frame { event.end = event.end.shifted(by: offset) }
            let four = event.words
            words += [four.0, four.1, four.2, four.3]
        }
    }

    private static func events(_ words: [UInt64]) -> [TraceEvent] {
        stride(from: 0, to: words.count - words.count % TraceEvent.wordCount, by: TraceEvent.wordCount)
            .compactMap { TraceEvent((words[$0], words[$0 + 1], words[$0 + 2], words[$0 + 3])) }
    }
}

extension UInt64 {
    /// The time on a clock that is ahead of this one's by so much.
    func shifted(by offset: Int64) -> UInt64 {
        let shifted = addingReportingOverflow(UInt64(bitPattern: offset))
        // Times are below half of the range.
        return shifted.partialValue > UInt64(Int64.max) ? 0 : shifted.partialValue
    }
}
