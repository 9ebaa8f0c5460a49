internal import MessageCoding

/// Named values of any types that many processes read and change.
///
/// ```swift
/// let settings = try Namespace()
/// try settings.set("threshold", to: 0.5)
/// let process = Process { print(try settings.get("threshold", as: Double.self) ?? 0) }
/// ```
/// It lives and lasts as a `SharedDictionary` does. A value comes back only as the type as which it was put in; anything else is an error.
///
/// As `multiprocessing.Manager().Namespace` in Python.
public struct Namespace: Codable, Sendable {
    private let values: SharedDictionary<String, NamedValue>

    /// A value with the fingerprint of its type.
    private struct NamedValue: Codable, Sendable {
        var fingerprint: UInt64
        var typeName: String
        var encoded: [UInt8]

        init<Value: Codable>(_ value: Value) throws {
            fingerprint = TypeFingerprint.of(Value.self).rawValue
            typeName = "\(Value.self)"
            encoded = try MessageEncoder().encode(value)
        }

        func decode<Value: Codable>(_ name: String, as type: Value.Type) throws -> Value {
            guard fingerprint == TypeFingerprint.of(type).rawValue else {
                throw ProcessingError(.coding, "'\(name)' is of type \(typeName), not \(type)")
            }
            return try MessageDecoder().decode(type, from: encoded)
        }
    }

    /// Makes a namespace without any names.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`.
    public init() throws { values = try SharedDictionary() }

    /// The value of a name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - type: The type of the value.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The value, or `nil` if there is no such name.
    /// - Throws: `ProcessingError` of kind `coding` when the value is of another type, `timedOut` when the time is up.
    ///
    /// As `namespace.name` in Python.
    public func get<Value: Codable & Sendable>(
        _ name: String,
        as type: Value.Type = Value.self,
        timeout: Duration? = nil
    ) throws -> Value? {
        try values.get(name, timeout: timeout)?.decode(name, as: type)
    }

    /// The value of a name, without blocking the thread.
    ///
    /// See `get(_:as:timeout:)`.
    public func get<Value: Codable & Sendable>(
        _ name: String,
        as type: Value.Type = Value.self,
        timeout: Duration? = nil
    ) async throws -> Value? {
        try await values.get(name, timeout: timeout)?.decode(name, as: type)
    }

    /// Gives a name a value.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - value: Its value from now on, of any type, whatever it was before.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up; what encoding throws.
    ///
    /// As `namespace.name = value` in Python.
    public func set(_ name: String, to value: some Codable & Sendable, timeout: Duration? = nil) throws {
        try values.set(name, to: try NamedValue(value), timeout: timeout)
    }

    /// Gives a name a value, without blocking the thread.
    public func set(_ name: String, to value: some Codable & Sendable, timeout: Duration? = nil) async throws
    {
        let named = try NamedValue(value)
        try await values.set(name, to: named, timeout: timeout)
    }

    /// Removes a name.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: Whether it was there.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `del namespace.name` in Python.
    @discardableResult
    public func remove(_ name: String, timeout: Duration? = nil) throws -> Bool {
        try values.remove(name, timeout: timeout) != nil
    }

    /// Removes a name, without blocking the thread.
    @discardableResult
    public func remove(_ name: String, timeout: Duration? = nil) async throws -> Bool {
        try await values.remove(name, timeout: timeout) != nil
    }

    /// The names, in the order in which they came.
    public func names(timeout: Duration? = nil) throws -> [String] { try values.keys(timeout: timeout) }

    /// The names, in the order in which they came, without blocking the thread.
    public func names(timeout: Duration? = nil) async throws -> [String] {
        try await values.keys(timeout: timeout)
    }

    /// Changes the value of a name while no other process reads or changes the namespace.
    ///
    /// The closure is given `nil` if there is no such name, and removes the name by leaving `nil`. See `SharedDictionary.update(_:timeout:_:)`.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - type: The type of the value.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    ///   - body: Changes the value.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `coding` when the value is of another type, `timedOut`
    ///   when the time is up.
    @discardableResult
    public func update<Value: Codable & Sendable, Result>(
        _ name: String,
        as type: Value.Type = Value.self,
        timeout: Duration? = nil,
        _ body: (inout Value?) throws -> Result
    ) throws -> Result {
        try values.update(name, timeout: timeout) { named in
            var value = try named?.decode(name, as: type)
            let result = try body(&value)
            named = try value.map { try NamedValue($0) }
            return result
        }
    }
}
