import Foundation
import Testing

/// A trace as a viewer reads it.
struct ReadTrace {
    struct Event {
        let phase: String
        let name: String
        let category: String
        let rank: Int
        let thread: Int
        /// In microseconds.
        let start: Double
        let duration: Double
        let facts: [String: Any]
        var end: Double { start + duration }
    }

    let events: [Event]

    /// Throws when it is no trace.
    init(_ text: String) throws {
        let json = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let objects = try #require(json as? [[String: Any]])
        events = try objects.map { object in
            Event(
                phase: try #require(object["ph"] as? String),
                name: try #require(object["name"] as? String),
                category: object["cat"] as? String ?? "",
                rank: try #require(object["pid"] as? Int),
                thread: try #require(object["tid"] as? Int),
                start: (object["ts"] as? NSNumber)?.doubleValue ?? 0,
                duration: (object["dur"] as? NSNumber)?.doubleValue ?? 0,
                facts: object["args"] as? [String: Any] ?? [:]
            )
        }
    }

    init(contentsOf path: String) throws {
        try self.init(String(contentsOfFile: path, encoding: .utf8))
    }

    func spans(_ category: String) -> [Event] { events.filter { $0.phase == "X" && $0.category == category } }

    /// The names of all threads.
    var threadNames: [String] {
        events.filter { $0.phase == "M" && $0.name == "thread_name" }
            .compactMap { $0.facts["name"] as? String }
    }

    var rankNames: [String] {
        events.filter { $0.phase == "M" && $0.name == "process_name" }
            .compactMap { $0.facts["name"] as? String }
    }

    /// What lies partly inside of something else on its thread, which no viewer can show.
    var crossings: [String] {
        var found: [String] = []
        let threads = Dictionary(grouping: events.filter { $0.phase == "X" }) { "\($0.rank)/\($0.thread)" }
        for (thread, spans) in threads {
            var open: [Event] = []
            // Of those that begin at the same time, the longest is outside.
            for span in spans.sorted(by: { ($0.start, -$0.duration) < ($1.start, -$1.duration) }) {
                // Times have three digits behind the point; sums of such numbers are not exact.
                while let last = open.last, last.end <= span.start + 0.0005 { open.removeLast() }
                if let last = open.last, span.end > last.end + 0.0015 {
                    found.append("\(thread): \(span) in \(last)")
                }
                open.append(span)
            }
        }
        return found
    }
}
