extension Communicator {
    /// Gives all neighbours the same elements, and gets theirs.
    ///
    /// Every rank of a communicator with a topology calls it with the same number of elements.
    ///
    /// ```swift
    /// var around = [Double](repeating: 0, count: grid.sourceNeighbors.count)
    /// try grid.neighborAllGather([height].span, into: &around)
    /// ```
    /// - Parameters:
    ///   - elements: What this rank gives each of ``destinationNeighbors``.
    ///   - result: Where the elements of each of ``sourceNeighbors`` are stored, in their order. Where there is none, at the edge of a
    ///     grid, it stays as it is.
    /// - Throws: `MPIError` of class `topology` if there is none, of class `count` if the result has another length, or what the MPI
    ///   library reports.
    ///
    /// Collective · blocking · `MPI_Neighbor_allgather` (MPI 3.1 §7.6.1)
    public final func neighborAllGather<Element: BufferElement>(
        _ elements: Span<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        try neighborAllGatherCollective(elements.count).blocking(elements, into: &result)
    }

    /// Gives all neighbours the same elements, and gets theirs, which may be different numbers of them.
    ///
    /// Every rank of a communicator with a topology calls it.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives each of ``destinationNeighbors``.
    ///   - counts: How many elements come from each of ``sourceNeighbors``.
    ///   - displacements: Where the part from each of them is stored; one part behind the other, if omitted.
    ///   - result: Where they are stored. What lies between the parts stays as it is.
    /// - Throws: `MPIError` as ``neighborAllGather(_:into:)`` does; of class `count` or `displacement` if these are no parts of the
    ///   result.
    ///
    /// Collective · blocking · `MPI_Neighbor_allgatherv` (MPI 3.1 §7.6.1)
    public final func neighborAllGather<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element]
    ) throws(MPIError) {
        try neighborAllGatherCollective(
            elements.count,
            counts,
            displacements: displacements,
            room: result.count
        ).blocking(elements, into: &result)
    }

    /// Gives each neighbour elements of its own, and gets as many from each.
    ///
    /// Every rank of a communicator with a topology calls it with as many elements for every neighbour.
    ///
    /// - Parameters:
    ///   - elements: As many for each of ``destinationNeighbors``, in their order.
    ///   - result: Where the elements from each of ``sourceNeighbors`` are stored, in their order. Where there is none it stays as
    ///     it is.
    /// - Throws: `MPIError` as ``neighborAllGather(_:into:)`` does.
    ///
    /// Collective · blocking · `MPI_Neighbor_alltoall` (MPI 3.1 §7.6.2)
    public final func neighborAllToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        let count = try raw.neighbors("MPI_Neighbor_alltoall").destinations.count
        try neighborAllToAllCollective(elements.count / max(1, count)).blocking(elements, into: &result)
    }

    /// Gives each neighbour elements of its own, which may be different numbers of them, and gets what they give.
    ///
    /// Every rank of a communicator with a topology calls it.
    ///
    /// - Parameters:
    ///   - elements: Those for ``destinationNeighbors``.
    ///   - counts: How many each of them gets.
    ///   - displacements: Where the part for each of them begins; one part behind the other, if omitted.
    ///   - result: Where those from ``sourceNeighbors`` are stored. What lies between the parts stays as it is.
    ///   - resultCounts: How many come from each of them.
    ///   - resultDisplacements: Where the part from each of them is stored; one part behind the other, if omitted.
    /// - Throws: `MPIError` as ``neighborAllGather(_:into:)`` does; of class `count` or `displacement` if these are no parts of the
    ///   arrays.
    ///
    /// Collective · blocking · `MPI_Neighbor_alltoallv` (MPI 3.1 §7.6.2)
    public final func neighborAllToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        resultCounts: [Int],
        resultDisplacements: [Int]? = nil
    ) throws(MPIError) {
        try neighborAllToAllCollective(
            counts,
            resultCounts,
            displacements: displacements,
            elementCount: elements.count,
            resultDisplacements: resultDisplacements,
            room: result.count
        ).blocking(elements, into: &result)
    }
}

extension BufferCollective {
    /// Does it at once.
    func blocking(_ elements: Span<Element>, into result: inout [Element]) throws(MPIError) {
        guard elements.count == sourceCount, result.count == targetCount ?? sourceCount else {
            throw MPIError(
                .count,
                call: "MPI_Neighbor_alltoall",
                text: """
                    \(title) takes \(sourceCount) elements and gives \(targetCount ?? sourceCount); here are \(elements.count), and \
                    room for \(result.count)
                    """
            )
        }
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                let address = UnsafeMutableRawPointer(target.baseAddress)
                for piece in 0..<pieceCount { _ = try begin(piece, source.baseAddress, address, .blocking) }
            }
        }
        withExtendedLifetime(kept) {}
    }
}
