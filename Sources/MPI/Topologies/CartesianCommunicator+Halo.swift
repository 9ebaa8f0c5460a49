extension CartesianCommunicator {
    /// Exchanges the margins of the blocks of which a large array consists.
    ///
    /// Each rank has a block of the array, with a margin of some elements on all sides, in which it keeps a copy of what its neighbours have
    /// at their edges. This brings all margins up to date, corners included. At the edge of a grid that is not periodic, margins stay
    /// as they are.
    ///
    /// Every rank calls it, with a block of the same extent along the dimensions that it shares with a neighbour.
    ///
    /// ```swift
    /// // A block of 100 × 100 numbers, with a margin of 1.
    /// var block = [Double](repeating: 0, count: 102 * 102)
    /// try grid.exchangeHalo(of: &block, shape: [102, 102])
    /// ```
    /// - Parameters:
    ///   - elements: The block with its margins; the last index changes fastest.
    ///   - shape: Its extent along each dimension of the grid, margins included. There may be more dimensions than the grid has: those
    ///     are not divided, and have no margins.
    ///   - width: How wide the margins are.
    /// - Throws: `MPIError` of class `argument` if the shape does not fit, of class `mismatch` if a neighbour's block has another extent, or what the
    ///   MPI library reports.
    ///
    /// Collective · blocking · in place of `MPI_Neighbor_alltoallw` (MPI 3.1 §7.6)
    public func exchangeHalo<Element: BufferElement>(
        of elements: inout [Element],
        shape: [Int],
        width: Int = 1
    ) throws(MPIError) {
        let gridCount = dimensions.count
        guard shape.count >= gridCount, shape.allSatisfy({ $0 >= 0 }), width >= 0,
            shape.reduce(1, *) == elements.count,
            shape.prefix(gridCount).allSatisfy({ $0 / 3 >= width })
        else {
            throw MPIError(
                .argument,
                call: "MPI_Sendrecv",
                text: """
                    \(elements.count) elements of shape \(shape) with margins of \(width) are no block of a grid of \(gridCount) \
                    dimensions: the inner part must be at least as wide as the margins
                    """
            )
        }
        guard width > 0 else { return }
        // What is not divided goes along as a whole.
        let whole = shape[gridCount...].reduce(1, *)
        let divided = Array(shape.prefix(gridCount)) + [whole]
        let companion = try companion()
        // A rank that has found an error goes on nevertheless, since its neighbours count on it.
        var firstError: MPIError?
        for dimension in 0..<gridCount {
            let exchange = HaloExchange(along: dimension, ofFirst: gridCount, shape: divided, width: width)
            let (before, after) = try shift(along: dimension)
            // First all to the one before, then all to the one after: so two messages between the same two ranks keep apart.
            for (given, destination, taken, source) in [
                (exchange.giveBefore, before, exchange.takeAfter, after),
                (exchange.giveAfter, after, exchange.takeBefore, before),
            ] {
                do throws(MPIError) {
                    try pass(given, to: destination, taken, from: source, &elements, divided, companion)
                } catch {
                    firstError = firstError ?? error
                }
            }
        }
        if let firstError { throw firstError }
    }

    private func pass<Element: BufferElement>(
        _ given: HaloRegion,
        to destination: Int?,
        _ taken: HaloRegion,
        from source: Int?,
        _ elements: inout [Element],
        _ shape: [Int],
        _ companion: RawCommunicator
    ) throws(MPIError) {
        var outgoing: [Element] = []
        var request: RawRequest?
        if destination != nil {
            let (starts, length) = given.rows(inArrayOf: shape)
            outgoing.reserveCapacity(given.count)
            for start in starts { outgoing += elements[start..<(start + length)] }
        }
        let byteCount = given.count * MemoryLayout<Element>.stride
        if let destination {
            let address = outgoing.withUnsafeBytes { $0.baseAddress }
            request = try companion.immediateSend(address, byteCount, .byte, to: Int32(destination), tag: 0)
        }
        defer { withExtendedLifetime(outgoing) {} }
        if let source {
            let message = try companion.matchedProbe(Pattern(source: Int32(source), tag: 0))
            var incoming = [Element](unsafeUninitializedCapacity: taken.count) { $1 = taken.count }
            let failure: MPIError? = incoming.withUnsafeMutableBytes { memory in
                do throws(MPIError) {
                    try message.receive(into: memory, elementLength: 1)
                    return message.status.byteCount == memory.count
                        ? nil : Self.otherExtent(message.status, memory.count)
                } catch {
                    return error
                }
            }
            incoming.withUnsafeMutableBytes { Element.settle($0) }
            if let failure {
                try request?.wait()
                throw failure
            }
            let (starts, length) = taken.rows(inArrayOf: shape)
            for (row, start) in starts.enumerated() {
                for index in 0..<length { elements[start + index] = incoming[row * length + index] }
            }
        }
        try request?.wait()
    }

    private static func otherExtent(_ status: Status, _ expected: Int) -> MPIError {
        MPIError(
            .mismatch,
            call: "MPI_Sendrecv",
            text: """
                the margin from rank \(status.source) has \(status.byteCount) bytes instead of \(expected): its block has another \
                extent along the edge that the two share
                """
        )
    }
}
