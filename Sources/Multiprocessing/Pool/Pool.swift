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
/// The workers are spread over the ranks as other processes are. They are daemons: what is left of a pool is ended with the program.
///
/// As `multiprocessing.Pool` in Python, except that the loss of a worker never hangs and never loses another task: the
/// task that the worker ran fails with `WorkerLost`, all others go on, and the worker is replaced.
public final class Pool: Sendable {
    let endpoint: Endpoint
    let address: Address
    /// How many workers the pool has.
    public let processCount: Int
    private static let created = Mutex(0)

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - processes: How many; by default as many as there are processors on this machine.
    ///   - startMethod: How they are started; by default as `withProcesses` says.
    ///   - initializer: Called once in each worker before it takes work.
    /// - Throws: `ProcessingError` of kind `misuse` for less than one worker, or in a daemon; an error that names the
    ///   culprit when the initializer cannot travel.
    public init(
        processes: Int? = nil,
        startMethod: StartMethod? = nil,
        initializer: (@Sendable () throws -> Void)? = nil
    ) throws {
        endpoint = try Endpoint.required(for: "a pool")
        processCount = processes ?? Machine.processorCount
        guard processCount >= 1 else {
            throw ProcessingError(.misuse, "a pool needs at least one process, not \(processCount)")
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
        let order = ProcessOrder(
            name: "PoolWorker",
            identity: Lineage.path + [number],
            isDaemon: true,
            startMethod: startMethod ?? endpoint.startMethod,
            parent: endpoint.address,
            parentName: current.name,
            parentPid: Int32(current.pid),
            mainRank: endpoint.mainRank,
            requestedRank: nil,
            journalSize: PoolWorker.journalSize
        )
        let work = try MessageEncoder().encode(
            PortableWork(PoolWorker(initializer: initializer.map { PortableFunction($0) }))
        )
        var frame = endpoint.makeFrame(
            .createPool,
            to: endpoint.host,
            argument: UInt64(processCount),
            reserving: work.count + 512
        )
        try frame.append(order)
        frame.bytes.append(contentsOf: work)
        let reply = try endpoint.call(frame)
        try reply.checkOutcome(of: "making a pool")
        address = Address(rank: reply.source.rank, serial: UInt32(truncatingIfNeeded: reply.argument))
    }

    // MARK: The end

    /// Takes no more work; the workers end when everything is done.
    ///
    /// As `Pool.close` in Python.
    public func close() throws { try finish(.closePool) }

    /// Ends the workers at once; whatever is not done fails with an error of kind `terminated`.
    ///
    /// As `Pool.terminate` in Python, except that it really ends running tasks.
    public func terminate() throws { try finish(.terminatePool) }

    private func finish(_ operation: Operation) throws {
        let reply = try endpoint.call(endpoint.makeFrame(operation, to: address))
        // A pool that has ended already is as good as closed.
        guard reply.code != Outcome.notFound.rawValue else { return }
        try reply.checkOutcome(of: "closing a pool")
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
    /// See `join(timeout:)`.
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
        case .timedOut: return false
        case .notFound: return true
        case .malformed:
            throw ProcessingError(.misuse, "the pool is still open: `close` or `terminate` it before `join`")
        default: try reply.checkOutcome(of: "joining a pool")
        }
        return true
    }

    // MARK: Work

    /// Hands in a job and returns what stands for its result.
    func submit<Value: Sendable>(
        _ work: any PoolWork,
        chunks: [(first: Int, count: Int, inputs: [UInt8])],
        purpose: String,
        callback: (@Sendable (Result<Value, any Error>) -> Void)? = nil,
        assemble: @escaping @Sendable ([Frame]) throws -> Value
    ) throws -> PoolJob<Value> {
        let encodedWork = try MessageEncoder().encode(PortablePoolWork(work))
        let size = chunks.reduce(encodedWork.count + 8) { $0 + 24 + $1.inputs.count }
        var frame = endpoint.makeFrame(.submit, to: address, reserving: size)
        PoolWire.append(UInt64(encodedWork.count), to: &frame.bytes)
        frame.bytes.append(contentsOf: encodedWork)
        for chunk in chunks {
            for number in [chunk.first, chunk.count, chunk.inputs.count] {
                PoolWire.append(UInt64(number), to: &frame.bytes)
            }
            frame.bytes.append(contentsOf: chunk.inputs)
        }
        let job = PoolJob<Value>(purpose: purpose, callback: callback, assemble: assemble)
        _ = try endpoint.request(frame) { job.accept($0) }
        return job
    }

    /// The results in the frames, by their index.
    static func results<Output: Decodable>(_ frames: [Frame], count: Int, as type: Output.Type) throws
        -> [Output]
    {
        var results = [Output?](repeating: nil, count: count)
        var failure: (index: Int, error: any Error)?
        for frame in frames {
            try frame.withBody { body in
                var reader = PoolWire.Reader(body)
                while !reader.isAtEnd {
                    let entry = try reader.entry()
                    guard results.indices.contains(entry.index), results[entry.index] == nil else { continue }
                    do {
                        results[entry.index] = try decode(entry.outcome, entry.body, as: type)
                    } catch {
                        // The error of the first task in order is the one that is thrown, whichever came first in time.
                        if failure.map({ entry.index < $0.index }) ?? true { failure = (entry.index, error) }
                    }
                }
            }
        }
        if let failure { throw failure.error }
        let complete = results.compactMap { $0 }
        guard complete.count == count else {
            throw ProcessingError(.transport, "\(count - complete.count) of \(count) results are missing")
        }
        return complete
    }

    private static func decode<Output: Decodable>(
        _ outcome: UInt8,
        _ body: UnsafeRawBufferPointer,
        as type: Output.Type
    ) throws -> Output {
        switch PoolWire.TaskOutcome(rawValue: outcome) {
        case .value: return try MessageDecoder().decode(type, from: body)
        case .failure: throw try MessageDecoder().decode(TaskFailure.self, from: body).error
        case .workerLost: throw try MessageDecoder().decode(WorkerLost.self, from: body)
        case nil: throw ProcessingError(.transport, "a result of the unknown kind \(outcome)")
        }
    }
}
