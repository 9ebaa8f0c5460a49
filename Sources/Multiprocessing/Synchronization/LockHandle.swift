internal import Glibc
internal import MessageCoding

/// What `Lock`, `RLock` and `Condition` have in common: where the lock is, and how it is asked.
struct LockHandle: Codable, Sendable {
    let service: ServiceHandle
    let isReentrant: Bool

    init(isReentrant: Bool) throws {
        self.isReentrant = isReentrant
        service = try ServiceHandle(
            making: .lock(isReentrant: isReentrant),
            for: isReentrant ? "an RLock" : "a lock"
        )
    }

    /// Who holds a reentrant lock within a process: the running task, or outside of tasks the thread.
    ///
    /// A task may go on on another thread after each `await`, so threads do not tell tasks apart.
    var owner: UInt64 {
        guard isReentrant else { return 0 }
        let number = withUnsafeCurrentTask { task in
            task.map { UInt64(truncatingIfNeeded: $0.hashValue) }
        }
        // One bit is left for the question in a request to acquire.
        return (number ?? UInt64(truncatingIfNeeded: pthread_self())) & .max >> 1
    }

    func acquire(reportsAbandonment: Bool, timeout: Duration?) throws -> Acquisition {
        let (endpoint, frame) = try acquireFrame(reportsAbandonment, timeout)
        return try acquisition(try endpoint.call(frame))
    }

    func acquire(reportsAbandonment: Bool, timeout: Duration?) async throws -> Acquisition {
        let (endpoint, frame) = try acquireFrame(reportsAbandonment, timeout)
        let acquisition = try acquisition(try await endpoint.call(frame))
        if acquisition == .timedOut { try Task.checkCancellation() }
        return acquisition
    }

    private func acquireFrame(_ reportsAbandonment: Bool, _ timeout: Duration?) throws -> (Endpoint, Frame) {
        try service.makeFrame(
            .acquireLock,
            argument: owner << 1 | (reportsAbandonment ? 1 : 0),
            timeout: timeout,
            for: "acquiring a lock"
        )
    }

    private func acquisition(_ reply: Frame) throws -> Acquisition {
        if reply.code == Outcome.timedOut.rawValue { return .timedOut }
        try reply.checkOutcome(of: "acquiring a lock")
        guard reply.bodySize > 0 else { return .acquired }
        return .abandoned(by: try reply.withBody { try MessageDecoder().decode(LostHolder.self, from: $0) })
    }

    func release() throws {
        let (endpoint, frame) = try releaseFrame()
        try endpoint.call(frame).checkOutcome(of: "releasing a lock")
    }

    func release() async throws {
        let (endpoint, frame) = try releaseFrame()
        try await endpoint.call(frame).checkOutcome(of: "releasing a lock")
    }

    private func releaseFrame() throws -> (Endpoint, Frame) {
        try service.makeFrame(.releaseLock, argument: owner << 1, for: "releasing a lock")
    }
}
