extension Communicator {
    /// Describes a reduction of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Reduce_init` (MPI 4.0)
    public final func makePersistentReduce<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        _ operation: ReduceOperation<Element>,
        to root: Int
    ) throws(MPIError) -> PersistentRequest<Element> {
        try reduceCollective(count, operation, root).persistent()
    }

    /// Describes a reduction for all of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Allreduce_init` (MPI 4.0)
    public final func makePersistentAllReduce<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> PersistentRequest<Element> {
        try allReduceCollective(count, operation).persistent()
    }

    /// Describes a scan of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Scan_init` (MPI 4.0)
    public final func makePersistentScan<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> PersistentRequest<Element> {
        try scanCollective(count, operation, isExclusive: false).persistent()
    }

    /// Describes a scan of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Exscan_init` (MPI 4.0)
    public final func makePersistentExclusiveScan<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> PersistentRequest<Element> {
        try scanCollective(count, operation, isExclusive: true).persistent()
    }

    /// Describes a reduction in parts of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements each rank gets.
    ///   - type: The type of the elements.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Reduce_scatter_block_init` (MPI 4.0)
    public final func makePersistentReduceScatter<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> PersistentRequest<Element> {
        try reduceScatterCollective(count, operation).persistent()
    }

    /// Describes a reduction in parts of buffers of different lengths that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - counts: How many elements of the result each rank gets, the same on every rank.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Reduce_scatter_init` (MPI 4.0)
    public final func makePersistentReduceScatter<Element: BufferElement>(
        of type: Element.Type = Element.self,
        counts: [Int],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> PersistentRequest<Element> {
        try reduceScatterCollective(counts: counts, operation).persistent()
    }
}
