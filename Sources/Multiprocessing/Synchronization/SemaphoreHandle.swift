/// What the two kinds of semaphores have in common: where the semaphore is, and how it is asked.
struct SemaphoreHandle: Codable, Sendable {
    let service: ServiceHandle

    init(value: Int, isBounded: Bool) throws {
        guard (0...SemaphoreService.maximumValue).contains(value) else {
            throw ProcessingError(
                .misuse,
                "a semaphore cannot begin with \(value): it takes 0 to \(SemaphoreService.maximumValue)"
            )
        }
        service = try ServiceHandle(
            making: .semaphore(value: value, isBounded: isBounded),
            for: "a semaphore"
        )
    }

    func acquire(timeout: Duration?) throws -> Bool {
        let (endpoint, frame) = try acquireFrame(timeout)
        return try isAcquired(try endpoint.call(frame))
    }

    func acquire(timeout: Duration?) async throws -> Bool {
        let (endpoint, frame) = try acquireFrame(timeout)
        let isAcquired = try isAcquired(try await endpoint.call(frame))
        if !isAcquired { try Task.checkCancellation() }
        return isAcquired
    }

    private func acquireFrame(_ timeout: Duration?) throws -> (Endpoint, Frame) {
        try service.makeFrame(.acquireSemaphore, timeout: timeout, for: "acquiring a semaphore")
    }

    private func isAcquired(_ reply: Frame) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue { return false }
        try reply.checkOutcome(of: "acquiring a semaphore")
        return true
    }

    func release() throws {
        let (endpoint, frame) = try service.makeFrame(.releaseSemaphore, for: "releasing a semaphore")
        try endpoint.call(frame).checkOutcome(of: "releasing a semaphore")
    }

    func release() async throws {
        let (endpoint, frame) = try service.makeFrame(.releaseSemaphore, for: "releasing a semaphore")
        try await endpoint.call(frame).checkOutcome(of: "releasing a semaphore")
    }

    func value() throws -> Int {
        let (endpoint, frame) = try service.makeFrame(.semaphoreState, for: "asking a semaphore")
        let reply = try endpoint.call(frame)
        try reply.checkOutcome(of: "asking a semaphore")
        return Int(clamping: reply.argument)
    }
}
