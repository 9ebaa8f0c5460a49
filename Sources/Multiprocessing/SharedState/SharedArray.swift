/// A fixed number of elements that many processes read and change.
///
/// ```swift
/// let sums = try SharedArray(repeating: 0.0, count: 4)
/// let process = Process { try sums.update(at: 2) { $0 += 1.5 } }
/// ```
/// It is a `SharedList` whose length does not change; see there for where the elements live and what an update is. For numbers
/// in memory that the processes of one machine really share, there is `SharedMemory`.
///
/// As `multiprocessing.Array` and `multiprocessing.Manager().Array` in Python.
public struct SharedArray<Element: Codable & Sendable>: Codable, Sendable {
    private let list: SharedList<Element>
    /// How many elements there are.
    public let count: Int

    /// Makes an array of these elements.
    ///
    /// - Parameter elements: What is in it at first.
    /// - Throws: `ProcessingError` outside of `withProcesses`; what encoding an element throws.
    public init(_ elements: some Collection<Element>) throws {
        list = try SharedList(elements)
        count = elements.count
    }

    /// Makes an array of equal elements.
    ///
    /// - Parameters:
    ///   - element: The element.
    ///   - count: How many times it is there; not less than zero.
    /// - Throws: `ProcessingError` of kind `misuse` for a negative count, `noScope` outside of `withProcesses`; what
    ///   encoding the element throws.
    public init(repeating element: Element, count: Int) throws {
        guard count >= 0 else {
            throw ProcessingError(.misuse, "a shared array cannot have \(count) elements")
        }
        try self.init(Array(repeating: element, count: count))
    }

    /// The element at an index.
    ///
    /// See `SharedList.get(_:timeout:)`.
    public func get(_ index: Int, timeout: Duration? = nil) throws -> Element {
        try list.get(index, timeout: timeout)
    }

    /// The element at an index, without blocking the thread.
    public func get(_ index: Int, timeout: Duration? = nil) async throws -> Element {
        try await list.get(index, timeout: timeout)
    }

    /// The elements in a range of indices.
    public func get(_ range: Range<Int>, timeout: Duration? = nil) throws -> [Element] {
        try list.get(range, timeout: timeout)
    }

    /// The elements in a range of indices, without blocking the thread.
    public func get(_ range: Range<Int>, timeout: Duration? = nil) async throws -> [Element] {
        try await list.get(range, timeout: timeout)
    }

    /// All elements, as they are now.
    public func elements(timeout: Duration? = nil) throws -> [Element] { try list.elements(timeout: timeout) }

    /// All elements, as they are now, without blocking the thread.
    public func elements(timeout: Duration? = nil) async throws -> [Element] {
        try await list.elements(timeout: timeout)
    }

    /// Replaces the element at an index.
    ///
    /// See `SharedList.set(_:to:timeout:)`.
    public func set(_ index: Int, to element: Element, timeout: Duration? = nil) throws {
        try list.set(index, to: element, timeout: timeout)
    }

    /// Replaces the element at an index, without blocking the thread.
    public func set(_ index: Int, to element: Element, timeout: Duration? = nil) async throws {
        try await list.set(index, to: element, timeout: timeout)
    }

    /// Changes one element while no other process reads or changes the array.
    ///
    /// See `SharedList.update(at:timeout:_:)`.
    @discardableResult
    public func update<Result>(
        at index: Int,
        timeout: Duration? = nil,
        _ body: (inout Element) throws -> Result
    ) throws -> Result {
        try list.update(at: index, timeout: timeout, body)
    }

    /// Changes one element while no other process reads or changes the array, without blocking the thread while others do.
    @discardableResult
    public func update<Result>(
        at index: Int,
        timeout: Duration? = nil,
        _ body: (inout Element) throws -> Result
    ) async throws -> Result {
        try await list.update(at: index, timeout: timeout, body)
    }

    /// Changes any elements while no other process reads or changes the array.
    ///
    /// The closure changes elements in place and cannot add or remove any. See `SharedList.update(timeout:_:)`.
    @discardableResult
    public func update<Result>(
        timeout: Duration? = nil,
        _ body: (inout MutableSpan<Element>) throws -> Result
    )
        throws -> Result
    {
        try list.update(timeout: timeout) { elements in
            var span = elements.mutableSpan
            return try body(&span)
        }
    }

    /// Changes any elements while no other process reads or changes the array, without blocking the thread while others do.
    @discardableResult
    public func update<Result>(
        timeout: Duration? = nil,
        _ body: (inout MutableSpan<Element>) throws -> Result
    )
        async throws -> Result
    {
        try await list.update(timeout: timeout) { elements in
            var span = elements.mutableSpan
            return try body(&span)
        }
    }
}
