internal import ClosureCoding
internal import MessageCoding

/// Where a process brings what its work comes to: a `ResultService`.
struct ResultDestination: Codable, Hashable, Sendable {
    let address: Address

    /// The argument of a delivery, and of the reply that passes it on.
    enum Content: UInt64 {
        /// The body is the value.
        case value = 0
        /// The body is the error, a `TaskFailure`.
        case failure = 1
    }

    /// Sends off the outcome of the work.
    ///
    /// When it returns, the Host has the bytes: it reads them before it takes note of this process's end.
    ///
    /// - Throws: `DeliveredFailure` when the work has failed and the error is on its way.
    func deliver<Output: Codable>(_ outcome: Result<Output, any Error>) throws {
        let endpoint = try Endpoint.required(for: "returning a value")
        do {
            let value = try outcome.get()
            var frame = endpoint.makeFrame(
                .deliverResult,
                to: address,
                argument: Content.value.rawValue
            )
            try MessageEncoder().encode(departing: value, appendingTo: &frame.bytes)
            try endpoint.notify(consume frame)
        } catch {
            var frame = endpoint.makeFrame(
                .deliverResult,
                to: address,
                argument: Content.failure.rawValue
            )
            try MessageEncoder().encode(TaskFailure(error), appendingTo: &frame.bytes)
            try endpoint.notify(consume frame)
            throw DeliveredFailure()
        }
    }
}

/// Ends a process with status 1 and without a word: whoever started it is told what went wrong.
struct DeliveredFailure: Error {}

/// A closure that returns a value.
struct ValueWork<Output: Codable & Sendable>: SynchronousWork, Sendable {
    let function: PortableFunction<@Sendable () throws -> Output>
    let destination: ResultDestination
    func performNow(in process: Process) throws {
        try destination.deliver(Result { try function.function() })
    }
}

/// A closure that may suspend and returns a value.
struct AsynchronousValueWork<Output: Codable & Sendable>: Work, Sendable {
    let function: PortableFunction<@Sendable () async throws -> Output>
    let destination: ResultDestination
    func perform(in process: Process) async throws {
        let outcome: Result<Output, any Error>
        do {
            outcome = .success(try await function.function())
        } catch {
            outcome = .failure(error)
        }
        try destination.deliver(outcome)
    }
}

/// A closure that returns nothing.
struct ActionWork: SynchronousWork, Sendable {
    let function: PortableFunction<@Sendable () throws -> Void>
    let destination: ResultDestination
    func performNow(in process: Process) throws {
        try destination.deliver(
            Result {
                try function.function()
                return NoValue()
            }
        )
    }
}

/// A closure that may suspend and returns nothing.
struct AsynchronousActionWork: Work, Sendable {
    let function: PortableFunction<@Sendable () async throws -> Void>
    let destination: ResultDestination
    func perform(in process: Process) async throws {
        let outcome: Result<NoValue, any Error>
        do {
            try await function.function()
            outcome = .success(NoValue())
        } catch {
            outcome = .failure(error)
        }
        try destination.deliver(outcome)
    }
}

/// A function and its arguments, and what it returns.
struct TargetValueWork<Call: TargetCall>: SynchronousWork, Sendable where Call.Output: Codable & Sendable {
    let target: Call
    let destination: ResultDestination
    func performNow(in process: Process) throws {
        try destination.deliver(Result { try target.call() })
    }
}
