internal import ClosureCoding

/// A place where a fixed number of processes, threads or tasks, on any ranks, wait for one another, again and again.
///
/// ```swift
/// let barrier = try Barrier(parties: 3)
/// let processes = (0..<3).map { _ in
///     Process {
///         for step in 0..<10 {
///             try compute(step)
///             try barrier.wait()          // nobody begins the next step before all have done this one
///         }
///     }
/// }
/// ```
/// When one that waits gives up, because its time is up, its task is cancelled, or its process ends, the barrier is broken: all
/// who wait, and all who come later, get an error of kind `brokenBarrier`, until `reset`. A process that ends while it is not
/// waiting is not known to be missing: a `timeout` is for that.
///
/// As `multiprocessing.Barrier` in Python, except that the end of a process that waits breaks it, and that `abort` and
/// `reset` do not wait for the action.
public final class Barrier: Codable, Sendable {
    /// How many have to come for all to go on.
    ///
    /// As `Barrier.parties` in Python.
    public let parties: Int
    private let service: ServiceHandle
    private let action: PortableFunction<@Sendable () throws -> Void>?
    private let timeout: Duration?

    /// Makes a barrier.
    ///
    /// - Parameters:
    ///   - parties: How many have to come for all to go on; at least 1.
    ///   - action: What the one that comes last does before all go on. It travels to other processes with the barrier. If
    ///     it throws, the barrier is broken, and the error thrown there.
    ///   - timeout: How long `wait` waits unless it says otherwise; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `misuse` for fewer than one party, and outside of `withProcesses`.
    ///
    /// As `Barrier` in Python.
    public init(
        parties: Int,
        action: (@Sendable () throws -> Void)? = nil,
        timeout: Duration? = nil
    ) throws {
        guard parties > 0 else {
            throw ProcessingError(.misuse, "a barrier needs at least one party, not \(parties)")
        }
        self.parties = parties
        self.action = action.map { PortableFunction($0) }
        self.timeout = timeout
        service = try ServiceHandle(making: .barrier(parties: parties), for: "a barrier")
    }

    // MARK: Travelling

    private enum CodingKeys: CodingKey { case parties, service, action, timeout }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        parties = try container.decode(Int.self, forKey: .parties)
        service = try container.decode(ServiceHandle.self, forKey: .service)
        action = try container.decodeIfPresent(
            PortableFunction<@Sendable () throws -> Void>.self,
            forKey: .action
        )
        timeout = try container.decodeIfPresent(Duration.self, forKey: .timeout)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parties, forKey: .parties)
        try container.encode(service, forKey: .service)
        try container.encodeIfPresent(action, forKey: .action)
        try container.encodeIfPresent(timeout, forKey: .timeout)
    }

    // MARK: Waiting

    /// Waits until as many have come as there are parties.
    ///
    /// The one that comes last does the barrier's action, while the others go on waiting.
    ///
    /// - Parameter timeout: How long to wait; `nil` for as long as the barrier's own timeout says, zero and less not at all. When
    ///   the time is up the barrier is broken. While the action is done nobody's time runs.
    /// - Returns: The caller's number in this round, from 0 on in the order of coming.
    /// - Throws: `ProcessingError` of kind `brokenBarrier` when the barrier is broken, or reset meanwhile; what the action throws,
    ///   to the one that does it.
    ///
    /// As `Barrier.wait` in Python.
    @discardableResult
    public func wait(timeout: Duration? = nil) throws -> Int {
        let (endpoint, frame) = try waitFrame(timeout)
        switch try pass(try endpoint.call(frame)) {
        case .passed(let index): return index
        case .act(let generation):
            do {
                try action?.function()
            } catch {
                // What went wrong first is what is told.
                try? abort()
                throw error
            }
            try call(.passBarrier, argument: generation, for: Barrier.waiting)
            return parties - 1
        }
    }

    /// Waits until as many have come as there are parties, without blocking the thread but for the action.
    ///
    /// When the task is cancelled the barrier is broken, and a `CancellationError` thrown; but not once all have come. See the
    /// variant that blocks.
    @discardableResult
    public func wait(timeout: Duration? = nil) async throws -> Int {
        let (endpoint, frame) = try waitFrame(timeout)
        switch try pass(try await endpoint.call(frame)) {
        case .passed(let index): return index
        case .act(let generation):
            do {
                try action?.function()
            } catch {
                try? await abort()
                throw error
            }
            try await call(.passBarrier, argument: generation, for: Barrier.waiting)
            return parties - 1
        }
    }

    private static let waiting = "waiting at a barrier"

    private func waitFrame(_ timeout: Duration?) throws -> (Endpoint, Frame) {
        try service.makeFrame(
            .waitAtBarrier,
            argument: action == nil ? 0 : 1,
            timeout: timeout ?? self.timeout,
            for: Barrier.waiting
        )
    }

    private func pass(_ reply: Frame) throws -> BarrierPass {
        // Only a cancelled wait ends so: one whose time is up has broken the barrier.
        if reply.code == Outcome.timedOut.rawValue { throw CancellationError() }
        try reply.checkOutcome(of: Barrier.waiting)
        return BarrierPass(argument: reply.argument)
    }

    // MARK: Breaking and mending

    /// Breaks the barrier: everybody who waits, or comes later, gets an error of kind `brokenBarrier`.
    ///
    /// - Throws: `ProcessingError` when the barrier no longer exists.
    ///
    /// As `Barrier.abort` in Python.
    public func abort() throws { try call(.abortBarrier, for: "aborting a barrier") }

    /// Breaks the barrier without blocking the thread.
    ///
    /// See the variant that blocks.
    public func abort() async throws { try await call(.abortBarrier, for: "aborting a barrier") }

    /// Makes the barrier new: whoever waits gets an error of kind `brokenBarrier`; later ones wait as if nothing had been.
    ///
    /// - Throws: `ProcessingError` when the barrier no longer exists.
    ///
    /// As `Barrier.reset` in Python.
    public func reset() throws { try call(.resetBarrier, for: "resetting a barrier") }

    /// Makes the barrier new without blocking the thread.
    ///
    /// See the variant that blocks.
    public func reset() async throws { try await call(.resetBarrier, for: "resetting a barrier") }

    /// How many wait now.
    ///
    /// As `Barrier.n_waiting` in Python.
    public var waitingCount: Int {
        get throws { Int(clamping: try call(.barrierState, for: "asking a barrier").argument >> 1) }
    }

    /// Whether the barrier is broken now.
    ///
    /// As `Barrier.broken` in Python.
    public var isBroken: Bool {
        get throws { try call(.barrierState, for: "asking a barrier").argument & 1 == 1 }
    }

    @discardableResult
    private func call(_ operation: Operation, argument: UInt64 = 0, for purpose: String) throws -> Frame {
        let (endpoint, frame) = try service.makeFrame(operation, argument: argument, for: purpose)
        let reply = try endpoint.call(frame)
        try reply.checkOutcome(of: purpose)
        return reply
    }

    @discardableResult
    private func call(
        _ operation: Operation,
        argument: UInt64 = 0,
        for purpose: String
    ) async throws -> Frame {
        let (endpoint, frame) = try service.makeFrame(operation, argument: argument, for: purpose)
        let reply = try await endpoint.call(frame)
        try reply.checkOutcome(of: purpose)
        return reply
    }
}
