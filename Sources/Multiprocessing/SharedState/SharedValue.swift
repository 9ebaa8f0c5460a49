internal import MessageCoding

/// One value that many processes read and change.
///
/// ```swift
/// let counter = try SharedValue(0)
/// let workers = (0..<4).map { _ in Process { for _ in 0..<100 { try counter.update { $0 += 1 } } } }
/// for worker in workers { try worker.start() }
/// for worker in workers { try worker.join() }
/// print(try counter.get())  // 400
/// ```
/// No memory is shared: the value lives with the rank of the process that made it, and travels to whoever asks for it. What
/// other processes are given is a handle. It lasts as long as a `Queue` does.
///
/// As `multiprocessing.Manager().Value` and `multiprocessing.Value` in Python, except that an update cannot be lost or left half done.
public struct SharedValue<Value: Codable & Sendable>: Codable, Sendable {
    private let store: StoreHandle

    /// Makes a shared value.
    ///
    /// - Parameter value: What it is at first.
    /// - Throws: `ProcessingError` outside of `withProcesses`; what encoding the value throws.
    public init(_ value: Value) throws {
        store = try StoreHandle(.list([try MessageEncoder().encode(value)]), "a shared value")
    }

    /// The value now.
    ///
    /// - Parameter timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The value.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As reading `Value.value` in Python.
    public func get(timeout: Duration? = nil) throws -> Value {
        try value(try store.perform(.element(at: 0), timeout: timeout))
    }

    /// The value now, without blocking the thread.
    ///
    /// See `get(timeout:)`.
    public func get(timeout: Duration? = nil) async throws -> Value {
        try value(try await store.perform(.element(at: 0), timeout: timeout))
    }

    /// Replaces the value.
    ///
    /// - Parameters:
    ///   - value: What it is from now on.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up; what encoding the value throws.
    ///
    /// As assigning `Value.value` in Python.
    public func set(_ value: Value, timeout: Duration? = nil) throws {
        _ = try store.perform(.setElement(try MessageEncoder().encode(value), at: 0), timeout: timeout)
    }

    /// Replaces the value, without blocking the thread.
    ///
    /// See `set(_:timeout:)`.
    public func set(_ value: Value, timeout: Duration? = nil) async throws {
        _ = try await store.perform(.setElement(try MessageEncoder().encode(value), at: 0), timeout: timeout)
    }

    /// Changes the value while no other process reads or changes it.
    ///
    /// The closure runs once, in the process that calls this. The other processes wait meanwhile, so it should be short, and it
    /// cannot use the shared value otherwise than through what it is given. If it throws, or its process ends, nothing has changed.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    ///   - body: Changes the value.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `timedOut` when the time is up, and `misuse` inside
    ///   another update of the same value.
    ///
    /// As `with value.get_lock(): value.value += 1` in Python.
    @discardableResult
    public func update<Result>(timeout: Duration? = nil, _ body: (inout Value) throws -> Result) throws
        -> Result
    {
        try store.update(reading: .element(at: 0), timeout: timeout) { try changed($0, body) }
    }

    /// Changes the value while no other process reads or changes it, without blocking the thread while others do.
    ///
    /// See `update(timeout:_:)`.
    @discardableResult
    public func update<Result>(timeout: Duration? = nil, _ body: (inout Value) throws -> Result) async throws
        -> Result
    {
        try await store.update(reading: .element(at: 0), timeout: timeout) { try changed($0, body) }
    }

    private func changed<Result>(_ answer: StoreAnswer, _ body: (inout Value) throws -> Result) throws -> (
        write: StoreCommand, result: Result
    ) {
        var value = try value(answer)
        let result = try body(&value)
        return (.setElement(try MessageEncoder().encode(value), at: 0), result)
    }

    private func value(_ answer: StoreAnswer) throws -> Value {
        guard let value = try answer.decode(Value.self) else {
            throw ProcessingError(.transport, "using a shared value: the answer has no value")
        }
        return value
    }
}
