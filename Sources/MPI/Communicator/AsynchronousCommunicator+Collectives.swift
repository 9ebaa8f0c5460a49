extension AsynchronousCommunicator {
    /// Awaits every rank, like the operation of ``Communicator`` with this name.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    public func barrier() async throws {
        try await communicator.lane.run { [communicator] in try communicator.barrier() }
    }

    /// Gives every rank a value that one rank makes, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - root: The rank that makes the value, the same on every rank.
    ///   - make: Makes the value.
    /// - Returns: The value.
    /// - Throws: On the root what `make` or encoding throws; on the others `MPIError` of class `remoteFailure` in that case, or
    ///   what decoding throws.
    public func broadcast<Value: Codable & Sendable>(
        from root: Int,
        _ make: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await communicator.lane.run { [communicator] in try communicator.broadcast(from: root, make) }
    }

    /// Gives every rank one of the values that one rank has, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - values: On the root as many values as there are ranks; ignored on the others.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: The value for this rank.
    /// - Throws: On every rank an error if the root gives another number of values, or cannot encode one.
    public func scatter<Value: Codable & Sendable>(_ values: [Value]?, from root: Int) async throws -> Value {
        try await communicator.lane.run { [communicator] in try communicator.scatter(values, from: root) }
    }

    /// Gives one rank the values of all ranks, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - root: The rank that gets the values, the same on every rank.
    /// - Returns: On the root the values, in the order of the ranks; `nil` on the others.
    /// - Throws: What encoding or decoding throws; `MPIError` of class `remoteFailure` on the root if a rank could not encode.
    public func gather<Value: Codable & Sendable>(_ value: Value, to root: Int) async throws -> [Value]? {
        try await communicator.lane.run { [communicator] in try communicator.gather(value, to: root) }
    }

    /// Gives every rank the values of all ranks, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameter value: What this rank gives.
    /// - Returns: The values, in the order of the ranks.
    /// - Throws: What encoding or decoding throws; `MPIError` of class `remoteFailure` if another rank could not encode.
    public func allGather<Value: Codable & Sendable>(_ value: Value) async throws -> [Value] {
        try await communicator.lane.run { [communicator] in try communicator.allGather(value) }
    }

    /// Combines the values of all ranks into one, on one rank, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - root: The rank that gets the result, the same on every rank.
    ///   - combine: Combines what comes from lower ranks with what comes from higher ranks.
    /// - Returns: On the root the result; `nil` on the others.
    /// - Throws: What `combine`, encoding or decoding throws; `MPIError` of class `remoteFailure` on the root if that happened
    ///   elsewhere.
    public func reduce<Value: Codable & Sendable>(
        _ value: Value,
        to root: Int,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) async throws -> Value? {
        try await communicator.lane.run { [communicator] in try communicator.reduce(value, to: root, combine)
        }
    }

    /// Combines the numbers of all ranks into one, on one rank, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - element: What this rank gives.
    ///   - operation: How two become one, the same on every rank.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: On the root the result; `nil` on the others.
    /// - Throws: `MPIError` if the MPI library fails.
    public func reduce<Element: BufferElement>(
        _ element: Element,
        _ operation: ReduceOperation<Element>,
        to root: Int
    ) async throws -> Element? {
        try await communicator.lane.run { [communicator] in
            try communicator.reduce(element, operation, to: root)
        }
    }

    /// Combines the values of all ranks into one, and gives it to every rank, like the operation of ``Communicator`` with this
    /// name.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: Combines what comes from lower ranks with what comes from higher ranks.
    /// - Returns: The result, the same on every rank.
    /// - Throws: On every rank an error if `combine`, encoding or decoding throws on one.
    public func allReduce<Value: Codable & Sendable>(
        _ value: Value,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) async throws -> Value {
        try await communicator.lane.run { [communicator] in try communicator.allReduce(value, combine) }
    }

    /// Combines the numbers of all ranks into one, and gives it to every rank, like the operation of ``Communicator`` with this
    /// name.
    ///
    /// - Parameters:
    ///   - element: What this rank gives.
    ///   - operation: How two become one, the same on every rank.
    /// - Returns: The result, the same on every rank.
    /// - Throws: `MPIError` if the MPI library fails.
    public func allReduce<Element: BufferElement>(
        _ element: Element,
        _ operation: ReduceOperation<Element>
    ) async throws -> Element {
        try await communicator.lane.run { [communicator] in try communicator.allReduce(element, operation) }
    }

    /// Gives every rank one of the values that each rank has, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameter values: As many values as there are ranks.
    /// - Returns: For each rank the value that it has given this one.
    /// - Throws: On every rank an error if one gives another number of values, or cannot encode one.
    public func allToAll<Value: Codable & Sendable>(_ values: [Value]) async throws -> [Value] {
        try await communicator.lane.run { [communicator] in try communicator.allToAll(values) }
    }

    /// Combines the values of ranks 0 to r for rank r, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: Combines what comes from lower ranks with what comes from higher ranks.
    /// - Returns: The result for this rank.
    /// - Throws: What `combine`, encoding or decoding throws; `MPIError` of class `remoteFailure` on higher ranks.
    public func scan<Value: Codable & Sendable>(
        _ value: Value,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) async throws -> Value {
        try await communicator.lane.run { [communicator] in try communicator.scan(value, combine) }
    }

    /// Combines the values of the ranks before r for rank r, like the operation of ``Communicator`` with this name.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: Combines what comes from lower ranks with what comes from higher ranks.
    /// - Returns: The result for this rank; `nil` on rank 0.
    /// - Throws: What `combine`, encoding or decoding throws; `MPIError` of class `remoteFailure` on higher ranks.
    public func exclusiveScan<Value: Codable & Sendable>(
        _ value: Value,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) async throws -> Value? {
        try await communicator.lane.run { [communicator] in try communicator.exclusiveScan(value, combine) }
    }
}
