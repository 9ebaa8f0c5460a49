internal import Synchronization

extension Process {
    /// The ranks of which one hosts the process; a rank that was given to the initializer goes before.
    ///
    /// ```swift
    /// let process = Process { measure() }
    /// process.ranks = .hosts("node2")
    /// process.cores = .core
    /// try process.start()
    /// ```
    /// It can be changed before the process is started. A change that comes too late has no effect, and the logger
    /// `ProcessLogging.logger` is warned of it.
    public var ranks: RankSelection {
        get { state.fields.withLock { $0.ranks ?? .inTurn } }
        set { changeBeforeStart("which ranks host it") { $0.ranks = newValue } }
    }

    /// Which cores the process runs on.
    ///
    /// It can be changed before the process is started, as `ranks` can. To start it fails with a `ProcessingError` of kind `misuse` if
    /// there are no such cores where it is to run.
    public var cores: CoreBinding {
        get { state.fields.withLock { $0.cores ?? .none } }
        set { changeBeforeStart("which cores it runs on") { $0.cores = newValue } }
    }

    private func changeBeforeStart(_ matter: String, _ change: (inout ProcessState.Fields) -> Void) {
        let isTooLate = state.fields.withLock { fields in
            guard case .initial = fields.stage else { return true }
            change(&fields)
            return false
        }
        if isTooLate {
            ProcessLogging.warn(
                "'\(name)' was started before: \(matter) can be changed before the start only"
            )
        }
    }
}
