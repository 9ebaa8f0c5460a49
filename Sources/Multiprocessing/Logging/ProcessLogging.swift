internal import Glibc
public import Logging
internal import Synchronization

/// Logging in programs of several processes.
public enum ProcessLogging {
    /// Makes every logger of the program and of its processes write to standard error, each message in one piece, with the name, the
    /// rank and the pid of its process.
    ///
    /// ```swift
    /// ProcessLogging.bootstrap(level: .debug)
    /// try withProcesses {
    ///     try Process { Logger(label: "work").info("begun") }.start()   // [INFO/Process-1 rank=1 pid=42] work: begun
    /// }
    /// ```
    /// To be called once, before `withProcesses`, by every rank, and instead of `LoggingSystem.bootstrap`. Processes also note in
    /// the logger `multiprocessing` when they begin and end their work.
    ///
    /// - Parameter level: The least level at which something is written.
    ///
    /// As `multiprocessing.log_to_stderr` in Python.
    public static func bootstrap(level: Logger.Level = .info) {
        let isFirst = isBootstrapped.withLock { known in
            defer { known = true }
            return !known
        }
        guard isFirst else { return }
        // A process that is executed afresh reads it there.
        setenv(variable, level.rawValue, 1)
        LoggingSystem.bootstrap { label in ProcessLogHandler(label: label, level: level) }
    }

    /// The name, the pid and the rank of the calling process, for handlers of other makes.
    ///
    /// ```swift
    /// LoggingSystem.bootstrap(MyHandler.init, metadataProvider: ProcessLogging.metadataProvider)
    /// ```
    public static let metadataProvider = Logger.MetadataProvider {
        let current = Process.current
        return ["process": "\(current.name)", "pid": "\(current.pid)", "rank": "\(current.rank)"]
    }

    /// The logger in which processes note when they begin and end their work.
    ///
    /// As `multiprocessing.get_logger` in Python.
    public static var logger: Logger { Logger(label: "multiprocessing") }

    private static let variable = "SWIFT_MPI_LOG_LEVEL"
    private static let isBootstrapped = Mutex(false)

    /// Does in a new process what its program has done, unless the process was forked from it and has it already.
    static func resume() {
        guard let level = getenv(variable).flatMap({ Logger.Level(rawValue: String(cString: $0)) }) else {
            return
        }
        bootstrap(level: level)
    }

    /// Warns of something that cannot be thrown.
    static func warn(_ text: String) { logger.warning("\(text)") }

    /// Notes a step in the life of the calling process, if the program wants to know.
    static func note(_ step: @autoclosure () -> Logger.Message) {
        guard isBootstrapped.withLock({ $0 }) else { return }
        logger.info(step())
    }
}
