extension Communicator {
    // MARK: Values

    /// Combines the values of all ranks into one, on one rank.
    ///
    /// Every rank calls it, with a value of its own.
    ///
    /// ```swift
    /// let longest = try world.reduce(word, to: 0) { $0.count >= $1.count ? $0 : $1 }
    /// ```
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - root: The rank that gets the result, the same on every rank.
    ///   - combine: Combines what comes from lower ranks, the first argument, with what comes from higher ranks. It has to be
    ///     associative, and need not be commutative. It is called on different ranks.
    /// - Returns: On the root the result; `nil` on the others.
    /// - Throws: What `combine`, encoding or decoding throws on the rank where it happens, and on the root then `MPIError` of class
    ///   `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Reduce` (MPI 3.1 §5.9.1)
    public func reduce<Value: Codable>(
        _ value: Value,
        to root: Int,
        _ combine: (Value, Value) throws -> Value
    ) throws -> Value? {
        _ = try rootNumber(root, "MPI_Reduce")
        if isAlone { return value }
        let companion = try companion()
        var partial = value
        var failure = PartialFailure()
        reduceToFirst(&partial, &failure, companion, combine)
        if root != 0 {
            if rank == 0 { pass(partial, &failure, to: root, companion) }
            if rank == root {
                failure.error = nil
                accept(from: 0, companion, &failure) { (value: Value) in partial = value }
            }
        }
        if let error = failure.ownError { throw error }
        guard rank == root else { return nil }
        if let error = failure.error { throw error }
        return partial
    }

    /// Why there is no partial result, and the error that arose on this very rank.
    struct PartialFailure {
        var error: (any Error)?
        var ownError: (any Error)?

        /// Notes an error of this rank.
        mutating func fail(_ error: any Error) {
            self.error = self.error ?? error
            ownError = ownError ?? error
        }
    }

    /// Does this rank's part in bringing the result to rank 0.
    ///
    /// A failure takes the same way as a result would, so that nobody waits for what never comes.
    func reduceToFirst<Value: Codable>(
        _ partial: inout Value,
        _ failure: inout PartialFailure,
        _ companion: RawCommunicator,
        _ combine: (Value, Value) throws -> Value
    ) {
        for step in ReductionTree(rank: rank, size: size).steps {
            switch step {
            case .give(let destination):
                pass(partial, &failure, to: destination, companion)
            case .combine(let source):
                let hasFailed = failure.error != nil
                accept(from: source, companion, &failure) { (higher: Value) in
                    if !hasFailed { partial = try combine(partial, higher) }
                }
            }
        }
    }

    /// Gives another rank a partial result, or word of why there is none.
    private func pass<Value: Encodable>(
        _ partial: Value,
        _ failure: inout PartialFailure,
        to destination: Int,
        _ companion: RawCommunicator
    ) {
        ScratchMemory.withOutgoing { bytes in
            if let error = failure.error {
                ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
            } else if let error = appendMessage(partial, ofRank: rank, to: &bytes) {
                failure.fail(error)
            }
            do {
                try companion.sendPartial(bytes, to: Int32(destination))
            } catch {
                failure.fail(error)
            }
        }
    }

    /// Takes the partial result of another rank, and does something with it.
    private func accept<Value: Decodable>(
        from source: Int,
        _ companion: RawCommunicator,
        _ failure: inout PartialFailure,
        _ use: (Value) throws -> Void
    ) {
        let value: Value
        do {
            value = try companion.receivePartial(Value.self, from: Int32(source))
        } catch let error as MPIError where error.errorClass == .remoteFailure {
            failure.error = failure.error ?? error
            return
        } catch {
            return failure.fail(error)
        }
        do {
            try use(value)
        } catch {
            failure.fail(error)
        }
    }

    // MARK: Single elements

    /// Combines the numbers of all ranks into one, on one rank.
    ///
    /// Every rank calls it, with a number of its own.
    ///
    /// ```swift
    /// let total = try world.reduce(count, .sum, to: 0)
    /// ```
    /// - Parameters:
    ///   - element: What this rank gives.
    ///   - operation: How two become one, the same on every rank.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: On the root the result; `nil` on the others.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Reduce` (MPI 3.1 §5.9.1)
    @inlinable
    public func reduce<Element: BufferElement>(
        _ element: Element,
        _ operation: ReduceOperation<Element>,
        to root: Int
    ) throws(MPIError) -> Element? {
        var result = element
        try withUnsafeMutablePointer(to: &result) { (target) throws(MPIError) in
            try reduceBuffer(UnsafeMutableBufferPointer(start: target, count: 1), operation, root)
        }
        return rank == root ? result : nil
    }

    // MARK: Buffers

    /// Combines the elements of all ranks, index by index, on one rank.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - result: On the root where the result is stored; it has as many elements. The other ranks' is not touched.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Throws: `MPIError` of class `count` on the root if the result has another length, before anything is received: let it end the program,
    ///   since the others do not hear of it and may wait. Or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Reduce` (MPI 3.1 §5.9.1)
    public func reduce<Element: BufferElement>(
        _ elements: Span<Element>,
        _ operation: ReduceOperation<Element>,
        into result: inout [Element],
        to root: Int
    ) throws(MPIError) {
        let rootNumber = try rootNumber(root, "MPI_Reduce")
        if rank == root { try expect(result.count, toBe: elements.count, of: "elements", "MPI_Reduce") }
        let library = try operation.library(forCount: elements.count)
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try raw.reduce(
                    source.baseAddress,
                    rank == root ? UnsafeMutableRawPointer(target.baseAddress) : nil,
                    library,
                    root: rootNumber
                )
            }
        }
    }

    /// Combines the elements of all ranks, index by index, in the memory of one rank.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives; on the root the result replaces it. On the others it has no meaning afterwards if the
    ///     operation is a closure.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Reduce` with `MPI_IN_PLACE` (MPI 3.1 §5.9.1)
    public func reduce<Element: BufferElement>(
        inPlace elements: inout [Element],
        _ operation: ReduceOperation<Element>,
        to root: Int
    ) throws(MPIError) {
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try reduceBuffer(memory, operation, root)
        }
    }

    @usableFromInline
    func reduceBuffer<Element: BufferElement>(
        _ memory: UnsafeMutableBufferPointer<Element>,
        _ operation: ReduceOperation<Element>,
        _ root: Int
    ) throws(MPIError) {
        let rootNumber = try rootNumber(root, "MPI_Reduce")
        let address = UnsafeMutableRawPointer(memory.baseAddress)
        let library = try operation.library(forCount: memory.count)
        if rank == root {
            try raw.reduce(nil, address, library, root: rootNumber)
        } else {
            try raw.reduce(address, nil, library, root: rootNumber)
        }
    }
}
