internal import Synchronization

// A collective operation on values takes several steps, which depend on what has been received. So it is done by a thread of its own, on a
// communicator of its own, where nothing else happens: the lane of the immediate operations, which does them in the order in which they
// were begun, as MPI wants it on every rank.

extension Communicator {
    /// The communicator on which immediate collective operations on values are done.
    ///
    /// Collective when called first.
    private func immediateTeam() throws(MPIError) -> Communicator {
        if let made = immediateTeamHolder.withLock({ $0 }) { return made }
        let made = try ofSameKind(raw.duplicate())
        immediateTeamHolder.withLock { $0 = made }
        if !isOwned {
            Runtime.freeAtEnd {
                made.lane.finish()
                try? made.free()
            }
        }
        return made
    }

    private func begin<Value: Sendable>(
        _ title: StaticString,
        _ steps: @escaping @Sendable (Communicator) throws -> Value
    ) throws -> Request<Value, any Error> {
        let team = try immediateTeam()
        return Request(LaneOperation(title, on: team.lane) { try steps(team) })
    }

    /// Begins to give every rank a value that one rank makes, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations. The first immediate operation on values of a communicator
    /// waits for the others, once.
    ///
    /// ```swift
    /// let later = try world.immediateBroadcast(from: 0) { try loadConfiguration() }
    /// prepare()
    /// let configuration = try later.wait()
    /// ```
    /// - Parameters:
    ///   - root: The rank that makes the value, the same on every rank.
    ///   - make: Makes the value, on a thread of its own.
    /// - Returns: A request for the value. If its time is up, or it is dropped, the operation goes on by itself, since others count on it.
    /// - Throws: `MPIError` if the communicator has been freed. What ``broadcast(from:_:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Ibcast` (MPI 3.1 §5.12)
    public func immediateBroadcast<Value: Codable & Sendable>(
        from root: Int,
        _ make: @escaping @Sendable () throws -> Value
    ) throws -> Request<Value, any Error> {
        try begin("a broadcast") { try $0.broadcast(from: root, make) }
    }

    /// Begins to give every rank one of the values that one rank has, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameters:
    ///   - values: On the root as many values as there are ranks; ignored on the others.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: A request for the value for this rank.
    /// - Throws: `MPIError` if the communicator has been freed. What ``scatter(_:from:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Iscatter` (MPI 3.1 §5.12)
    public func immediateScatter<Value: Codable & Sendable>(_ values: [Value]?, from root: Int) throws
        -> Request<
            Value, any Error
        >
    {
        try begin("a scatter") { try $0.scatter(values, from: root) }
    }

    /// Begins to give one rank the values of all ranks, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - root: The rank that gets the values, the same on every rank.
    /// - Returns: A request for the values, in the order of the ranks, on the root; for `nil` on the others.
    /// - Throws: `MPIError` if the communicator has been freed. What `gather(_:to:)` throws the request does.
    ///
    /// Collective · in place of `MPI_Igather` (MPI 3.1 §5.12)
    public func immediateGather<Value: Codable & Sendable>(_ value: Value, to root: Int) throws -> Request<
        [Value]?, any Error
    > {
        try begin("a gather") { try $0.gather(value, to: root) }
    }

    /// Begins to give every rank the values of all ranks, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameter value: What this rank gives.
    /// - Returns: A request for the values, in the order of the ranks.
    /// - Throws: `MPIError` if the communicator has been freed. What ``allGather(_:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Iallgather` (MPI 3.1 §5.12)
    public func immediateAllGather<Value: Codable & Sendable>(_ value: Value) throws -> Request<
        [Value], any Error
    > {
        try begin("an all-gather") { try $0.allGather(value) }
    }

    /// Begins to give every rank one of the values that each rank has, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameter values: As many values as there are ranks.
    /// - Returns: A request for the values that the ranks have given this one.
    /// - Throws: `MPIError` if the communicator has been freed. What ``allToAll(_:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Ialltoall` (MPI 3.1 §5.12)
    public func immediateAllToAll<Value: Codable & Sendable>(_ values: [Value]) throws -> Request<
        [Value], any Error
    > {
        try begin("an all-to-all") { try $0.allToAll(values) }
    }

    /// Begins to combine the values of all ranks into one, on one rank, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - root: The rank that gets the result, the same on every rank.
    ///   - combine: As for ``reduce(_:to:_:)``.
    /// - Returns: A request for the result on the root; for `nil` on the others.
    /// - Throws: `MPIError` if the communicator has been freed. What ``reduce(_:to:_:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Ireduce` (MPI 3.1 §5.12)
    public func immediateReduce<Value: Codable & Sendable>(
        _ value: Value,
        to root: Int,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) throws -> Request<Value?, any Error> {
        try begin("a reduction") { try $0.reduce(value, to: root, combine) }
    }

    /// Begins to combine the values of all ranks into one for every rank, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: As for ``allReduce(_:_:)-(Value,_)``.
    /// - Returns: A request for the result.
    /// - Throws: `MPIError` if the communicator has been freed. What the blocking form throws the request does.
    ///
    /// Collective · in place of `MPI_Iallreduce` (MPI 3.1 §5.12)
    public func immediateAllReduce<Value: Codable & Sendable>(
        _ value: Value,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) throws -> Request<Value, any Error> {
        try begin("a reduction") { try $0.allReduce(value, combine) }
    }

    /// Begins to combine the values of ranks 0 to r for rank r, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: As for `scan(_:_:)`.
    /// - Returns: A request for the result.
    /// - Throws: `MPIError` if the communicator has been freed. What the blocking form throws the request does.
    ///
    /// Collective · in place of `MPI_Iscan` (MPI 3.1 §5.12)
    public func immediateScan<Value: Codable & Sendable>(
        _ value: Value,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) throws -> Request<Value, any Error> {
        try begin("a scan") { try $0.scan(value, combine) }
    }

    /// Begins to combine the values of the ranks before r for rank r, and returns at once.
    ///
    /// Every rank calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: As for `scan(_:_:)`.
    /// - Returns: A request for the result; for `nil` on rank 0.
    /// - Throws: `MPIError` if the communicator has been freed. What the blocking form throws the request does.
    ///
    /// Collective · in place of `MPI_Iexscan` (MPI 3.1 §5.12)
    public func immediateExclusiveScan<Value: Codable & Sendable>(
        _ value: Value,
        _ combine: @escaping @Sendable (Value, Value) throws -> Value
    ) throws -> Request<Value?, any Error> {
        try begin("a scan") { try $0.exclusiveScan(value, combine) }
    }

    /// Begins to give each neighbour the same value, and returns at once.
    ///
    /// Every rank of a communicator with a topology calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameter value: What this rank gives each neighbour.
    /// - Returns: A request for what comes from each neighbour.
    /// - Throws: `MPIError` if the communicator has been freed. What ``neighborAllGather(_:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Ineighbor_allgather` (MPI 3.1 §7.7)
    public func immediateNeighborAllGather<Value: Codable & Sendable>(_ value: Value) throws -> Request<
        [Value?], any Error
    > {
        try begin("a gather among neighbours") { try $0.neighborAllGather(value) }
    }

    /// Begins to give each neighbour a value of its own, and returns at once.
    ///
    /// Every rank of a communicator with a topology calls it, as ``immediateBroadcast(from:_:)``.
    ///
    /// - Parameter values: One for each neighbour.
    /// - Returns: A request for what comes from each neighbour.
    /// - Throws: `MPIError` if the communicator has been freed. What ``neighborAllToAll(_:)`` throws the request does.
    ///
    /// Collective · in place of `MPI_Ineighbor_alltoall` (MPI 3.1 §7.7)
    public func immediateNeighborAllToAll<Value: Codable & Sendable>(_ values: [Value]) throws -> Request<
        [Value?], any Error
    > {
        try begin("an exchange among neighbours") { try $0.neighborAllToAll(values) }
    }
}
