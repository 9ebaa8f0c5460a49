extension Communicator {
    /// Begins a barrier, and returns at once: the request is complete when every rank has begun it.
    ///
    /// Every rank calls it, in the same order as all other collective operations.
    ///
    /// - Returns: A request.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · `MPI_Ibarrier` (MPI 3.1 §5.12.1)
    public final func immediateBarrier() throws(MPIError) -> Request<Void, MPIError> {
        try barrierCollective().immediateWithoutResult([])
    }

    /// Begins a broadcast of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: On the root what it gives; on the others as many elements, whose values do not matter.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: A request for the elements of the root.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ibcast` (MPI 3.1 §5.12)
    public final func immediateBroadcast<Element: BufferElement>(keeping elements: [Element], from root: Int)
        throws(MPIError) -> Request<[Element], MPIError>
    {
        try broadcastCollective(elements.count, root).immediate(elements)
    }

    /// Begins a gather of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: A request for on the root the elements of all ranks, in the order of the ranks; `nil` on the others.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Igather` (MPI 3.1 §5.12)
    public final func immediateGather<Element: BufferElement>(keeping elements: [Element], to root: Int)
        throws(MPIError) -> Request<[Element]?, MPIError>
    {
        try gatherCollective(elements.count, root).immediate(elements, ifGiven: rank == root)
    }

    /// Begins a gather of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - counts: On the root how many elements each rank gives; ignored on the others.
    ///   - root: The rank that gets the result, the same on every rank.
    /// - Returns: A request for on the root the elements of all ranks, one rank's behind the other's; `nil` on the others.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Igatherv` (MPI 3.1 §5.12)
    public final func immediateGather<Element: BufferElement>(
        keeping elements: [Element],
        counts: [Int],
        to root: Int
    ) throws(MPIError) -> Request<[Element]?, MPIError> {
        try gatherCollective(elements.count, counts, root).immediate(elements, ifGiven: rank == root)
    }

    /// Begins a scatter of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: On the root `size` times as many elements as each rank gets; ignored on the others.
    ///   - count: How many elements this rank gets.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: A request for the part for this rank.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iscatter` (MPI 3.1 §5.12)
    public final func immediateScatter<Element: BufferElement>(
        keeping elements: [Element]?,
        count: Int,
        from root: Int
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try scatterCollective(count, root).immediate(rank == root ? elements ?? [] : [])
    }

    /// Begins a scatter of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: On the root what it gives, one part behind the other; ignored on the others.
    ///   - counts: On the root how many elements each rank gets; ignored on the others.
    ///   - count: How many elements this rank gets.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: A request for the part for this rank.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iscatterv` (MPI 3.1 §5.12)
    public final func immediateScatter<Element: BufferElement>(
        keeping elements: [Element]?,
        counts: [Int],
        count: Int,
        from root: Int
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try scatterCollective(count, counts, root).immediate(rank == root ? elements ?? [] : [])
    }

    /// Begins a gather for all of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameter elements: What this rank gives.
    /// - Returns: A request for the elements of all ranks, in the order of the ranks.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iallgather` (MPI 3.1 §5.12)
    public final func immediateAllGather<Element: BufferElement>(keeping elements: [Element]) throws(MPIError)
        -> Request<[Element], MPIError>
    {
        try allGatherCollective(elements.count).immediate(elements)
    }

    /// Begins a gather for all of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - counts: How many elements each rank gives, the same on every rank.
    /// - Returns: A request for the elements of all ranks, one rank's behind the other's.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iallgatherv` (MPI 3.1 §5.12)
    public final func immediateAllGather<Element: BufferElement>(keeping elements: [Element], counts: [Int])
        throws(MPIError) -> Request<[Element], MPIError>
    {
        try allGatherCollective(elements.count, counts).immediate(elements)
    }

    /// Begins an exchange between all of buffers, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameter elements: What this rank gives: as many elements for every rank.
    /// - Returns: A request for the parts of all ranks, in the order of the ranks.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ialltoall` (MPI 3.1 §5.12)
    public final func immediateAllToAll<Element: BufferElement>(keeping elements: [Element]) throws(MPIError)
        -> Request<[Element], MPIError>
    {
        try allToAllCollective(elements.count / peerCount).immediate(elements)
    }

    /// Begins an exchange between all of buffers of different lengths, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives, one part behind the other.
    ///   - counts: How many elements each rank, or neighbour, gets.
    ///   - resultCounts: How many elements come from each rank, or neighbour.
    /// - Returns: A request for the parts of all ranks, one behind the other.
    /// - Throws: `MPIError` if the arguments of this rank do not fit together, or what the MPI library reports.
    ///
    /// Collective · `MPI_Ialltoallv` (MPI 3.1 §5.12)
    public final func immediateAllToAll<Element: BufferElement>(
        keeping elements: [Element],
        counts: [Int],
        resultCounts: [Int]
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try allToAllCollective(counts, resultCounts).immediate(elements)
    }
}
