internal import MessageCoding

/// A list that many processes read and change.
///
/// ```swift
/// let results = try SharedList<Double>()
/// let process = Process { try results.append(compute()) }
/// ```
/// No memory is shared: the elements live with the rank of the process that made the list, each encoded for itself, and
/// travel to whoever asks for them. Every method is one step that no other process sees the middle of; for several in one go
/// there is `update`. The list lasts as long as a `Queue` does.
///
/// Indices begin at 0; negative ones count from the end, as in Python.
///
/// As `multiprocessing.Manager().list` in Python.
public struct SharedList<Element: Codable & Sendable>: Codable, Sendable {
    private let store: StoreHandle

    /// Makes a list.
    ///
    /// - Parameter elements: What is in it at first.
    /// - Throws: `ProcessingError` outside of `withProcesses`; what encoding an element throws.
    public init(_ elements: some Sequence<Element>) throws {
        store = try StoreHandle(.list(try encodeEach(elements)), "a shared list")
    }

    /// Makes an empty list.
    public init() throws { try self.init([]) }

    // MARK: Reading

    /// How many elements there are now.
    ///
    /// - Parameter timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The number of elements.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `len` in Python.
    public func count(timeout: Duration? = nil) throws -> Int {
        try store.perform(.count, timeout: timeout).count
    }

    /// How many elements there are now, without blocking the thread.
    public func count(timeout: Duration? = nil) async throws -> Int {
        try await store.perform(.count, timeout: timeout).count
    }

    /// The element at an index.
    ///
    /// - Parameters:
    ///   - index: From 0, or from -1 backwards.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The element.
    /// - Throws: `ProcessingError` of kind `outOfRange`, or `timedOut` when the time is up.
    ///
    /// As `list[index]` in Python.
    public func get(_ index: Int, timeout: Duration? = nil) throws -> Element {
        try element(try store.perform(.element(at: index), timeout: timeout))
    }

    /// The element at an index, without blocking the thread.
    ///
    /// See `get(_:timeout:)`.
    public func get(_ index: Int, timeout: Duration? = nil) async throws -> Element {
        try element(try await store.perform(.element(at: index), timeout: timeout))
    }

    /// The elements in a range of indices.
    ///
    /// - Parameters:
    ///   - range: The indices.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The elements.
    /// - Throws: `ProcessingError` of kind `outOfRange`, or `timedOut` when the time is up.
    ///
    /// As `list[first:last]` in Python.
    public func get(_ range: Range<Int>, timeout: Duration? = nil) throws -> [Element] {
        try store.perform(.elements(range), timeout: timeout).decodeAll(Element.self)
    }

    /// The elements in a range of indices, without blocking the thread.
    ///
    /// See `get(_:timeout:)`.
    public func get(_ range: Range<Int>, timeout: Duration? = nil) async throws -> [Element] {
        try await store.perform(.elements(range), timeout: timeout).decodeAll(Element.self)
    }

    /// All elements, as they are now.
    ///
    /// - Parameter timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The elements.
    /// - Throws: `ProcessingError` of kind `timedOut` when the time is up.
    ///
    /// As `list(…)` or `copy.copy` of a list proxy in Python.
    public func elements(timeout: Duration? = nil) throws -> [Element] {
        try store.perform(.allElements, timeout: timeout).decodeAll(Element.self)
    }

    /// All elements, as they are now, without blocking the thread.
    public func elements(timeout: Duration? = nil) async throws -> [Element] {
        try await store.perform(.allElements, timeout: timeout).decodeAll(Element.self)
    }

    private func element(_ answer: StoreAnswer) throws -> Element {
        guard let element = try answer.decode(Element.self) else {
            throw ProcessingError(.transport, "using a shared list: the answer has no element")
        }
        return element
    }

    // MARK: Changing

    /// Replaces the element at an index.
    ///
    /// - Parameters:
    ///   - index: From 0, or from -1 backwards.
    ///   - element: What stands there from now on.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `outOfRange`, or `timedOut` when the time is up.
    ///
    /// As `list[index] = element` in Python.
    public func set(_ index: Int, to element: Element, timeout: Duration? = nil) throws {
        _ = try store.perform(.setElement(try MessageEncoder().encode(element), at: index), timeout: timeout)
    }

    /// Replaces the element at an index, without blocking the thread.
    ///
    /// See `set(_:to:timeout:)`.
    public func set(_ index: Int, to element: Element, timeout: Duration? = nil) async throws {
        _ = try await store.perform(
            .setElement(try MessageEncoder().encode(element), at: index),
            timeout: timeout
        )
    }

    /// Adds an element at the end.
    ///
    /// As `list.append` in Python.
    public func append(_ element: Element, timeout: Duration? = nil) throws {
        _ = try store.perform(.append([try MessageEncoder().encode(element)]), timeout: timeout)
    }

    /// Adds an element at the end, without blocking the thread.
    public func append(_ element: Element, timeout: Duration? = nil) async throws {
        _ = try await store.perform(.append([try MessageEncoder().encode(element)]), timeout: timeout)
    }

    /// Adds elements at the end, next to each other.
    ///
    /// As `list.extend` in Python.
    public func append(contentsOf elements: some Sequence<Element>, timeout: Duration? = nil) throws {
        _ = try store.perform(.append(try encodeEach(elements)), timeout: timeout)
    }

    /// Adds elements at the end, next to each other, without blocking the thread.
    public func append(contentsOf elements: some Sequence<Element>, timeout: Duration? = nil) async throws {
        let encoded = try encodeEach(elements)
        _ = try await store.perform(.append(encoded), timeout: timeout)
    }

    /// Inserts an element before the one at an index.
    ///
    /// - Parameters:
    ///   - element: What to insert.
    ///   - index: From 0 to the number of elements; negative ones count from the end.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Throws: `ProcessingError` of kind `outOfRange`, or `timedOut` when the time is up.
    ///
    /// As `list.insert` in Python, except that an index beyond the end is an error.
    public func insert(_ element: Element, at index: Int, timeout: Duration? = nil) throws {
        _ = try store.perform(.insert(try MessageEncoder().encode(element), at: index), timeout: timeout)
    }

    /// Inserts an element before the one at an index, without blocking the thread.
    ///
    /// See `insert(_:at:timeout:)`.
    public func insert(_ element: Element, at index: Int, timeout: Duration? = nil) async throws {
        _ = try await store.perform(
            .insert(try MessageEncoder().encode(element), at: index),
            timeout: timeout
        )
    }

    /// Removes the element at an index.
    ///
    /// - Parameters:
    ///   - index: From 0; -1, the default, is the last element, -2 the one before it.
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    /// - Returns: The element.
    /// - Throws: `ProcessingError` of kind `outOfRange`, or `timedOut` when the time is up.
    ///
    /// As `list.pop` in Python.
    @discardableResult
    public func remove(at index: Int = -1, timeout: Duration? = nil) throws -> Element {
        try element(try store.perform(.removeElement(at: index), timeout: timeout))
    }

    /// Removes the element at an index, without blocking the thread.
    ///
    /// See `remove(at:timeout:)`.
    @discardableResult
    public func remove(at index: Int = -1, timeout: Duration? = nil) async throws -> Element {
        try element(try await store.perform(.removeElement(at: index), timeout: timeout))
    }

    /// Removes all elements.
    ///
    /// As `del list[:]` in Python.
    public func removeAll(timeout: Duration? = nil) throws {
        _ = try store.perform(.replaceElements([]), timeout: timeout)
    }

    /// Removes all elements, without blocking the thread.
    public func removeAll(timeout: Duration? = nil) async throws {
        _ = try await store.perform(.replaceElements([]), timeout: timeout)
    }

    /// Turns the order around.
    ///
    /// As `list.reverse` in Python.
    public func reverse(timeout: Duration? = nil) throws { _ = try store.perform(.reverse, timeout: timeout) }

    /// Turns the order around, without blocking the thread.
    public func reverse(timeout: Duration? = nil) async throws {
        _ = try await store.perform(.reverse, timeout: timeout)
    }

    // MARK: Several steps at once

    /// Changes the list while no other process reads or changes it.
    ///
    /// ```swift
    /// try scores.update { $0.sort(by: >) }
    /// ```
    /// All elements travel to the calling process and back; to change one of them there is `update(at:timeout:_:)`. The
    /// closure runs once. The other processes wait meanwhile, so it should be short, and it cannot use the list otherwise than through what it
    /// is given. If it throws, or its process ends, nothing has changed.
    ///
    /// - Parameters:
    ///   - timeout: How long to wait for the update of another process to end; `nil` waits as long as it takes.
    ///   - body: Changes the elements.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws; `ProcessingError` of kind `timedOut` when the time is up, and `misuse` inside
    ///   another update of the same list.
    ///
    /// In place of `list.sort`, `list.remove`, `list.index` in Python.
    @discardableResult
    public func update<Result>(timeout: Duration? = nil, _ body: (inout [Element]) throws -> Result) throws
        -> Result
    {
        try store.update(reading: .allElements, timeout: timeout) { try changed($0, body) }
    }

    /// Changes the list while no other process reads or changes it, without blocking the thread while others do.
    ///
    /// See `update(timeout:_:)`.
    @discardableResult
    public func update<Result>(timeout: Duration? = nil, _ body: (inout [Element]) throws -> Result)
        async throws -> Result
    {
        try await store.update(reading: .allElements, timeout: timeout) { try changed($0, body) }
    }

    /// Changes one element while no other process reads or changes the list.
    ///
    /// Only that element travels. See `update(timeout:_:)`.
    @discardableResult
    public func update<Result>(
        at index: Int,
        timeout: Duration? = nil,
        _ body: (inout Element) throws -> Result
    ) throws -> Result {
        try store.update(reading: .element(at: index), timeout: timeout) { try changed($0, index, body) }
    }

    /// Changes one element while no other process reads or changes the list, without blocking the thread while others do.
    @discardableResult
    public func update<Result>(
        at index: Int,
        timeout: Duration? = nil,
        _ body: (inout Element) throws -> Result
    ) async throws -> Result {
        try await store.update(reading: .element(at: index), timeout: timeout) {
            try changed($0, index, body)
        }
    }

    private func changed<Result>(_ answer: StoreAnswer, _ body: (inout [Element]) throws -> Result) throws
        -> (
            write: StoreCommand, result: Result
        )
    {
        var elements = try answer.decodeAll(Element.self)
        let result = try body(&elements)
        return (.replaceElements(try encodeEach(elements)), result)
    }

    private func changed<Result>(
        _ answer: StoreAnswer,
        _ index: Int,
        _ body: (inout Element) throws -> Result
    ) throws -> (write: StoreCommand, result: Result) {
        var element = try element(answer)
        let result = try body(&element)
        return (.setElement(try MessageEncoder().encode(element), at: index), result)
    }
}
