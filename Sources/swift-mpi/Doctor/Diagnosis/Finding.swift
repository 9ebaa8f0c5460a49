/// One thing that the doctor says.
struct Finding: Codable, Equatable, Sendable {
    enum Level: String, Codable, Sendable {
        case good = "ok"
        case note
        case problem = "PROBLEM"
    }

    var level: Level
    var text: String
    /// What to do about it.
    var cure: String?

    static func good(_ text: String) -> Finding { Finding(level: .good, text: text) }

    static func note(_ text: String, cure: String? = nil) -> Finding {
        Finding(level: .note, text: text, cure: cure)
    }

    static func problem(_ text: String, cure: String) -> Finding {
        Finding(level: .problem, text: text, cure: cure)
    }
}
