extension Communicator {
    /// Gives every rank a part of an array, each with a pattern of its own, and gets parts from all of them.
    ///
    /// Every rank calls it. What a rank gives another one has to be as many bytes, of the same types, as that one expects of it: the ranks compare the
    /// numbers of bytes first, unless ``agreeOnArguments(_:)`` says otherwise.
    ///
    /// ```swift
    /// try world.allToAll(matrix.span, parts: columns, into: &transposed, resultParts: rows)
    /// ```
    /// - Parameters:
    ///   - elements: The array that the parts lie in.
    ///   - parts: What each rank gets of it, in the order of the ranks.
    ///   - result: The array that the parts of all ranks are stored in. What lies between them stays as it is.
    ///   - resultParts: Where the part from each rank is stored, in the order of the ranks.
    /// - Throws: On **every** rank `MPIError` if the parts of one rank are no parts of its arrays, or another rank has others: there of class `count` or
    ///   `argument`, elsewhere `remoteFailure`. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Alltoallw` (MPI 3.1 §5.8)
    public final func allToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        parts: [DatatypePart],
        into result: inout [Element],
        resultParts: [DatatypePart]
    ) throws(MPIError) {
        let (count, resultCount) = (elements.count, result.count)
        var collective: BufferCollective<Element>?
        var (given, taken): ([Int], [Int]) = ([], [])
        let failure = Self.failure { () throws(MPIError) in
            collective = try allToAllCollective(count, parts, resultCount, resultParts)
            for part in parts { given.append(try part.byteCount) }
            for part in resultParts { taken.append(try part.byteCount) }
        }
        try agree(onExchanging: given, for: taken, failure, "MPI_Alltoallw")
        try collective?.blocking(elements, into: &result)
    }

    /// Begins an exchange of parts with patterns of their own, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: The array that the parts lie in.
    ///   - parts: What each rank gets of it, in the order of the ranks.
    ///   - result: The array that the parts of all ranks are stored in. What lies between them stays as it is.
    ///   - resultParts: Where the part from each rank is stored, in the order of the ranks.
    /// - Returns: A request for the array with the parts of all ranks.
    /// - Throws: As ``allToAll(_:parts:into:resultParts:)`` does.
    ///
    /// Collective · `MPI_Ialltoallw` (MPI 3.1 §5.12.6)
    public final func immediateAllToAll<Element: BufferElement>(
        keeping elements: [Element],
        parts: [DatatypePart],
        into result: consuming [Element],
        resultParts: [DatatypePart]
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try allToAllCollective(elements.count, parts, result.count, resultParts)
            .immediate(elements, into: result)
    }

    /// Describes an exchange of parts with patterns of their own that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: The length of the array that the parts lie in.
    ///   - type: The type of the elements.
    ///   - parts: What each rank gets of it, in the order of the ranks.
    ///   - resultCount: The length of the array that the parts of all ranks are stored in.
    ///   - resultParts: Where the part from each rank is stored, in the order of the ranks.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: As ``allToAll(_:parts:into:resultParts:)`` does, and of class `notSupported` if the library has no persistent collective operations.
    ///
    /// Collective · `MPI_Alltoallw_init` (MPI 4.0)
    public final func makePersistentAllToAll<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        parts: [DatatypePart],
        resultCount: Int,
        resultParts: [DatatypePart]
    ) throws(MPIError) -> PersistentRequest<Element> {
        let collective: BufferCollective<Element> = try allToAllCollective(
            count,
            parts,
            resultCount,
            resultParts
        )
        return try collective.persistent()
    }

    /// Describes an exchange of parts with patterns of their own.
    func allToAllCollective<Element>(
        _ count: Int,
        _ parts: [DatatypePart],
        _ resultCount: Int,
        _ resultParts: [DatatypePart]
    ) throws(MPIError) -> BufferCollective<Element> {
        let (raw, name) = (try raw, "MPI_Alltoallw" as StaticString)
        let stride = MemoryLayout<Element>.stride
        let given = try PartTable(parts, for: peerCount, in: count, stride: stride, name)
        let taken = try PartTable(resultParts, for: peerCount, in: resultCount, stride: stride, name)
        return BufferCollective("an all-to-all", gives: count, gets: resultCount, keeping: [given, taken]) {
            (source, target, style) throws(MPIError) in
            try raw.allToAll(
                source,
                given.counts,
                given.displacements,
                given.types,
                target,
                taken.counts,
                taken.displacements,
                taken.types,
                style
            )
        }
    }

    // MARK: Among neighbours

    /// Gives each neighbour a part of an array, each with a pattern of its own, and gets parts from all of them.
    ///
    /// Every rank of a communicator with a topology calls it: the exchange of the edges of a grid without copying them together.
    ///
    /// - Parameters:
    ///   - elements: The array that the parts lie in.
    ///   - parts: What each of ``destinationNeighbors`` gets of it.
    ///   - result: The array that the parts of the neighbours are stored in. What lies between them stays as it is.
    ///   - resultParts: Where the part from each of ``sourceNeighbors`` is stored.
    /// - Throws: `MPIError` as ``neighborAllGather(_:into:)`` does, of class `argument` if a part reaches beyond its array.
    ///
    /// Collective · blocking · `MPI_Neighbor_alltoallw` (MPI 3.1 §7.6.2)
    public final func neighborAllToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        parts: [DatatypePart],
        into result: inout [Element],
        resultParts: [DatatypePart]
    ) throws(MPIError) {
        try neighborAllToAllCollective(elements.count, parts, result.count, resultParts)
            .blocking(elements, into: &result)
    }

    /// Begins an exchange among neighbours of parts with patterns of their own, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: The array that the parts lie in.
    ///   - parts: What each of ``destinationNeighbors`` gets of it.
    ///   - result: The array that the parts of the neighbours are stored in. What lies between them stays as it is.
    ///   - resultParts: Where the part from each of ``sourceNeighbors`` is stored.
    /// - Returns: A request for the array with the parts of the neighbours.
    /// - Throws: As ``neighborAllToAll(_:parts:into:resultParts:)`` does.
    ///
    /// Collective · `MPI_Ineighbor_alltoallw` (MPI 3.1 §7.7.2)
    public final func immediateNeighborAllToAll<Element: BufferElement>(
        keeping elements: [Element],
        parts: [DatatypePart],
        into result: consuming [Element],
        resultParts: [DatatypePart]
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try neighborAllToAllCollective(elements.count, parts, result.count, resultParts)
            .immediate(elements, into: result)
    }

    /// Describes an exchange among neighbours of parts with patterns of their own that is started again and again.
    ///
    /// Every rank calls it, and starts it, in the same order as all other collective operations.
    ///
    /// - Parameters:
    ///   - count: The length of the array that the parts lie in.
    ///   - type: The type of the elements.
    ///   - parts: What each of ``destinationNeighbors`` gets of it.
    ///   - resultCount: The length of the array that the parts of the neighbours are stored in.
    ///   - resultParts: Where the part from each of ``sourceNeighbors`` is stored.
    /// - Returns: The request, which owns what is given and what is got.
    /// - Throws: As ``neighborAllToAll(_:parts:into:resultParts:)`` does, and of class `notSupported` if the library has no persistent collective operations.
    ///
    /// Collective · `MPI_Neighbor_alltoallw_init` (MPI 4.0)
    public final func makePersistentNeighborAllToAll<Element: BufferElement>(
        count: Int,
        of type: Element.Type = Element.self,
        parts: [DatatypePart],
        resultCount: Int,
        resultParts: [DatatypePart]
    ) throws(MPIError) -> PersistentRequest<Element> {
        let collective: BufferCollective<Element> = try neighborAllToAllCollective(
            count,
            parts,
            resultCount,
            resultParts
        )
        return try collective.persistent()
    }

    private func neighborAllToAllCollective<Element>(
        _ count: Int,
        _ parts: [DatatypePart],
        _ resultCount: Int,
        _ resultParts: [DatatypePart]
    ) throws(MPIError) -> BufferCollective<Element> {
        let (raw, name) = (try raw, "MPI_Neighbor_alltoallw" as StaticString)
        let stride = MemoryLayout<Element>.stride
        let neighbors = try raw.neighbors(name)
        let given = try PartTable(parts, for: neighbors.destinations.count, in: count, stride: stride, name)
        let taken = try PartTable(
            resultParts,
            for: neighbors.sources.count,
            in: resultCount,
            stride: stride,
            name
        )
        return BufferCollective(
            "an exchange among neighbours",
            gives: count,
            gets: resultCount,
            keeping: [given, taken]
        ) { (source, target, style) throws(MPIError) in
            try raw.neighborAllToAll(
                source,
                given.counts,
                given.wideDisplacements,
                given.types,
                target,
                taken.counts,
                taken.wideDisplacements,
                taken.types,
                style
            )
        }
    }
}
