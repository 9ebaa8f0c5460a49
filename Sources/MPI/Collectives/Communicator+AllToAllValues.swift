extension Communicator {
    /// Gives every rank one of the values that each rank has.
    ///
    /// Every rank calls it. Rank r gets what is at index r of every rank.
    ///
    /// ```swift
    /// let questions = try world.allToAll((0..<world.size).map { "from \(world.rank) to \($0)" })
    /// ```
    /// - Parameter values: As many values as there are ranks.
    /// - Returns: For each rank the value that it has given this one.
    /// - Throws: On **every** rank an error if one gives another number of values, or cannot encode one: there `MPIError` of class
    ///   `count` or what encoding throws, on the others `MPIError` of class `remoteFailure`.
    ///
    /// Collective · blocking · `MPI_Alltoall`, `MPI_Alltoallv` (MPI 3.1 §5.8)
    public func allToAll<Value: Codable>(_ values: [Value]) throws -> [Value] {
        if let between = try betweenGroups { return try between.exchange(each: values) }
        return try exchange(values, "MPI_Alltoall")
    }

    /// Gives each neighbour the same value, and gets theirs.
    ///
    /// Every rank of a communicator with a topology calls it.
    ///
    /// - Parameter value: What this rank gives each of ``destinationNeighbors``.
    /// - Returns: What comes from each of ``sourceNeighbors``, in their order; `nil` where there is none, at the edge of a grid.
    /// - Throws: What encoding or decoding throws; `MPIError` of class `topology` if there is none, of class `remoteFailure` if a neighbour
    ///   could not encode.
    ///
    /// Collective · blocking · in place of `MPI_Neighbor_allgather` (MPI 3.1 §7.6.1)
    public func neighborAllGather<Value: Codable>(_ value: Value) throws -> [Value?] {
        let neighbors = try raw.neighbors("MPI_Neighbor_allgather")
        return try exchange(neighbors.destinations.map { _ in value }, neighbors)
    }

    /// Gives each neighbour a value of its own, and gets theirs.
    ///
    /// Every rank of a communicator with a topology calls it.
    ///
    /// - Parameter values: One for each of ``destinationNeighbors``, in their order; at the edge of a grid it goes nowhere.
    /// - Returns: What comes from each of ``sourceNeighbors``, in their order; `nil` where there is none.
    /// - Throws: As ``neighborAllGather(_:)`` does. If the number of values is wrong on one rank its neighbours get an error of class `remoteFailure`.
    ///
    /// Collective · blocking · in place of `MPI_Neighbor_alltoall` (MPI 3.1 §7.6.2)
    public func neighborAllToAll<Value: Codable>(_ values: [Value]) throws -> [Value?] {
        try exchange(values, raw.neighbors("MPI_Neighbor_alltoall"))
    }

    // MARK: Among all

    private func exchange<Value: Codable>(_ values: [Value], _ name: StaticString) throws -> [Value] {
        let raw = try raw
        let companion = isAlone ? raw : try companion()
        var received: [Value] = []
        received.reserveCapacity(size)
        var firstError: (any Error)?
        try ScratchMemory.withOutgoing { bytes in
            var ranges: [Range<Int>] = []
            firstError = appendShares(values, name, &bytes, &ranges)
            guard size > 1 else { return }
            try bytes.withUnsafeBytes { messages in
                try exchange(messages, ranges, raw, companion) { source, message in
                    do {
                        if let failure = ValueFormat.failure(in: message, name) { throw failure }
                        guard firstError == nil else { return }
                        received.append(
                            source == rank
                                ? values[rank]
                                : try ValueFormat.read(Value.self, from: message, name, rank: source)
                        )
                    } catch {
                        firstError = firstError ?? error
                    }
                }
            }
        }
        if let firstError { throw firstError }
        return size > 1 ? received : values
    }

    /// Writes the messages for the other ranks one behind the other; or word of a failure, which is the message for all of them.
    private func appendShares<Value: Codable>(
        _ values: [Value],
        _ name: StaticString,
        _ bytes: inout [UInt8],
        _ ranges: inout [Range<Int>]
    ) -> (any Error)? {
        do {
            guard values.count == size else {
                throw MPIError(
                    .count,
                    call: name,
                    text: "rank \(rank) gave \(values.count) values for \(size) ranks"
                )
            }
            for (destination, value) in values.enumerated() {
                let start = bytes.count
                if destination != rank { try ValueFormat.append(value, to: &bytes) }
                ranges.append(start..<bytes.count)
            }
            return nil
        } catch {
            bytes.removeAll(keepingCapacity: true)
            ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
            ranges = (0..<size).map { $0 == rank ? 0..<0 : 0..<bytes.count }
            return error
        }
    }

    private func exchange(
        _ messages: UnsafeRawBufferPointer,
        _ ranges: [Range<Int>],
        _ raw: RawCommunicator,
        _ companion: RawCommunicator,
        _ use: (Int, UnsafeRawBufferPointer) -> Void
    ) throws {
        let blockLength = CollectiveFrame.blockLength
        try withUninitializedBytes(2 * blockLength * size) { memory in
            let given = UnsafeMutableRawBufferPointer(rebasing: memory[..<(blockLength * size)])
            let taken = UnsafeMutableRawBufferPointer(rebasing: memory[(blockLength * size)...])
            func block(_ blocks: UnsafeMutableRawBufferPointer, _ rank: Int) -> UnsafeMutableRawBufferPointer
            {
                UnsafeMutableRawBufferPointer(
                    rebasing: blocks[(rank * blockLength)..<((rank + 1) * blockLength)]
                )
            }
            for destination in 0..<size {
                let message = UnsafeRawBufferPointer(rebasing: messages[ranges[destination]])
                CollectiveFrame.fill(block(given, destination), with: message)
            }
            try raw.allToAll(given.baseAddress, taken.baseAddress, blockLength, .byte)
            // All of the long ones at a time, so that no rank waits for another one's.
            var requests: [RawRequest] = []
            for destination in 0..<size
            where !CollectiveFrame.fits(ranges[destination].count, in: blockLength) {
                let message = UnsafeRawBufferPointer(rebasing: messages[ranges[destination]])
                requests.append(
                    try companion.immediateSend(
                        message.baseAddress,
                        message.count,
                        .byte,
                        to: Int32(destination),
                        tag: 0
                    )
                )
            }
            for source in 0..<size {
                let first = UnsafeRawBufferPointer(block(taken, source))
                if let message = CollectiveFrame.message(in: first) {
                    use(source, message)
                    continue
                }
                try companion.withMessage(from: Int32(source)) { use(source, $0) }
            }
            for var request in requests { try request.wait() }
        }
    }

    // MARK: Among neighbours

    /// Sends each neighbour its message, and receives theirs: messages between the same two ranks keep their order.
    private func exchange<Value: Codable>(_ values: [Value], _ neighbors: RawNeighbors) throws -> [Value?] {
        let name: StaticString = "MPI_Neighbor_alltoall"
        let companion = try companion()
        var firstError: (any Error)?
        if values.count != neighbors.destinations.count {
            firstError = MPIError(
                .count,
                call: name,
                text:
                    "rank \(rank) gave \(values.count) values for \(neighbors.destinations.count) neighbours"
            )
        }
        var messages: [[UInt8]] = []
        for index in neighbors.destinations.indices {
            var bytes: [UInt8] = []
            do {
                if let firstError { throw firstError }
                try ValueFormat.append(values[index], to: &bytes)
            } catch {
                firstError = firstError ?? error
                bytes = []
                ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
            }
            messages.append(bytes)
        }
        // A grid with two ranks along a dimension has the same neighbour before and after: tags tell which of them is meant.
        let isGrid = try raw.topology() == .cartesian
        var requests: [RawRequest] = []
        for (index, destination) in neighbors.destinations.enumerated() {
            guard let destination else { continue }
            let address = messages[index].withUnsafeBytes { $0.baseAddress }
            requests.append(
                try companion.immediateSend(
                    address,
                    messages[index].count,
                    .byte,
                    to: Int32(destination),
                    tag: isGrid ? Int32(index ^ 1) : 0
                )
            )
        }
        var received: [Value?] = []
        for (index, source) in neighbors.sources.enumerated() {
            guard let source else {
                received.append(nil)
                continue
            }
            let message = try companion.matchedProbe(
                Pattern(source: Int32(source), tag: isGrid ? Int32(index) : 0)
            )
            do {
                received.append(try message.receiveValue(Value.self))
            } catch {
                firstError = firstError ?? error
            }
        }
        for var request in requests { try request.wait() }
        withExtendedLifetime(messages) {}
        if let firstError { throw firstError }
        return received
    }
}
