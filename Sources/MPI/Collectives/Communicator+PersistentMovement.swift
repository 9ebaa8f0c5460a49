extension Communicator {
    /// Describes a barrier that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Returns: The request.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Barrier_init` (MPI 4.0)
    public final func makePersistentBarrier() throws(MPIError) -> PersistentRequest<UInt8> {
        try barrierCollective().persistent()
    }

    /// Describes a broadcast of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements there are, the same on every rank.
    ///   - type: The type of the elements.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Bcast_init` (MPI 4.0)
    public final func makePersistentBroadcast<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        from root: Int
    ) throws(MPIError) -> PersistentRequest<Element> {
        try broadcastCollective(count, root).persistent()
    }

    /// Describes a gather of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Gather_init` (MPI 4.0)
    public final func makePersistentGather<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        to root: Int
    ) throws(MPIError) -> PersistentRequest<Element> {
        try gatherCollective(count, root).persistent()
    }

    /// Describes a gather of buffers of different lengths that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    ///   - counts: On the root how many elements each rank gives; ignored on the others.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Gatherv_init` (MPI 4.0)
    public final func makePersistentGather<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        counts: [Int],
        to root: Int
    ) throws(MPIError) -> PersistentRequest<Element> {
        try gatherCollective(count, counts, root).persistent()
    }

    /// Describes a scatter of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements each rank gets.
    ///   - type: The type of the elements.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Scatter_init` (MPI 4.0)
    public final func makePersistentScatter<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        from root: Int
    ) throws(MPIError) -> PersistentRequest<Element> {
        try scatterCollective(count, root).persistent()
    }

    /// Describes a scatter of buffers of different lengths that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gets.
    ///   - type: The type of the elements.
    ///   - counts: On the root how many elements each rank gets; ignored on the others.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Scatterv_init` (MPI 4.0)
    public final func makePersistentScatter<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        counts: [Int],
        from root: Int
    ) throws(MPIError) -> PersistentRequest<Element> {
        try scatterCollective(count, counts, root).persistent()
    }

    /// Describes a gather for all of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives.
    ///   - type: The type of the elements.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Allgather_init` (MPI 4.0)
    public final func makePersistentAllGather<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self
    ) throws(MPIError) -> PersistentRequest<Element> {
        try allGatherCollective(count).persistent()
    }

    /// Describes a gather for all of buffers of different lengths that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - type: The type of the elements.
    ///   - counts: How many elements each rank gives, the same on every rank.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Allgatherv_init` (MPI 4.0)
    public final func makePersistentAllGather<Element: BufferElement>(
        of type: Element.Type = Element.self,
        counts: [Int]
    ) throws(MPIError) -> PersistentRequest<Element> {
        try allGatherCollective(counts.indices.contains(rank) ? counts[rank] : 0, counts).persistent()
    }

    /// Describes an exchange between all of buffers that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: How many elements this rank gives each other one.
    ///   - type: The type of the elements.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: `MPIError` of class `notSupported` if the library has no persistent collective operations, or what it reports.
    ///
    /// Collective · `MPI_Alltoall_init` (MPI 4.0)
    public final func makePersistentAllToAll<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self
    ) throws(MPIError) -> PersistentRequest<Element> {
        try allToAllCollective(count).persistent()
    }

    /// Describes an exchange between all of buffers of different lengths that is started again and again.
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
    /// Collective · `MPI_Alltoallv_init` (MPI 4.0)
    public final func makePersistentAllToAll<Element: BufferElement>(
        of type: Element.Type = Element.self,
        counts: [Int],
        resultCounts: [Int]
    ) throws(MPIError) -> PersistentRequest<Element> {
        try allToAllCollective(counts, resultCounts).persistent()
    }
}
