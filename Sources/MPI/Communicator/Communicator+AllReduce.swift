extension Communicator {
    // MARK: Values

    /// Combines the values of all ranks into one, and gives it to every rank.
    ///
    /// Every rank calls it, with a value of its own.
    ///
    /// ```swift
    /// let words = try world.allReduce(wordsOfThisRank) { $0.union($1) }
    /// ```
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: Combines what comes from lower ranks, the first argument, with what comes from higher ranks. It has to be
    ///     associative, and need not be commutative. It is called on different ranks.
    /// - Returns: The result, the same on every rank.
    /// - Throws: On every rank an error if `combine`, encoding or decoding throws on one: there the error itself, on the others
    ///   `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Allreduce` (MPI 3.1 §5.9.6)
    public func allReduce<Value: Codable>(_ value: Value, _ combine: (Value, Value) throws -> Value) throws
        -> Value
    {
        if isAlone {
            _ = try raw
            return value
        }
        if let between = try betweenGroups { return try between.exchangeReduced(value, combine) }
        let companion = try companion()
        var partial = value
        var failure = PartialFailure()
        reduceToFirst(&partial, &failure, companion, combine)
        let raw = try raw
        let blockLength = CollectiveFrame.blockLength
        do {
            if rank != 0 {
                partial = try receiveBroadcast(Value.self, raw, 0, blockLength: blockLength)
            } else if let error = failure.error {
                try sendBroadcast(failure: error, raw, 0, blockLength: blockLength)
                throw error
            } else {
                try sendBroadcast(partial, raw, 0, blockLength: blockLength)
            }
        } catch {
            throw failure.ownError ?? error
        }
        if let error = failure.ownError { throw error }
        return partial
    }

    // MARK: Single elements

    /// Combines the numbers of all ranks into one, and gives it to every rank.
    ///
    /// Every rank calls it, with a number of its own.
    ///
    /// ```swift
    /// let total = try world.allReduce(Double(world.rank), .sum)
    /// ```
    /// - Parameters:
    ///   - element: What this rank gives.
    ///   - operation: How two become one, the same on every rank.
    /// - Returns: The result, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Allreduce` (MPI 3.1 §5.9.6)
    @inlinable
    public func allReduce<Element: BufferElement>(
        _ element: Element,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Element {
        var result = element
        try withUnsafeMutablePointer(to: &result) { (target) throws(MPIError) in
            try allReduceBuffer(UnsafeMutableBufferPointer(start: target, count: 1), operation)
        }
        return result
    }

    // MARK: Buffers

    /// Combines the elements of all ranks, index by index, and gives the result to every rank.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - result: Where the result is stored; it has as many elements.
    /// - Throws: `MPIError` of class `count` if the result has another length, or what the MPI library reports. A wrong length on one rank alone
    ///   is an error there before anything is sent, and the others wait for it: let such an error end the program.
    ///
    /// Collective · blocking · `MPI_Allreduce` (MPI 3.1 §5.9.6)
    @inlinable
    public func allReduce<Element: BufferElement>(
        _ elements: Span<Element>,
        _ operation: ReduceOperation<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        try expect(result.count, toBe: elements.count, of: "elements", "MPI_Allreduce")
        let library = try operation.library(forCount: elements.count)
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try allReduceBuffer(source.baseAddress, UnsafeMutableRawPointer(target.baseAddress), library)
            }
        }
    }

    /// Combines the elements of all ranks, index by index, and gives the result to every rank in the place of its elements.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// ```swift
    /// try world.allReduce(inPlace: &gradients, .sum)
    /// ```
    /// - Parameters:
    ///   - elements: What this rank gives; the result replaces it.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Allreduce` with `MPI_IN_PLACE` (MPI 3.1 §5.9.6)
    @inlinable
    public func allReduce<Element: BufferElement>(
        inPlace elements: inout [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) {
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try allReduceBuffer(memory, operation)
        }
    }

    @inlinable
    func allReduceBuffer<Element: BufferElement>(
        _ memory: UnsafeMutableBufferPointer<Element>,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) {
        let library = try operation.library(forCount: memory.count)
        try allReduceBuffer(nil, UnsafeMutableRawPointer(memory.baseAddress), library)
    }

    /// The source is what this rank gives, `nil` if it is in the target already.
    @usableFromInline
    func allReduceBuffer(
        _ source: UnsafeRawPointer?,
        _ target: UnsafeMutableRawPointer?,
        _ library: LibraryReduction
    ) throws(MPIError) {
        let raw = try raw
        guard isBetweenGroups, source == nil, let target else {
            return try raw.allReduce(source, target, library)
        }
        // Between groups nothing is in place: what comes is the others'.
        let own = RawRequestMemory(byteCount: library.count * (try library.type.extent().extent))
        own.address?.copyMemory(from: target, byteCount: own.byteCount)
        try raw.allReduce(UnsafeRawPointer(own.address), target, library)
        withExtendedLifetime(own) {}
    }
}
