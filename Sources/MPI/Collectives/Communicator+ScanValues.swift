extension Communicator {
    /// Combines the values of ranks 0 to r, and gives the result to rank r.
    ///
    /// Every rank calls it, with a value of its own.
    ///
    /// ```swift
    /// let namesUpToHere = try world.scan([name]) { $0 + $1 }
    /// ```
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: Combines what comes from lower ranks, the first argument, with what comes from higher ranks. It has to be
    ///     associative, and need not be commutative. It is called on different ranks.
    /// - Returns: The result for this rank.
    /// - Throws: What `combine`, encoding or decoding throws on the rank where it happens, and `MPIError` of class `remoteFailure` on the
    ///   higher ranks.
    ///
    /// Collective · blocking · in place of `MPI_Scan` (MPI 3.1 §5.11.1)
    public func scan<Value: Codable>(_ value: Value, _ combine: (Value, Value) throws -> Value) throws
        -> Value
    {
        try scans(value, combine).inclusive.get()
    }

    /// Combines the values of the ranks before r, and gives the result to rank r.
    ///
    /// Every rank calls it, with a value of its own.
    ///
    /// - Parameters:
    ///   - value: What this rank gives.
    ///   - combine: As for `scan(_:_:)`.
    /// - Returns: The result for this rank; `nil` on rank 0, before which there is no other.
    /// - Throws: As `scan(_:_:)` does.
    ///
    /// Collective · blocking · in place of `MPI_Exscan` (MPI 3.1 §5.11.2)
    public func exclusiveScan<Value: Codable>(_ value: Value, _ combine: (Value, Value) throws -> Value)
        throws
        -> Value?
    {
        let (inclusive, exclusive) = try scans(value, combine)
        guard let exclusive else {
            _ = try inclusive.get()
            return nil
        }
        return try exclusive.get()
    }

    /// By recursive doubling: after each step a rank knows what twice as many ranks up to it have combined.
    private func scans<Value: Codable>(_ value: Value, _ combine: (Value, Value) throws -> Value) throws -> (
        inclusive: Result<Value, any Error>, exclusive: Result<Value, any Error>?
    ) {
        let name: StaticString = "MPI_Scan"
        _ = try raw
        if isBetweenGroups {
            throw MPIError(.communicator, call: name, text: "there is no scan between two groups")
        }
        if isAlone { return (.success(value), nil) }
        let companion = try companion()
        var inclusive: Result<Value, any Error> = .success(value)
        var exclusive: Result<Value, any Error>?
        var distance = 1
        while distance < size {
            var bytes: [UInt8] = []
            var request: RawRequest?
            if rank + distance < size {
                switch inclusive {
                case .success(let value):
                    if let error = appendMessage(value, ofRank: rank, to: &bytes) {
                        inclusive = .failure(error)
                    }
                case .failure(let error): ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
                }
                let address = bytes.withUnsafeBytes { $0.baseAddress }
                request = try companion.immediateSend(
                    address,
                    bytes.count,
                    .byte,
                    to: Int32(rank + distance),
                    tag: 0
                )
            }
            if rank - distance >= 0 {
                let message = try companion.matchedProbe(Pattern(source: Int32(rank - distance), tag: 0))
                let lower = Result { try message.receiveValue(Value.self) }
                // What comes now stems from lower ranks than all that is here already.
                inclusive = Result { try combine(lower.get(), inclusive.get()) }
                exclusive =
                    exclusive.map { known in Result { try combine(lower.get(), known.get()) } } ?? lower
            }
            try request?.wait()
            withExtendedLifetime(bytes) {}
            distance <<= 1
        }
        return (inclusive, exclusive)
    }
}
