internal import CProcessSupport
internal import Glibc
public import Logging

/// Writes what is logged to standard error, each message with the process that it comes from, in one piece.
///
///     [INFO/Process-1 rank=2 pid=4711] my-label: the message key=value
///
/// `ProcessLogging.bootstrap` makes it the handler of all loggers.
///
/// As the handler that `multiprocessing.log_to_stderr` installs in Python, which does not know of ranks.
public struct ProcessLogHandler: LogHandler {
    /// The least level at which something is written.
    public var logLevel: Logger.Level
    /// What is written with each message.
    public var metadata: Logger.Metadata = [:]
    /// Says what else is written with each message.
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String

    /// A handler for a logger's label.
    public init(label: String, level: Logger.Level = .info) {
        self.label = label
        logLevel = level
    }

    /// What is written with each message, by its key.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes a message.
    public func log(event: LogEvent) {
        let line = Array(text(of: event).utf8)
        // Together with what is printed to standard error, and in order with it.
        _ = cps_print(STDERR_FILENO, line, line.count, 1, 1)
    }

    private func text(of event: LogEvent) -> String {
        let current = Process.current
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let level = event.level.rawValue.uppercased()
        return
            "[\(level)/\(current.name) rank=\(current.rank) pid=\(current.pid)] \(label): \(event.message)\(pairs)\n"
    }
}
