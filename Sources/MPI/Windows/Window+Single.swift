// One access in an epoch of its own.

extension Window {
    /// Stores elements in the memory of another rank, and waits until they are there.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - rank: The rank.
    ///   - offset: Where they are stored there, in elements.
    /// - Throws: `MPIError` of class `rank` or `accessRange` if there is no such place, or what the MPI library reports.
    ///
    /// Blocking · `MPI_Win_lock`, `MPI_Put`, `MPI_Win_unlock` (MPI 3.1 §11.3.1)
    public func put(_ elements: [Element], to rank: Int, at offset: Int = 0) throws {
        try lock(rank) { try $0.put(elements, to: rank, at: offset) }
    }

    /// Gets elements from the memory of another rank.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - rank: The rank.
    ///   - offset: Where they begin there, in elements.
    /// - Returns: The elements.
    /// - Throws: `MPIError` of class `rank` or `accessRange` if there is no such place, or what the MPI library reports.
    ///
    /// Blocking · `MPI_Win_lock`, `MPI_Get`, `MPI_Win_unlock` (MPI 3.1 §11.3.2)
    public func get(count: Int, from rank: Int, at offset: Int = 0) throws -> [Element] {
        try lock(rank) { try $0.get(count: count, from: rank, at: offset) }.elements
    }

    /// Combines elements with those in the memory of another rank, and waits until that is done.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - operation: How two become one: any of MPI's own.
    ///   - rank: The rank.
    ///   - offset: Where the others begin there, in elements.
    /// - Throws: `MPIError` of class `rank` or `accessRange` if there is no such place, of class `operation` if it is a closure.
    ///
    /// Blocking · `MPI_Win_lock`, `MPI_Accumulate`, `MPI_Win_unlock` (MPI 3.1 §11.3.4)
    public func accumulate(
        _ elements: [Element],
        _ operation: ReduceOperation<Element>,
        to rank: Int,
        at offset: Int = 0
    ) throws {
        try lock(rank) { try $0.accumulate(elements, operation, to: rank, at: offset) }
    }

    /// Combines an element with one in the memory of another rank, and gets what was there before.
    ///
    /// - Parameters:
    ///   - element: The element.
    ///   - operation: How two become one: any of MPI's own.
    ///   - rank: The rank.
    ///   - offset: Where the other one is, in elements.
    /// - Returns: What was there before.
    /// - Throws: As ``accumulate(_:_:to:at:)`` does.
    ///
    /// Blocking · `MPI_Win_lock`, `MPI_Fetch_and_op`, `MPI_Win_unlock` (MPI 3.1 §11.3.4)
    public func fetchAndOperate(
        _ element: Element,
        _ operation: ReduceOperation<Element>,
        on rank: Int,
        at offset: Int = 0
    ) throws -> Element {
        try lock(rank) { try $0.fetchAndOperate(element, operation, on: rank, at: offset) }.elements[0]
    }

    /// Stores an element in the memory of another rank if a certain other one is there.
    ///
    /// - Parameters:
    ///   - expected: What has to be there.
    ///   - desired: What is stored then.
    ///   - rank: The rank.
    ///   - offset: Where, in elements.
    /// - Returns: What was there before: if it is what was expected, the other one is there now.
    /// - Throws: `MPIError` of class `rank` or `accessRange` if there is no such place, of class `type` if the elements are no integers.
    ///
    /// Blocking · `MPI_Win_lock`, `MPI_Compare_and_swap`, `MPI_Win_unlock` (MPI 3.1 §11.3.4)
    public func compareAndSwap(expected: Element, desired: Element, on rank: Int, at offset: Int = 0) throws
        -> Element
    {
        try lock(rank) {
            try $0.compareAndSwap(expected: expected, desired: desired, on: rank, at: offset)
        }.elements[0]
    }
}
