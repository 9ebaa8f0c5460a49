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
    /// The state letter of `/proc/PID/stat`, such as `R` for running, `S` for sleeping, `T` for stopped.
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
    /// Completes what a state line says with the command line.
    init(_ line: StateLine) {
        let arguments = (SystemFile.bytes(of: "/proc/\(line.processIdentifier)/cmdline") ?? [])
            .split(separator: 0)
            .map { String(decoding: $0, as: UTF8.self) }
        processIdentifier = line.processIdentifier
        parentIdentifier = line.parentIdentifier
        sessionIdentifier = line.sessionIdentifier
        state = line.state
        command = arguments.isEmpty ? line.name : arguments.joined(separator: " ")
    }
}
