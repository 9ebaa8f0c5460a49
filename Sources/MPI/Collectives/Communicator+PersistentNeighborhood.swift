extension Communicator {
    /// Describes a gather among neighbours of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Neighbor_allgather_init` (MPI 4.0)
    public final func makePersistentNeighborAllGather<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self
    ) throws(MPIError) -> PersistentRequest<Element> {
        try neighborAllGatherCollective(count).persistent()
    }

    /// Describes a gather among neighbours of buffers of different lengths that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - counts: How many elements come from each neighbour.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Neighbor_allgatherv_init` (MPI 4.0)
    public final func makePersistentNeighborAllGather<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        counts: [Int]
    ) throws(MPIError) -> PersistentRequest<Element> {
        try neighborAllGatherCollective(count, counts).persistent()
    }

    /// Describes an exchange among neighbours of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives each neighbour.
    ///   - type: The type of the elements.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Neighbor_alltoall_init` (MPI 4.0)
    public final func makePersistentNeighborAllToAll<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self
    ) throws(MPIError) -> PersistentRequest<Element> {
        try neighborAllToAllCollective(count).persistent()
    }

    /// Describes an exchange among neighbours of buffers of different lengths that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - counts: How many elements each rank, or neighbour, gets.
    ///   - resultCounts: How many elements come from each rank, or neighbour.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Neighbor_alltoallv_init` (MPI 4.0)
    public final func makePersistentNeighborAllToAll<Element: BufferElement>(
        of type: Element.Type = Element.self,
        counts: [Int],
        resultCounts: [Int]
    ) throws(MPIError) -> PersistentRequest<Element> {
        try neighborAllToAllCollective(counts, resultCounts).persistent()
    }
}
