internal import ClosureCoding

/// Runs calls in processes and gives a `Future` for each.
///
/// ```swift
/// let executor = try Executor(maxWorkers: 4)
/// let future = try executor.submit { expensive(number) }
/// print(try future.result())
/// try executor.shutdown()
/// ```
/// As `concurrent.futures.ProcessPoolExecutor` in Python, except that the loss of a worker fails only the call that it ran, with
/// `WorkerLost`: the executor goes on.
public final class Executor: Sendable {
    let pool: Pool

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - maxWorkers: How many; by default as many as there are processors on this machine.
    ///   - ranks: The ranks that host them.
    ///   - cores: Which cores each of them runs on.
    ///   - startMethod: How they are started; by default as `withProcesses` says.
    ///   - maxTasksPerChild: After how many calls a worker ends and is replaced; `nil` for never.
    ///   - initializer: Called once in each worker before it takes calls; see `Pool`.
    /// - Throws: As `Pool.init`.
    public init(
        maxWorkers: Int? = nil,
        on ranks: RankSelection = .inTurn,
        cores: CoreBinding = .none,
        startMethod: StartMethod? = nil,
        maxTasksPerChild: Int? = nil,
        initializer: (@Sendable () throws -> Void)? = nil
    ) throws {
        pool = try Pool(
            processes: maxWorkers,
            on: ranks,
            cores: cores,
            startMethod: startMethod,
            maxTasksPerChild: maxTasksPerChild,
            initializer: initializer
        )
    }

    /// How many calls can run at a time.
    public var workerCount: Int { pool.processCount }

    /// Has a function called in a worker.
    ///
    /// - Parameters:
    ///   - retries: How often it is called again when its worker is lost.
    ///   - function: The function; what it captures travels to the worker.
    /// - Returns: What stands for its result.
    /// - Throws: An error that names the culprit when the function cannot be encoded; `ProcessingError` of kind `closed` after
    ///   `shutdown`.
    ///
    /// As `Executor.submit` in Python.
    @discardableResult
    public func submit<Output: Codable & Sendable>(
        retries: Int = 0,
        _ function: @escaping @Sendable () throws -> Output
    ) throws -> Future<Output> {
        Future(try pool.submitCall(Call(function: PortableFunction(function)), retries))
    }

    /// Has a function that returns nothing called in a worker.
    @discardableResult
    public func submit(
        retries: Int = 0,
        _ function: @escaping @Sendable () throws -> Void
    ) throws -> Future<Void> {
        let function = CallWithoutResult(function: PortableFunction(function))
        return Future(try pool.submitCall(function, retries, assemble: { _ in }))
    }

    /// Has a function that may suspend called in a worker.
    @discardableResult
    public func submit<Output: Codable & Sendable>(
        retries: Int = 0,
        _ function: @escaping @Sendable () async throws -> Output
    ) throws -> Future<Output> {
        Future(try pool.submitCall(AsyncCall(function: PortableFunction(function)), retries))
    }

    /// Applies a function to every input; the results come in the order of the inputs, to be taken one by one.
    ///
    /// All inputs are taken at once.
    ///
    /// - Parameters:
    ///   - inputs: What the function is applied to.
    ///   - timeout: How long the whole may take, from now on: who takes a result later gets an error of kind `timedOut`.
    ///   - chunkSize: How many inputs a worker is handed at a time.
    ///   - retries: How often a task is run again when its worker is lost.
    ///   - transform: The function.
    /// - Returns: The results, to be taken one by one.
    /// - Throws: As `Pool.imap`.
    ///
    /// As `Executor.map` in Python.
    public func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        timeout: Duration? = nil,
        chunkSize: Int = 1,
        retries: Int = 0,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> PoolResults<Output> {
        var flow = PoolFlow(true, chunkSize, .max, retries, nil)
        flow.deadline = Timeout(timeout).deadline(from: .now)
        return try pool.results(of: Transform(function: PortableFunction(transform)), inputs, flow)
    }

    /// Takes no more calls.
    ///
    /// - Parameters:
    ///   - wait: Whether to wait until all workers have ended, which they do when every call is done.
    ///   - cancelFutures: Whether calls that no worker has been given yet are cancelled.
    /// - Throws: `ProcessingError` when `withProcesses` has ended.
    ///
    /// As `Executor.shutdown` in Python.
    public func shutdown(wait: Bool = true, cancelFutures: Bool = false) throws {
        if cancelFutures { try pool.withdrawAll() }
        try pool.close()
        if wait { try pool.join() }
    }

    /// Takes no more calls, without blocking the thread.
    ///
    /// See the variant that blocks.
    public func shutdown(wait: Bool = true, cancelFutures: Bool = false) async throws {
        if cancelFutures { try pool.withdrawAll() }
        try pool.close()
        if wait { try await pool.join() }
    }
}

extension Pool {
    /// Cancels every job of which no worker has been given anything.
    func withdrawAll() throws {
        let reply = try endpoint.call(endpoint.makeFrame(.withdrawAll, to: address))
        guard reply.code != Outcome.notFound.rawValue else { return }
        try reply.checkOutcome(of: "cancelling what a pool has not begun")
    }
}
