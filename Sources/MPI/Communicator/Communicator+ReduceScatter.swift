extension Communicator {
    // MARK: Buffers

    /// Combines the elements of all ranks, index by index, and gives every rank a part of the result.
    ///
    /// Every rank calls it with the same number of elements. Rank r gets the r-th part.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives: as many elements for every rank.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - result: Where the part for this rank is stored: the number of elements divided by the number of ranks.
    /// - Throws: On **every** rank `MPIError` if the number of elements of one rank is another, or does not fit its result: of class
    ///   `count`, or `remoteFailure` where nothing is wrong.
    ///
    /// Collective · blocking · `MPI_Reduce_scatter_block` (MPI 3.1 §5.10.1)
    public final func reduceScatter<Element: BufferElement>(
        _ elements: Span<Element>,
        _ operation: ReduceOperation<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        let name: StaticString = "MPI_Reduce_scatter_block"
        let failure = Self.failure { () throws(MPIError) in
            try expect(result.count * size, toBe: elements.count, of: "elements", name)
            try refuseWholeBuffers(operation, name)
        }
        try agree(onCount: elements.count, failure, name)
        if result.isEmpty { return }
        try reduceScatterCollective(result.count, operation).blocking(elements, into: &result)
    }

    /// Combines the elements of all ranks, index by index, and gives every rank a part of the result; the parts may have different
    /// lengths.
    ///
    /// Every rank calls it with the same counts.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives: as many elements as all counts together.
    ///   - counts: How many elements of the result each rank gets.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - result: Where the part for this rank is stored.
    /// - Throws: On **every** rank `MPIError` if the arguments of one do not fit together: of class `count`, or `remoteFailure` where nothing is
    ///   wrong.
    ///
    /// Collective · blocking · `MPI_Reduce_scatter` (MPI 3.1 §5.10.2)
    public final func reduceScatter<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        _ operation: ReduceOperation<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        let name: StaticString = "MPI_Reduce_scatter"
        let (elementCount, resultCount) = (elements.count, result.count)
        let failure = Self.failure { () throws(MPIError) in
            try refuseWholeBuffers(operation, name)
            let blocks = try BlockList(counts, nil, for: size, in: elementCount, name)
            try expect(elementCount, toBe: blocks.total, of: "elements", name)
            try expect(resultCount, toBe: blocks.counts[rank], of: "elements", name)
        }
        try agree(onCounts: counts, failure, name)
        try reduceScatterCollective(counts: counts, operation).blocking(elements, into: &result)
    }

    final func refuseWholeBuffers<Element>(
        _ operation: ReduceOperation<Element>,
        _ name: StaticString
    )
        throws(MPIError)
    {
        guard operation.combineBuffers == nil else {
            throw MPIError(
                .operation,
                call: name,
                text: "an operation over whole buffers has no parts that could be scattered"
            )
        }
    }
}
