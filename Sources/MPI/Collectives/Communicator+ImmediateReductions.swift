extension Communicator {
    /// Begins a reduction of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: A request for on the root the result; `nil` on the others.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ireduce` (MPI 3.1 §5.12)
    public final func immediateReduce<Element: BufferElement>(
        keeping elements: [Element],
        _ operation: ReduceOperation<Element>,
        to root: Int
    ) throws(MPIError) -> Request<[Element]?, MPIError> {
        try reduceCollective(elements.count, operation, root).immediate(elements, ifGiven: rank == root)
    }

    /// Begins a reduction for all of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: A request for the result.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iallreduce` (MPI 3.1 §5.12)
    public final func immediateAllReduce<Element: BufferElement>(
        keeping elements: [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try allReduceCollective(elements.count, operation).immediate(elements)
    }

    /// Begins a scan of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: A request for what ranks 0 to this one have combined.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iscan` (MPI 3.1 §5.12)
    public final func immediateScan<Element: BufferElement>(
        keeping elements: [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try scanCollective(elements.count, operation, isExclusive: false).immediate(elements)
    }

    /// Begins a scan of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: A request for what the ranks before this one have combined; `nil` on rank 0.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iexscan` (MPI 3.1 §5.12)
    public final func immediateExclusiveScan<Element: BufferElement>(
        keeping elements: [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Request<[Element]?, MPIError> {
        try scanCollective(elements.count, operation, isExclusive: true).immediate(
            elements,
            ifGiven: rank > 0
        )
    }

    /// Begins a reduction in parts of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives: as many elements for every rank.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: A request for the part of the result for this rank.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ireduce_scatter_block` (MPI 3.1 §5.12)
    public final func immediateReduceScatter<Element: BufferElement>(
        keeping elements: [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try reduceScatterCollective(elements.count / size, operation).immediate(elements)
    }

    /// Begins a reduction in parts of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - counts: How many elements of the result each rank gets, the same on every rank.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: A request for the part of the result for this rank.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ireduce_scatter` (MPI 3.1 §5.12)
    public final func immediateReduceScatter<Element: BufferElement>(
        keeping elements: [Element],
        counts: [Int],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try reduceScatterCollective(counts: counts, operation).immediate(elements)
    }
}
