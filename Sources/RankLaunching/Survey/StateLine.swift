/// What the first fields of `/proc/PID/stat` say of a process.
struct StateLine {
    var processIdentifier: Int32
    var name: String
    var state: Character
    var parentIdentifier: Int32
    var sessionIdentifier: Int32

    /// Takes a line apart; the name stands in parentheses and may itself contain some.
    init?(_ line: String) {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close else {
            return nil
        }
        let rest = line[line.index(after: close)...].split(separator: " ")
        guard let identifier = Int32(line[..<open].filter(\.isNumber)), rest.count >= 4,
            let state = rest[0].first,
            let parent = Int32(rest[1]), let session = Int32(rest[3])
        else { return nil }
        processIdentifier = identifier
        name = String(line[line.index(after: open)..<close])
        self.state = state
        parentIdentifier = parent
        sessionIdentifier = session
    }

    /// Reads the line of a process, or `nil` if there is none.
    init?(readingProcess identifier: Int32) {
        guard let line = SystemFile.text(of: "/proc/\(identifier)/stat") else { return nil }
        self.init(line)
    }

    /// Whether it has ended, and only its parent has not asked for its status yet.
    var hasEnded: Bool {
        state == "Z" || state == "X"
    }

    /// The lines of all processes that are alive, by rising process id.
    static func everyLine() -> [StateLine] {
        SystemFile.names(in: "/proc")
            .compactMap(Int32.init)
            .sorted()
            .compactMap(StateLine.init(readingProcess:))
            .filter { !$0.hasEnded }
    }
}
