extension Communicator {
    // MARK: Buffers

    /// Gives every rank a part of the elements that each rank has: the transposition of a matrix of blocks.
    ///
    /// Every rank calls it with the same number of elements. Rank r gets the r-th part of every rank.
    ///
    /// ```swift
    /// try world.allToAll(parts.span, into: &received)
    /// ```
    /// - Parameters:
    ///   - elements: As many elements for every rank, in the order of the ranks.
    ///   - result: Where the parts of all ranks are stored, in the order of the ranks; it has as many elements.
    /// - Throws: On **every** rank `MPIError` if the number of elements of one rank is another, or cannot be divided: of class `count`,
    ///   or `remoteFailure` where nothing is wrong.
    ///
    /// Collective · blocking · `MPI_Alltoall` (MPI 3.1 §5.8)
    public final func allToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        into result: inout [Element]
    ) throws(MPIError) {
        let datatype = Element.datatype
        let count = elements.count
        let failure = checkParts(count, result.count)
        try agree(onCount: count, failure, "MPI_Alltoall")
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try raw.allToAll(
                    source.baseAddress,
                    target.baseAddress,
                    count / peerCount * datatype.unitCount,
                    datatype.raw
                )
            }
        }
    }

    private final func checkParts(_ count: Int, _ resultCount: Int) -> MPIError? {
        Self.failure { () throws(MPIError) in
            guard count == resultCount, count.isMultiple(of: peerCount) else {
                throw MPIError(
                    .count,
                    call: "MPI_Alltoall",
                    text:
                        "\(count) elements are given and \(resultCount) wanted; both must be the same multiple of \(peerCount)"
                )
            }
        }
    }

    /// Gives every rank a part of the elements that each rank has, in place.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameter elements: As many elements for every rank, in the order of the ranks; what comes from each rank replaces them.
    /// - Throws: On **every** rank `MPIError` if the number of elements of one rank is another, or cannot be divided.
    ///
    /// Collective · blocking · `MPI_Alltoall` with `MPI_IN_PLACE` (MPI 3.1 §5.8)
    public final func allToAll<Element: BufferElement>(inPlace elements: inout [Element]) throws(MPIError) {
        try expectOneGroup("MPI_Alltoall")
        let datatype = Element.datatype
        let count = elements.count
        try agree(onCount: count, checkParts(count, count), "MPI_Alltoall")
        try elements.withReceivingBuffer { (target) throws(MPIError) in
            try raw.allToAll(
                UnsafeRawPointer(RawCommunicator.inPlace),
                target.baseAddress,
                count / peerCount * datatype.unitCount,
                datatype.raw
            )
        }
    }

    /// Gives every rank a part of the elements that each rank has; the parts may have different lengths.
    ///
    /// Every rank calls it. What a rank gives another one has to be as many elements as that one expects of it: the ranks compare that first, unless
    /// ``agreeOnArguments(_:)`` says otherwise.
    ///
    /// - Parameters:
    ///   - elements: The elements.
    ///   - counts: How many of them each rank gets.
    ///   - displacements: Where the part for each rank begins; one part behind the other, if omitted.
    ///   - result: Where the parts of all ranks are stored. What lies between them stays as it is.
    ///   - resultCounts: How many elements come from each rank.
    ///   - resultDisplacements: Where the part from each rank is stored; one part behind the other, if omitted.
    /// - Throws: On **every** rank `MPIError` if the counts of one rank are no parts of its arrays, or another rank has others: there of class `count`
    ///   or `displacement`, elsewhere `remoteFailure`. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Alltoallv` (MPI 3.1 §5.8)
    public final func allToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        resultCounts: [Int],
        resultDisplacements: [Int]? = nil
    ) throws(MPIError) {
        let name: StaticString = "MPI_Alltoallv"
        let datatype = Element.datatype
        let (elementCount, resultCount) = (elements.count, result.count)
        var (given, taken) = (BlockList.none, BlockList.none)
        let failure = Self.failure { () throws(MPIError) in
            given = try BlockList(counts, displacements, for: peerCount, in: elementCount, name)
            taken = try BlockList(
                resultCounts,
                resultDisplacements,
                for: peerCount,
                in: resultCount,
                name
            )
        }
        let isLarge =
            given.isLarge(unitCount: datatype.unitCount) || taken.isLarge(unitCount: datatype.unitCount)
        if try agree(onExchanging: counts, for: resultCounts, failure, isLarge: isLarge, name) {
            return try largeBlocksCollective(elementCount, given, resultCount, taken)
                .blocking(elements, into: &result)
        }
        let sources = try BlockTable(given, unitCount: datatype.unitCount, name)
        let targets = try BlockTable(taken, unitCount: datatype.unitCount, name)
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                _ = try raw.allToAll(
                    source.baseAddress,
                    sources.counts,
                    sources.displacements,
                    datatype.raw,
                    target.baseAddress,
                    targets.counts,
                    targets.displacements,
                    datatype.raw,
                    .blocking
                )
            }
        }
        withExtendedLifetime((sources, targets)) {}
    }
}
