internal import ClosureCoding
internal import Synchronization

/// A process of the operating system that runs one closure, one function with its arguments, one `ProcessBody`, or the
/// `run` method of a subclass.
///
/// ```swift
/// try withProcesses {
///     let process = Process { print("called in", Process.current.name) }
///     try process.start()
///     try process.join()
/// }
/// ```
/// The ranks of the program host the processes: by default in turn, on every rank but the main one. What the closure
/// captures travels to the process and has to be `Codable`; nothing is shared.
///
/// As in Python's `multiprocessing.Process`, except that a process never outlives the program, however that ends.
open class Process: CustomStringConvertible {
    let state: ProcessState

    /// A process whose work is a subclass's `run`.
    ///
    /// - Parameters:
    ///   - name: A name for people; `Process-1`, `Process-2`, … by default, `Process-1:1` for the first child of the first.
    ///   - daemon: Whether it is ended with the program instead of being waited for.
    ///   - rank: The rank that hosts it; by default the next in turn.
    ///   - startMethod: How it is started; by default as `withProcesses` says.
    public init(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil
    ) {
        state = Process.makeState(name, daemon, rank, startMethod, work: nil)
    }

    /// A process that runs a closure.
    ///
    /// The closure may capture whatever is `Codable`; `start` says what is not. See `init(name:daemon:on:startMethod:)`
    /// for the other parameters.
    public convenience init(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () throws -> Void
    ) {
        self.init(Process.makeState(name, daemon, rank, startMethod, work: ClosureWork(closure: .init(body))))
    }

    /// A process that runs a closure that may suspend, in a task of its own.
    public convenience init(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) {
        self.init(
            Process.makeState(
                name,
                daemon,
                rank,
                startMethod,
                work: AsynchronousClosureWork(closure: .init(body))
            )
        )
    }

    /// A process that runs a value of the user's.
    public convenience init(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        body: some ProcessBody
    ) {
        self.init(Process.makeState(name, daemon, rank, startMethod, work: BodyWork(body: body)))
    }

    /// A process that runs a value of the user's whose work may suspend.
    public convenience init(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        body: some AsyncProcessBody
    ) {
        self.init(Process.makeState(name, daemon, rank, startMethod, work: AsyncBodyWork(body: body)))
    }

    /// A process of which everything is known.
    init(_ state: ProcessState) { self.state = state }

    static func makeState(
        _ name: String?,
        _ isDaemon: Bool,
        _ rank: Int?,
        _ startMethod: StartMethod?,
        work: (any Work & Sendable)?
    ) -> ProcessState {
        let identity = Lineage.nextChild()
        return ProcessState(
            .init(
                name: name ?? Lineage.name(for: identity),
                isDaemon: isDaemon,
                identity: identity,
                requestedRank: rank,
                startMethod: startMethod,
                work: work
            )
        )
    }

    /// What the process does; a subclass overrides it.
    ///
    /// It is called in the process, not by the one that starts it.
    ///
    /// The instance that it is called on has the stored properties that the starter's instance had.
    open func run() throws {}

    // MARK: What is known

    /// The name, for people.
    ///
    /// It can be changed before the process is started.
    public var name: String {
        get { state.name }
        set { state.fields.withLock { $0.name = newValue } }
    }

    /// Whether the process is ended with the program instead of being waited for.
    ///
    /// It can be changed before the process is started. A change that comes too late has no effect, and the logger
    /// `ProcessLogging.logger` is warned of it, since a property cannot throw; `changeDaemon(to:)` can.
    ///
    /// A daemon cannot start processes of its own.
    ///
    /// As `Process.daemon` in Python.
    public var isDaemon: Bool {
        get { state.fields.withLock { $0.isDaemon } }
        set {
            do {
                try changeDaemon(to: newValue)
            } catch {
                ProcessLogging.warn("\(error)")
            }
        }
    }

    /// Changes whether the process is ended with the program instead of being waited for.
    ///
    /// - Throws: `ProcessingError` of kind `misuse` when the process was started before, `closed` when it was closed.
    ///
    /// As an assignment to `Process.daemon` in Python.
    public func changeDaemon(to isDaemon: Bool) throws {
        try state.fields.withLock { fields throws(ProcessingError) in
            switch fields.stage {
            case .initial: fields.isDaemon = isDaemon
            case .closed: throw Process.closedError(fields.name)
            case .starting, .started, .ended, .running:
                throw ProcessingError(
                    .misuse,
                    "'\(fields.name)' was started before: whether it is a daemon can be changed before the start only"
                )
            }
        }
    }

    /// The process's number in its operating system, once it was started.
    ///
    /// Different ranks may be different machines.
    public var pid: Int? { state.pid.map(Int.init) }

    /// The rank that hosts the process, once it was started.
    public var rank: Int? { state.address.map { Int($0.rank) } }

    /// As Python prints a process: `<Process name='Process-1' pid=42 rank=1 started>`.
    public var description: String {
        let fields = state.fields.withLock { $0 }
        let type = String(describing: Self.self)
        var text = "<\(type) name='\(fields.name)'"
        switch fields.stage {
        case .initial: text += " initial"
        case .closed: text += " closed"
        case .starting: text += " starting"
        case .started(let address, let pid):
            text += " pid=\(pid) rank=\(address.rank) "
            text += (try? exitCodeNow()).map { "stopped exitcode=\($0)" } ?? "started"
        case .ended(let address, let pid, let status):
            text += " pid=\(pid) rank=\(address.rank) stopped exitcode=\(status.exitCode)"
        case .running(let address, let pid): text += " pid=\(pid) rank=\(address.rank) started"
        }
        return text + (fields.isDaemon ? " daemon>" : ">")
    }
}
