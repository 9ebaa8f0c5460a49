internal import ClosureCoding
internal import MessageCoding
internal import Synchronization

/// A number of processes that wait for work.
///
/// ```swift
/// let pool = try Pool(processes: 4)
/// let squares = try pool.map(0..<100) { $0 * $0 }
/// try pool.close()
/// try pool.join()
/// ```
/// The workers are spread over the ranks as other processes are. They are daemons: what is left of a pool is ended with the
/// program. A pool that nobody holds any more, and that has nothing left to do, ends its workers.
///
/// Each worker is handed work in small portions, the next one while it does the one before; what a slow worker has not begun when
/// others have nothing to do goes to them. So a slow one is given less, and nothing waits for it but what it is doing.
///
/// As `multiprocessing.Pool` in Python, except that the loss of a worker never hangs and never loses another task: the
/// task that the worker ran fails with `WorkerLost`, or is run again (`retries`), all others go on, and the worker is replaced.
public final class Pool: Sendable {
    let endpoint: Endpoint
    let address: Address
    /// How many workers the pool has.
    public let processCount: Int
    private static let created = Mutex(0)
    /// Whether nobody has closed or terminated it here; what is handed in at the same moment may be refused by the service.
    private let takesWork = Mutex(true)
    /// Where its workers find large inputs, once there are any.
    private let store = Mutex<InputStore?>(nil)

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - processes: How many; by default as many as there are processors on this machine, or one per rank.
    ///   - share: What that number is counted per: the job, each rank, or each host of the selection.
    ///   - ranks: The ranks that host them.
    ///   - cores: Which cores each of them runs on.
    ///   - startMethod: How they are started; by default as `withProcesses` says.
    ///   - maxTasksPerChild: After how many tasks a worker ends and is replaced; `nil` for never. A chunk of a map counts as one task.
    ///   - initializer: Called once in each worker before it takes work. If it throws, the pool is broken and what it was
    ///     to do fails with a `ProcessingError` of kind `brokenPool` that has the words of the initializer's error.
    /// - Throws: `ProcessingError` of kind `misuse` for less than one worker or task, or in a daemon; an error that names the
    ///   culprit when the initializer cannot travel.
    public convenience init(
        processes: Int? = nil,
        per share: WorkerShare = .job,
        on ranks: RankSelection = .inTurn,
        cores: CoreBinding = .none,
        startMethod: StartMethod? = nil,
        maxTasksPerChild: Int? = nil,
        initializer: (@Sendable () throws -> Void)? = nil
    ) throws {
        try self.init(
            Workers(processes, share, ranks, cores),
            startMethod,
            maxTasksPerChild,
            initializer.map { .init(CallWithoutResult(function: PortableFunction($0))) }
        )
    }

    /// Starts workers that each call a function with an argument before they take work.
    ///
    /// As `Pool(initializer=f, initargs=(a,))` in Python; there can be up to three arguments.
    public convenience init<A: Codable & Sendable>(
        processes: Int? = nil,
        per share: WorkerShare = .job,
        on ranks: RankSelection = .inTurn,
        cores: CoreBinding = .none,
        startMethod: StartMethod? = nil,
        maxTasksPerChild: Int? = nil,
        initializer: @escaping @Sendable (A) throws -> Void,
        initializerArguments a: A
    ) throws {
        let target = TargetCall1(function: PortableFunction(initializer), a: a)
        try self.init(
            Workers(processes, share, ranks, cores),
            startMethod,
            maxTasksPerChild,
            .init(TargetAction(target: target))
        )
    }

    /// Starts workers that each call a function with two arguments before they take work.
    public convenience init<A: Codable & Sendable, B: Codable & Sendable>(
        processes: Int? = nil,
        per share: WorkerShare = .job,
        on ranks: RankSelection = .inTurn,
        cores: CoreBinding = .none,
        startMethod: StartMethod? = nil,
        maxTasksPerChild: Int? = nil,
        initializer: @escaping @Sendable (A, B) throws -> Void,
        initializerArguments a: A,
        _ b: B
    ) throws {
        let target = TargetCall2(function: PortableFunction(initializer), a: a, b: b)
        try self.init(
            Workers(processes, share, ranks, cores),
            startMethod,
            maxTasksPerChild,
            .init(TargetAction(target: target))
        )
    }

    /// Starts workers that each call a function with three arguments before they take work.
    public convenience init<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        processes: Int? = nil,
        per share: WorkerShare = .job,
        on ranks: RankSelection = .inTurn,
        cores: CoreBinding = .none,
        startMethod: StartMethod? = nil,
        maxTasksPerChild: Int? = nil,
        initializer: @escaping @Sendable (A, B, C) throws -> Void,
        initializerArguments a: A,
        _ b: B,
        _ c: C
    ) throws {
        let target = TargetCall3(function: PortableFunction(initializer), a: a, b: b, c: c)
        try self.init(
            Workers(processes, share, ranks, cores),
            startMethod,
            maxTasksPerChild,
            .init(TargetAction(target: target))
        )
    }

    /// How many workers, and where.
    private struct Workers {
        let count: Int
        let share: WorkerShare
        let ranks: RankSelection
        let cores: CoreBinding

        init(_ count: Int?, _ share: WorkerShare, _ ranks: RankSelection, _ cores: CoreBinding) {
            self.count = count ?? (share == .rank ? 1 : Machine.processorCount)
            self.share = share
            self.ranks = ranks
            self.cores = cores
        }
    }

    private init(
        _ workers: Workers,
        _ startMethod: StartMethod?,
        _ maxTasksPerChild: Int?,
        _ initializer: PoolWorker.Initializer?
    ) throws {
        let endpoint = try Endpoint.required(for: "a pool")
        guard 1...PoolService.maximumWorkerCount ~= workers.count else {
            throw ProcessingError(
                .misuse,
                "a pool needs at least one process, and not more than there can be: \(workers.count)"
            )
        }
        if let maxTasksPerChild, maxTasksPerChild < 1 {
            throw ProcessingError(.misuse, "a worker does at least one task, not \(maxTasksPerChild)")
        }
        guard !Lineage.isDaemon else {
            throw ProcessingError(
                .misuse,
                "'\(Process.current.name)' is a daemon, and daemons cannot start processes, so it cannot have a pool"
            )
        }
        let current = Process.current
        let number = Pool.created.withLock { count in
            count += 1
            return count
        }
        // The service puts its own address in the place of the parent's when it passes the order on.
        var order = ProcessOrder(
            name: "PoolWorker",
            identity: Lineage.path + [number],
            isDaemon: true,
            startMethod: startMethod ?? endpoint.startMethod,
            parent: endpoint.address,
            parentName: current.name,
            parentPid: Int32(current.pid),
            mainRank: endpoint.mainRank,
            requestedRank: nil,
            ranks: workers.ranks == .inTurn ? nil : workers.ranks,
            cores: workers.cores == .none ? nil : workers.cores,
            share: workers.share == .job ? nil : workers.share,
            journalSize: PoolWorker.journalSize
        )
        var work: [UInt8] = []
        let departures = try MessageEncoder().encode(
            work: PortableWork(PoolWorker(initializer: initializer)),
            appendingTo: &work
        )
        // They are held by the pool, not by each worker.
        order.passages = departures.passages
        let chunkLimit = maxTasksPerChild.map { UInt64(min($0, Int(Int32.max))) } ?? 0
        var frame = endpoint.makeFrame(
            .createPool,
            to: endpoint.host,
            argument: UInt64(workers.count) | chunkLimit << 32,
            reserving: work.count + 512
        )
        let reply: Frame
        do {
            try frame.append(order)
            frame.bytes.append(contentsOf: work)
            reply = try endpoint.call(frame)
            try reply.checkOutcome(of: "making a pool")
        } catch {
            departures.giveBack()
            throw error
        }
        self.endpoint = endpoint
        processCount = Int(reply.argument >> 32)
        address = Address(rank: reply.source.rank, serial: UInt32(truncatingIfNeeded: reply.argument))
    }

    deinit {
        // Jobs hold their pool until they are complete, so nothing is wanted of it any more. If the Host is gone, so is the pool.
        try? endpoint.notify(endpoint.makeFrame(.abandonPool, to: address))
    }

    // MARK: The end

    /// Takes no more work; the workers end when everything is done.
    ///
    /// From now on, whatever would hand in work throws an error of kind `closed` at once.
    ///
    /// As `Pool.close` in Python.
    public func close() throws { try finish(.closePool) }

    /// Ends the workers at once, whatever they are doing; what is not done fails with an error of kind `terminated`.
    ///
    /// As `Pool.terminate` in Python, except that it really ends running tasks.
    public func terminate() throws { try finish(.terminatePool) }

    private func finish(_ operation: Operation) throws {
        takesWork.withLock { $0 = false }
        let reply = try endpoint.call(endpoint.makeFrame(operation, to: address))
        // A pool that has ended already is as good as closed.
        guard reply.code != Outcome.notFound.rawValue else { return }
        try reply.checkOutcome(of: "closing a pool")
    }

    /// Where its workers find large inputs; `nil` if there is no memory for that.
    func inputStore() -> InputStore? {
        store.withLock { store in
            if store == nil { store = try? InputStore() }
            return store
        }
    }

    /// Throws at once when the pool was closed or terminated, as Python does.
    func checkTakesWork() throws(ProcessingError) {
        guard takesWork.withLock({ $0 }) else {
            throw ProcessingError(.closed, "the pool was closed or terminated: it takes no more work")
        }
    }

    /// Waits until all workers have ended, which they do after `close` or `terminate`, or the time is up.
    ///
    /// - Returns: Whether they have.
    /// - Throws: `ProcessingError` of kind `misuse` when the pool is still open.
    @discardableResult
    public func join(timeout: Duration? = nil) throws -> Bool {
        try finishJoin(try endpoint.call(joinFrame(timeout)))
    }

    /// Waits until all workers have ended, without blocking the thread.
    ///
    /// When the task is cancelled the wait ends with a `CancellationError`. See `join(timeout:)`.
    @discardableResult
    public func join(timeout: Duration? = nil) async throws -> Bool {
        let reply = try await endpoint.call(joinFrame(timeout))
        return try finishJoin(reply)
    }

    private func joinFrame(_ timeout: Duration?) -> Frame {
        endpoint.makeFrame(.joinPool, to: address, timeout: Timeout(timeout))
    }

    private func finishJoin(_ reply: Frame) throws -> Bool {
        switch Outcome(rawValue: reply.code) {
        case .timedOut:
            try Task.checkCancellation()
            return false
        case .notFound: return true
        case .misused:
            throw ProcessingError(.misuse, "the pool is still open: `close` or `terminate` it before `join`")
        default: try reply.checkOutcome(of: "joining a pool")
        }
        return true
    }
}
