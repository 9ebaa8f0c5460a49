/// A trace as `chrome://tracing` and Perfetto read it: JSON, an array of events, one on each line.
///
/// A process of theirs is a rank, a thread of theirs is a process of ours, and the further threads of a process follow it. What happens on a
/// thread nests. Such a file is readable as far as it goes, should its end be missing.
struct TraceDocument {
    static let head = "[\n"
    static let tail = "\n]\n"

    /// How many events are written at most.
    let limit: Int
    private(set) var eventCount = 0
    /// How many events were left out, by the process that they are of.
    private(set) var lostCount: UInt64 = 0
    private var isEmpty = true
    private var knownRanks: Set<Int32> = []
    private var knownLanes: Set<Lane> = []
    private var suspensionCount: UInt64 = 0

    private struct Lane: Hashable {
        let source: Address
        let number: UInt16
    }

    init(limit: Int) { self.limit = limit }

    /// The lines for what a Host has to say, to follow those before.
    mutating func text(of batch: TraceBatch) -> String {
        var text = ""
        introduce(batch, 0, &text)
        for event in batch.events { append(event, of: batch, isUnfinished: false, &text) }
        for event in batch.unfinishedEvents { append(event, of: batch, isUnfinished: true, &text) }
        if let life = batch.life {
            append(
                line(
                    "X",
                    batch.name,
                    "process",
                    batch,
                    0,
                    life.start,
                    [
                        ("pid", "\(batch.pid)"), ("ending", TraceDocument.quoted(life.ending)),
                    ],
                    duration: life.end - min(life.start, life.end)
                ),
                &text
            )
        }
        if batch.lostCount > 0 { lostCount += batch.lostCount }
        return text
    }

    /// The last lines: how many events are missing.
    mutating func ending(at time: UInt64) -> String {
        guard lostCount > 0 else { return TraceDocument.tail }
        var text = ""
        append(
            #"{"ph":"i","name":"\#(lostCount) events were lost","cat":"trace","s":"g","pid":0,"tid":1,"ts":\#(TraceDocument.microseconds(time))}"#,
            &text
        )
        return text + TraceDocument.tail
    }

    // MARK: Events

    private mutating func append(
        _ event: TraceEvent,
        of batch: TraceBatch,
        isUnfinished: Bool,
        _ text: inout String
    ) {
        guard eventCount < limit else {
            lostCount += 1
            return
        }
        eventCount += 1
        introduce(batch, event.lane, &text)
        var facts: [(String, String)] = isUnfinished ? [("unfinished", "true")] : []
        let operation = Operation(rawValue: event.operation).map { "\($0)" } ?? "operation \(event.operation)"
        switch event.kind {
        case .task, .failedTask:
            facts = [("index", "\(event.detail)"), ("job", "\(event.job)")] + facts
            if event.kind == .failedTask { facts.append(("failed", "true")) }
            append(
                line(
                    "X",
                    "task",
                    "task",
                    batch,
                    event.lane,
                    event.start,
                    facts,
                    duration: event.end - event.start
                ),
                &text
            )
        case .wait:
            facts = [("at", TraceDocument.quoted("\(event.address)"))] + facts
            append(
                line(
                    "X",
                    operation,
                    "wait",
                    batch,
                    event.lane,
                    event.start,
                    facts,
                    duration: event.end - event.start
                ),
                &text
            )
        case .suspension:
            // Those of one process overlap as they like, so they are kept apart by numbers.
            suspensionCount += 1
            facts = [("at", TraceDocument.quoted("\(event.address)"))]
            let number = "\(suspensionCount)"
            append(
                line("b", operation, "suspension", batch, event.lane, event.start, facts, number: number),
                &text
            )
            append(
                line("e", operation, "suspension", batch, event.lane, event.end, [], number: number),
                &text
            )
        case .frame:
            facts = [("to", TraceDocument.quoted("\(event.address)")), ("bytes", "\(event.end)")]
            append(line("i", operation, "frame", batch, event.lane, event.start, facts), &text)
        }
    }

    private func line(
        _ phase: String,
        _ name: String,
        _ category: String,
        _ batch: TraceBatch,
        _ lane: UInt16,
        _ time: UInt64,
        _ facts: [(String, String)],
        duration: UInt64? = nil,
        number: String? = nil
    ) -> String {
        var line = #"{"ph":"\#(phase)","name":\#(TraceDocument.quoted(name)),"cat":"\#(category)""#
        line += #","pid":\#(batch.source.rank),"tid":\#(TraceDocument.thread(batch.source, lane))"#
        line += #","ts":\#(TraceDocument.microseconds(time))"#
        if let duration { line += #","dur":\#(TraceDocument.microseconds(duration))"# }
        if let number { line += #","id":"\#(number)""# }
        if phase == "i" { line += #","s":"t""# }
        if !facts.isEmpty {
            line += #","args":{"# + facts.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        }
        return line + "}"
    }

    private mutating func append(_ line: String, _ text: inout String) {
        text += isEmpty ? line : ",\n" + line
        isEmpty = false
    }

    // MARK: Names

    /// Says what rank and thread are called, when they are met for the first time.
    private mutating func introduce(_ batch: TraceBatch, _ lane: UInt16, _ text: inout String) {
        let rank = batch.source.rank
        if knownRanks.insert(rank).inserted {
            name("process_name", "rank \(rank) on \(batch.host)", rank, 0, &text)
            sort("process_sort_index", Int(rank), rank, 0, &text)
        }
        guard knownLanes.insert(Lane(source: batch.source, number: lane)).inserted else { return }
        let thread = TraceDocument.thread(batch.source, lane)
        let title = "\(batch.name) (pid \(batch.pid))"
        name("thread_name", lane == 0 ? title : "\(title) thread \(lane)", rank, thread, &text)
        sort("thread_sort_index", Int(batch.source.serial) * 1000 + Int(lane), rank, thread, &text)
    }

    private mutating func name(
        _ what: String,
        _ value: String,
        _ rank: Int32,
        _ thread: UInt32,
        _ text: inout String
    ) {
        let quoted = TraceDocument.quoted(value)
        append(
            #"{"ph":"M","name":"\#(what)","pid":\#(rank),"tid":\#(thread),"args":{"name":\#(quoted)}}"#,
            &text
        )
    }

    private mutating func sort(
        _ what: String,
        _ index: Int,
        _ rank: Int32,
        _ thread: UInt32,
        _ text: inout String
    ) {
        append(
            #"{"ph":"M","name":"\#(what)","pid":\#(rank),"tid":\#(thread),"args":{"sort_index":\#(index)}}"#,
            &text
        )
    }

    /// A number for each thread of a rank: the process's own for its first one, and for the others one that no process has.
    ///
    /// Viewers take numbers of 32 bits.
    private static func thread(_ source: Address, _ lane: UInt16) -> UInt32 {
        lane == 0 ? source.serial : 0x8000_0000 | (source.serial & 0x7fff) << 16 | UInt32(lane)
    }

    // MARK: JSON

    /// Nanoseconds as microseconds, exactly.
    static func microseconds(_ nanoseconds: UInt64) -> String {
        let rest = "\(nanoseconds % 1000)"
        return "\(nanoseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    /// Text in quotation marks, with what JSON does not allow in it replaced.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
