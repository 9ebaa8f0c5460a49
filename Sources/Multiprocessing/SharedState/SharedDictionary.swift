internal import MessageCoding

/// A dictionary that many processes read and change.
///
/// ```swift
/// let ages = try SharedDictionary<String, Int>()
/// let process = Process { try ages.set("Ada", to: 36) }
/// ```
/// No memory is shared: the values live with the rank of the process that made the dictionary, each encoded for itself, and
/// travel to whoever asks for them. Keys are kept in the order in which they came. Two keys are the same if their encodings are; so a
/// key must not have several encodings, as a `Set` or a `Dictionary` has. Every method is one step that no other process sees the middle of; for
/// several in one go there is `update`. The dictionary lasts as long as a `Queue` does.
///
/// As `multiprocessing.Manager().dict` in Python.
public struct SharedDictionary<Key: Codable & Hashable & Sendable, Value: Codable & Sendable>: Codable,
    Sendable
{
    private let store: StoreHandle

    /// Makes a dictionary.
    ///
    /// - Parameter pairs: What is in it at first; of two pairs with the same key the later one counts.
    /// - Throws: `ProcessingError` outside of `withProcesses`; what encoding a key or a value throws.
    public init(_ pairs: some Sequence<(key: Key, value: Value)>) throws {
        let (keys, values) = try Self.encode(pairs)
        store = try StoreHandle(.dictionary(keys: keys, values: values), "a shared dictionary")
    }

    /// Makes an empty dictionary.
    public init() throws { try self.init([:]) }

    // MARK: Reading

    /// How many keys there are now.
    ///
    /// - Parameter timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The number of keys.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `len` in Python.
    public func count(timeout: Duration? = nil) throws -> Int {
        try store.perform(.keyCount, timeout: timeout).count
    }

    /// How many keys there are now, without blocking the thread.
    public func count(timeout: Duration? = nil) async throws -> Int {
        try await store.perform(.keyCount, timeout: timeout).count
    }

    /// The value of a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The value, or `nil` if there is no such key.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `dict.get` in Python.
    public func get(_ key: Key, timeout: Duration? = nil) throws -> Value? {
        try store.perform(.value(key: try MessageEncoder().encode(key)), timeout: timeout).decode(Value.self)
    }

    /// The value of a key, without blocking the thread.
    ///
    /// See `get(_:timeout:)`.
    public func get(_ key: Key, timeout: Duration? = nil) async throws -> Value? {
        let command = StoreCommand.value(key: try MessageEncoder().encode(key))
        return try await store.perform(command, timeout: timeout).decode(Value.self)
    }

    /// The keys, in the order in which they came.
    ///
    /// As `dict.keys` in Python.
    public func keys(timeout: Duration? = nil) throws -> [Key] {
        try store.perform(.allKeys, timeout: timeout).decodeAll(Key.self)
    }

    /// The keys, in the order in which they came, without blocking the thread.
    public func keys(timeout: Duration? = nil) async throws -> [Key] {
        try await store.perform(.allKeys, timeout: timeout).decodeAll(Key.self)
    }

    /// The values, in the order in which their keys came.
    ///
    /// As `dict.values` in Python.
    public func values(timeout: Duration? = nil) throws -> [Value] {
        try store.perform(.allValues, timeout: timeout).decodeAll(Value.self)
    }

    /// The values, in the order in which their keys came, without blocking the thread.
    public func values(timeout: Duration? = nil) async throws -> [Value] {
        try await store.perform(.allValues, timeout: timeout).decodeAll(Value.self)
    }

    /// The pairs of keys and values, in the order in which the keys came.
    ///
    /// As `dict.items` in Python.
    public func pairs(timeout: Duration? = nil) throws -> [(key: Key, value: Value)] {
        try Self.decode(try store.perform(.allPairs, timeout: timeout))
    }

    /// The pairs of keys and values, in the order in which the keys came, without blocking the thread.
    public func pairs(timeout: Duration? = nil) async throws -> [(key: Key, value: Value)] {
        try Self.decode(try await store.perform(.allPairs, timeout: timeout))
    }

    /// Everything as it is now, as a dictionary of one's own.
    ///
    /// As `dict.copy` in Python.
    public func dictionary(timeout: Duration? = nil) throws -> [Key: Value] {
        Dictionary(try pairs(timeout: timeout).map { ($0.key, $0.value) }) { _, last in last }
    }

    /// Everything as it is now, as a dictionary of one's own, without blocking the thread.
    public func dictionary(timeout: Duration? = nil) async throws -> [Key: Value] {
        Dictionary(try await pairs(timeout: timeout).map { ($0.key, $0.value) }) { _, last in last }
    }

    // MARK: Changing

    /// Gives a key a value.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - value: Its value from now on; `nil` removes the key.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up; what encoding throws.
    ///
    /// As `dict[key] = value` in Python.
    public func set(_ key: Key, to value: Value?, timeout: Duration? = nil) throws {
        _ = try store.perform(try Self.setting(key, value), timeout: timeout)
    }

    /// Gives a key a value, without blocking the thread.
    ///
    /// See `set(_:to:timeout:)`.
    public func set(_ key: Key, to value: Value?, timeout: Duration? = nil) async throws {
        _ = try await store.perform(try Self.setting(key, value), timeout: timeout)
    }

    /// The value of a key, which becomes this one if the key is not there.
    ///
    /// As `dict.setdefault` in Python.
    public func get(_ key: Key, orSet value: Value, timeout: Duration? = nil) throws -> Value {
        try required(try store.perform(try Self.getting(key, orSet: value), timeout: timeout))
    }

    /// The value of a key, which becomes this one if the key is not there, without blocking the thread.
    public func get(_ key: Key, orSet value: Value, timeout: Duration? = nil) async throws -> Value {
        try required(try await store.perform(try Self.getting(key, orSet: value), timeout: timeout))
    }

    /// Gives several keys values, in one go.
    ///
    /// As `dict.update` in Python.
    public func merge(_ pairs: some Sequence<(key: Key, value: Value)>, timeout: Duration? = nil) throws {
        let (keys, values) = try Self.encode(pairs)
        _ = try store.perform(.setValues(keys: keys, values: values), timeout: timeout)
    }

    /// Gives several keys values, in one go, without blocking the thread.
    public func merge(_ pairs: some Sequence<(key: Key, value: Value)>, timeout: Duration? = nil) async throws
    {
        let (keys, values) = try Self.encode(pairs)
        _ = try await store.perform(.setValues(keys: keys, values: values), timeout: timeout)
    }

    /// Removes a key.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The value it had, or `nil` if it was not there.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `dict.pop(key, None)` in Python.
    @discardableResult
    public func remove(_ key: Key, timeout: Duration? = nil) throws -> Value? {
        try store.perform(.removeValue(key: try MessageEncoder().encode(key)), timeout: timeout)
            .decode(Value.self)
    }

    /// Removes a key, without blocking the thread.
    ///
    /// See `remove(_:timeout:)`.
    @discardableResult
    public func remove(_ key: Key, timeout: Duration? = nil) async throws -> Value? {
        let command = StoreCommand.removeValue(key: try MessageEncoder().encode(key))
        return try await store.perform(command, timeout: timeout).decode(Value.self)
    }

    /// Removes the pair whose key came last.
    ///
    /// - Parameter timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The pair, or `nil` if there is none.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `dict.popitem` in Python.
    @discardableResult
    public func removeLast(timeout: Duration? = nil) throws -> (key: Key, value: Value)? {
        try Self.decode(try store.perform(.removeLastPair, timeout: timeout)).first
    }

    /// Removes the pair whose key came last, without blocking the thread.
    @discardableResult
    public func removeLast(timeout: Duration? = nil) async throws -> (key: Key, value: Value)? {
        try Self.decode(try await store.perform(.removeLastPair, timeout: timeout)).first
    }

    /// Removes everything.
    ///
    /// As `dict.clear` in Python.
    public func removeAll(timeout: Duration? = nil) throws {
        _ = try store.perform(.replacePairs(keys: [], values: []), timeout: timeout)
    }

    /// Removes everything, without blocking the thread.
    public func removeAll(timeout: Duration? = nil) async throws {
        _ = try await store.perform(.replacePairs(keys: [], values: []), timeout: timeout)
    }

    // MARK: Several steps at once

    /// Changes the value of one key while no other process reads or changes the dictionary.
    ///
    /// ```swift
    /// try counts.update(word) { $0 = ($0 ?? 0) + 1 }
    /// ```
    /// The closure runs once, in the process that calls this. It is given `nil` if there is no such key, and removes the key
    /// by leaving `nil`. The other processes wait meanwhile, so it should be short, and it cannot use the dictionary otherwise than through what it is
    /// given. If it throws, or its process ends, nothing has changed.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    ///   - body: Changes the value.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `timedOut` when the time is up, and `misuse` inside
    ///   another update of the same dictionary.
    @discardableResult
    public func update<Result>(_ key: Key, timeout: Duration? = nil, _ body: (inout Value?) throws -> Result)
        throws -> Result
    {
        let read = StoreCommand.value(key: try MessageEncoder().encode(key))
        return try store.update(reading: read, timeout: timeout) { try Self.changed($0, key, body) }
    }

    /// Changes the value of one key while no other process reads or changes the dictionary, without blocking the thread while
    /// others do.
    @discardableResult
    public func update<Result>(_ key: Key, timeout: Duration? = nil, _ body: (inout Value?) throws -> Result)
        async throws -> Result
    {
        let read = StoreCommand.value(key: try MessageEncoder().encode(key))
        return try await store.update(reading: read, timeout: timeout) { try Self.changed($0, key, body) }
    }

    /// Changes any keys while no other process reads or changes the dictionary.
    ///
    /// All pairs travel to the calling process and back; keys that are new come last, in no particular order. See `update(_:timeout:_:)`.
    @discardableResult
    public func update<Result>(timeout: Duration? = nil, _ body: (inout [Key: Value]) throws -> Result) throws
        -> Result
    {
        try store.update(reading: .allPairs, timeout: timeout) { try Self.changed($0, body) }
    }

    /// Changes any keys while no other process reads or changes the dictionary, without blocking the thread while others do.
    @discardableResult
    public func update<Result>(timeout: Duration? = nil, _ body: (inout [Key: Value]) throws -> Result)
        async throws -> Result
    {
        try await store.update(reading: .allPairs, timeout: timeout) { try Self.changed($0, body) }
    }
}

// MARK: Commands

extension SharedDictionary {
    private static func setting(_ key: Key, _ value: Value?) throws -> StoreCommand {
        let key = try MessageEncoder().encode(key)
        guard let value else { return .removeValue(key: key) }
        return .setValues(keys: [key], values: [try MessageEncoder().encode(value)])
    }

    private static func getting(_ key: Key, orSet value: Value) throws -> StoreCommand {
        .valueOrSet(key: try MessageEncoder().encode(key), value: try MessageEncoder().encode(value))
    }

    private static func changed<Result>(
        _ answer: StoreAnswer,
        _ key: Key,
        _ body: (inout Value?) throws -> Result
    ) throws -> (write: StoreCommand, result: Result) {
        var value = try answer.decode(Value.self)
        let result = try body(&value)
        return (try setting(key, value), result)
    }

    private static func changed<Result>(
        _ answer: StoreAnswer,
        _ body: (inout [Key: Value]) throws -> Result
    ) throws -> (write: StoreCommand, result: Result) {
        let before = try decode(answer)
        var dictionary = Dictionary(before.map { ($0.key, $0.value) }) { _, last in last }
        let result = try body(&dictionary)
        var ordered: [(key: Key, value: Value)] = []
        for (key, _) in before {
            if let value = dictionary.removeValue(forKey: key) { ordered.append((key, value)) }
        }
        let (keys, values) = try encode(ordered + dictionary.map { (key: $0.key, value: $0.value) })
        return (.replacePairs(keys: keys, values: values), result)
    }

    private static func encode(_ pairs: some Sequence<(key: Key, value: Value)>) throws -> (
        keys: [[UInt8]], values: [[UInt8]]
    ) {
        var (keys, values): ([[UInt8]], [[UInt8]]) = ([], [])
        for (key, value) in pairs {
            keys.append(try MessageEncoder().encode(key))
            values.append(try MessageEncoder().encode(value))
        }
        return (keys, values)
    }

    private static func decode(_ answer: StoreAnswer) throws -> [(key: Key, value: Value)] {
        guard case .pairs(let keys, let values) = answer else { return [] }
        return try zip(keys, values).map { key, value in
            (
                try MessageDecoder().decode(Key.self, from: key),
                try MessageDecoder().decode(Value.self, from: value)
            )
        }
    }

    private func required(_ answer: StoreAnswer) throws -> Value {
        guard let value = try answer.decode(Value.self) else {
            throw ProcessingError(.transport, "using a shared dictionary: the answer has no value")
        }
        return value
    }
}
