#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A process that was alive when a survey saw it.
///
/// ```swift
/// for process in ProcessSurvey.descendants(of: job.processIdentifier) { print(process) }
/// ```
public struct LiveProcess: Sendable, Hashable {
    /// Its process id.
    public let processIdentifier: Int32
    /// The process id of its parent; 1 if the parent has ended.
    public let parentIdentifier: Int32
    /// The session it belongs to; a job that `RankJob` starts has one of its own.
    public let sessionIdentifier: Int32
    /// The state letter of `/proc/PID/stat`: `R` running, `S` sleeping, `T` stopped, `Z` ended but not yet reaped, …
    public let state: Character
    /// Its command line, or the short name of its program if it has none.
    public let command: String

    /// Sends the process a signal; whoever has ended in the meantime is no error.
    ///
    /// - Parameter signal: The signal's number, such as `SIGKILL`.
    /// - Returns: Whether the signal was delivered.
    @discardableResult
    public func send(signal: Int32) -> Bool {
        kill(processIdentifier, signal) == 0
    }
}

extension LiveProcess: CustomStringConvertible {
    /// The process id and the command line, as `17 sleep 5`.
    public var description: String {
        "\(processIdentifier) \(command)"
    }
}

extension LiveProcess {
    /// Reads what the system knows of a process, or `nil` if there is none or it belongs to nobody any more.
    init?(readingStateOf identifier: Int32) {
        guard let line = SystemFile.text(of: "/proc/\(identifier)/stat"),
            let fields = LiveProcess.fields(ofStateLine: line)
        else { return nil }
        let arguments = (SystemFile.bytes(of: "/proc/\(identifier)/cmdline") ?? [])
            .split(separator: 0)
            .map { String(decoding: $0, as: UTF8.self) }
        processIdentifier = identifier
        parentIdentifier = fields.parent
        sessionIdentifier = fields.session
        state = fields.state
        command = arguments.isEmpty ? fields.name : arguments.joined(separator: " ")
    }

    /// Takes a line of `/proc/PID/stat` apart; the name stands in parentheses and may itself contain some.
    static func fields(
        ofStateLine line: String
    ) -> (name: String, state: Character, parent: Int32, session: Int32)? {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close else {
            return nil
        }
        let rest = line[line.index(after: close)...].split(separator: " ")
        guard rest.count >= 4, let state = rest[0].first, let parent = Int32(rest[1]),
            let session = Int32(rest[3])
        else { return nil }
        return (String(line[line.index(after: open)..<close]), state, parent, session)
    }
}
