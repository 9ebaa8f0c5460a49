internal import MessageCoding

/// How a process uses a store: one command, or an update of which nobody else sees the middle.
///
/// It is what travels of a shared value, array, list, dictionary or namespace.
struct StoreHandle: Codable, Sendable {
    private let handle: ServiceHandle
    /// What the user calls it, for the texts of errors: `a shared list`.
    let noun: String

    /// The stores that the calling thread or task is updating.
    @TaskLocal private static var updating: [Address] = []

    init(_ contents: ServiceOrder, _ noun: String) throws {
        handle = try ServiceHandle(making: contents, for: noun)
        self.noun = noun
    }

    // MARK: One command

    func perform(_ command: StoreCommand, timeout: Duration? = nil) throws -> StoreAnswer {
        let (endpoint, frame) = try request(.perform(command), timeout)
        return try answer(try endpoint.call(frame))
    }

    func perform(_ command: StoreCommand, timeout: Duration? = nil) async throws -> StoreAnswer {
        let (endpoint, frame) = try request(.perform(command), timeout)
        let reply = try await endpoint.call(frame)
        return try answer(reply)
    }

    // MARK: Updates

    /// Reads with one command and writes with another one that a closure makes of what was read, while nobody else has access.
    ///
    /// If the closure throws nothing changes.
    func update<Result>(
        reading: StoreCommand,
        timeout: Duration?,
        _ body: (StoreAnswer) throws -> (write: StoreCommand, result: Result)
    ) throws -> Result {
        let (endpoint, frame) = try request(.begin(reading), timeout)
        let begun = try endpoint.call(frame)
        let (commit, result) = try compute(begun, endpoint, body)
        _ = try answer(try endpoint.call(commit))
        return result
    }

    func update<Result>(
        reading: StoreCommand,
        timeout: Duration?,
        _ body: (StoreAnswer) throws -> (write: StoreCommand, result: Result)
    ) async throws -> Result {
        let (endpoint, frame) = try request(.begin(reading), timeout)
        let begun = try await endpoint.call(frame)
        let (commit, result) = try compute(begun, endpoint, body)
        let reply = try await endpoint.call(commit)
        _ = try answer(reply)
        return result
    }

    /// Makes the end of an update of its beginning; whatever goes wrong in between, the store is let go.
    private func compute<Result>(
        _ begun: Frame,
        _ endpoint: Endpoint,
        _ body: (StoreAnswer) throws -> (write: StoreCommand, result: Result)
    ) throws -> (commit: Frame, result: Result) {
        do {
            let read = try answer(begun)
            let (write, result) = try Self.$updating.withValue(Self.updating + [handle.address]) {
                try body(read)
            }
            return (try request(.commit(write), nil, update: begun.correlation).frame, result)
        } catch {
            // If the Host is gone, so is the store.
            if let frame = try? request(.abandon, nil, update: begun.correlation).frame {
                try? endpoint.notify(frame)
            }
            throw error
        }
    }

    // MARK: Requests and answers

    private func request(_ request: StoreRequest, _ timeout: Duration?, update: UInt64 = 0) throws -> (
        endpoint: Endpoint, frame: Frame
    ) {
        guard !Self.updating.contains(handle.address) else {
            throw ProcessingError(
                .misuse,
                "\(noun) cannot be used inside its own update: work with what the closure is given"
            )
        }
        var (endpoint, frame) = try handle.makeFrame(
            .store,
            argument: update,
            timeout: timeout,
            for: "using \(noun)"
        )
        try MessageEncoder().encode(request, appendingTo: &frame.bytes)
        return (endpoint, frame)
    }

    private func answer(_ reply: Frame) throws -> StoreAnswer {
        if reply.code == Outcome.timedOut.rawValue { try Task.checkCancellation() }
        try reply.checkOutcome(of: "using \(noun)")
        let answer = try reply.withBody { try MessageDecoder().decode(StoreAnswer.self, from: $0) }
        switch answer {
        case .outOfRange(let count):
            throw ProcessingError(.outOfRange, "\(noun) has \(count) elements, and no such index")
        case .refused: throw ProcessingError(.transport, "\(noun) does not understand what it was asked")
        default: return answer
        }
    }
}

extension StoreAnswer {
    /// The one element of the answer, decoded; `nil` if there is none.
    func decode<Element: Decodable>(_ type: Element.Type) throws -> Element? {
        guard case .element(let bytes) = self else { return nil }
        return try MessageDecoder().decode(type, from: bytes)
    }

    /// The elements of the answer, decoded.
    func decodeAll<Element: Decodable>(_ type: Element.Type) throws -> [Element] {
        guard case .elements(let elements) = self else { return [] }
        return try elements.map { try MessageDecoder().decode(type, from: $0) }
    }

    var count: Int {
        if case .count(let count) = self { return count }
        return 0
    }
}

/// Encoded, each for itself.
func encodeEach<Element: Encodable>(_ elements: some Sequence<Element>) throws -> [[UInt8]] {
    try elements.map { try MessageEncoder().encode($0) }
}
