extension Communicator {
    /// Begins a gather among neighbours of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameter elements: What this rank gives.
    /// - Returns: A request for what comes from the neighbours, in their order; where there is none, anything.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ineighbor_allgather` (MPI 3.1 §7.7)
    public final func immediateNeighborAllGather<Element: BufferElement>(keeping elements: [Element])
        throws(MPIError) -> Request<[Element], MPIError>
    {
        try neighborAllGatherCollective(elements.count).immediate(elements)
    }

    /// Begins a gather among neighbours of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - counts: How many elements come from each neighbour.
    /// - Returns: A request for what comes from the neighbours, one behind the other.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ineighbor_allgatherv` (MPI 3.1 §7.7)
    public final func immediateNeighborAllGather<Element: BufferElement>(
        keeping elements: [Element],
        counts: [Int]
    )
        throws(MPIError) -> Request<[Element], MPIError>
    {
        try neighborAllGatherCollective(elements.count, counts).immediate(elements)
    }

    /// Begins an exchange among neighbours of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameter elements: What this rank gives: as many elements for every neighbour.
    /// - Returns: A request for what comes from the neighbours, in their order; where there is none, anything.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ineighbor_alltoall` (MPI 3.1 §7.7)
    public final func immediateNeighborAllToAll<Element: BufferElement>(keeping elements: [Element])
        throws(MPIError) -> Request<[Element], MPIError>
    {
        try neighborAllToAllCollective(
            elements.count / max(1, raw.neighbors("MPI_Ineighbor_alltoall").destinations.count)
        ).immediate(elements)
    }

    /// Begins an exchange among neighbours of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives, one part behind the other.
    ///   - counts: How many elements each rank, or neighbour, gets.
    ///   - resultCounts: How many elements come from each rank, or neighbour.
    /// - Returns: A request for what comes from the neighbours, one behind the other.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ineighbor_alltoallv` (MPI 3.1 §7.7)
    public final func immediateNeighborAllToAll<Element: BufferElement>(
        keeping elements: [Element],
        counts: [Int],
        resultCounts: [Int]
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try neighborAllToAllCollective(counts, resultCounts).immediate(elements)
    }
}
