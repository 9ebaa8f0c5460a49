/// Something that has happened or not, for which processes on any ranks wait.
///
/// ```swift
/// let event = try Event()
/// let processes = (0..<3).map { _ in Process { try event.wait() } }
/// for process in processes { try process.start() }
/// try event.set()
/// ```
/// As `multiprocessing.Event` in Python, except that whoever waits when it is set is told, even if it is cleared at once.
public final class Event: Codable, Sendable {
    private let service: ServiceHandle

    /// Makes an event that is not set.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    ///
    /// As `Event` in Python.
    public init() throws { service = try ServiceHandle(making: .event, for: "an event") }

    /// The handle as it arrives in another process.
    public init(from decoder: any Decoder) throws {
        service = try decoder.singleValueContainer().decode(ServiceHandle.self)
    }

    /// The handle on its way to another process.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(service)
    }

    /// Whether it is set now.
    ///
    /// Other processes may change it at any time.
    ///
    /// As `Event.is_set` in Python.
    public var isSet: Bool {
        get throws {
            let (endpoint, frame) = try service.makeFrame(.eventState, for: "asking an event")
            let reply = try endpoint.call(frame)
            try reply.checkOutcome(of: "asking an event")
            return reply.argument == 1
        }
    }

    /// Sets it: everybody who waits goes on, and nobody has to wait from now on.
    ///
    /// - Throws: `ProcessingError` when the event no longer exists.
    ///
    /// As `Event.set` in Python.
    public func set() throws {
        let (endpoint, frame) = try service.makeFrame(.setEvent, for: "setting an event")
        try endpoint.call(frame).checkOutcome(of: "setting an event")
    }

    /// Sets it without blocking the thread.
    ///
    /// See the variant that blocks.
    public func set() async throws {
        let (endpoint, frame) = try service.makeFrame(.setEvent, for: "setting an event")
        try await endpoint.call(frame).checkOutcome(of: "setting an event")
    }

    /// Makes it unset, so that those who wait from now on do wait.
    ///
    /// - Throws: `ProcessingError` when the event no longer exists.
    ///
    /// As `Event.clear` in Python.
    public func clear() throws {
        let (endpoint, frame) = try service.makeFrame(.clearEvent, for: "clearing an event")
        try endpoint.call(frame).checkOutcome(of: "clearing an event")
    }

    /// Makes it unset without blocking the thread.
    ///
    /// See the variant that blocks.
    public func clear() async throws {
        let (endpoint, frame) = try service.makeFrame(.clearEvent, for: "clearing an event")
        try await endpoint.call(frame).checkOutcome(of: "clearing an event")
    }

    /// Waits until it is set.
    ///
    /// - Parameter timeout: How long to wait; `nil` waits as long as it takes, zero and less not at all.
    /// - Returns: Whether it was set in time.
    /// - Throws: `ProcessingError` when the event no longer exists.
    ///
    /// As `Event.wait` in Python.
    @discardableResult
    public func wait(timeout: Duration? = nil) throws -> Bool {
        let (endpoint, frame) = try waitFrame(timeout)
        return try wasSet(try endpoint.call(frame))
    }

    /// Waits until it is set, without blocking the thread.
    ///
    /// When the task is cancelled a `CancellationError` is thrown. See the variant that blocks.
    @discardableResult
    public func wait(timeout: Duration? = nil) async throws -> Bool {
        let (endpoint, frame) = try waitFrame(timeout)
        let wasSet = try wasSet(try await endpoint.call(frame))
        if !wasSet { try Task.checkCancellation() }
        return wasSet
    }

    func waitFrame(_ timeout: Duration?) throws(ProcessingError) -> (Endpoint, Frame) {
        try service.makeFrame(.waitForEvent, timeout: timeout, for: "waiting for an event")
    }

    func wasSet(_ reply: Frame) throws -> Bool {
        if reply.code == Outcome.timedOut.rawValue { return false }
        try reply.checkOutcome(of: "waiting for an event")
        return true
    }
}
