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
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                let isDone = try exchangeShortBlocks(
                    source,
                    into: target.baseAddress,
                    elementLength: datatype.elementLength,
                    failure,
                    "MPI_Alltoall"
                )
                if isDone { return }
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
        let failure = checkParts(count, count)
        try elements.withReceivingBuffer { (target) throws(MPIError) in
            let isDone = try exchangeShortBlocks(
                UnsafeRawBufferPointer(target),
                into: target.baseAddress,
                elementLength: datatype.elementLength,
                failure,
                "MPI_Alltoall"
            )
            if isDone { return }
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
    @inlinable
    public final func allToAll<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        resultCounts: [Int],
        resultDisplacements: [Int]? = nil
    ) throws(MPIError) {
        let datatype = Element.datatype
        let isDone = try elements.withUnsafeBufferPointer { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try allToAllBlocks(
                    (UnsafeRawPointer(source.baseAddress), source.count),
                    (counts, displacements),
                    into: (UnsafeMutableRawPointer(target.baseAddress), target.count),
                    (resultCounts, resultDisplacements),
                    datatype
                )
            }
        }
        if isDone { return }
        try allToAllLargeBlocks(
            elements,
            (counts, displacements),
            into: &result,
            (resultCounts, resultDisplacements)
        )
    }

    /// Says whether the elements are exchanged; if not, some rank has blocks that have to go another way.
    @usableFromInline
    final func allToAllBlocks(
        _ source: (address: UnsafeRawPointer?, count: Int),
        _ parts: (counts: [Int], displacements: [Int]?),
        into target: (address: UnsafeMutableRawPointer?, count: Int),
        _ resultParts: (counts: [Int], displacements: [Int]?),
        _ datatype: Datatype
    ) throws(MPIError) -> Bool {
        let (name, unitCount) = ("MPI_Alltoallv" as StaticString, datatype.unitCount)
        var failure: MPIError?
        var greatest = 0
        do throws(MPIError) {
            greatest = max(
                try BlockList.check(
                    parts.counts,
                    parts.displacements,
                    for: peerCount,
                    in: source.count,
                    name
                ),
                try BlockList.check(
                    resultParts.counts,
                    resultParts.displacements,
                    for: peerCount,
                    in: target.count,
                    name
                )
            )
        } catch {
            failure = error
        }
        let isLarge = CountLimit.isExceeded(by: greatest, unitCount: unitCount)
        let outcome = try exchangeShortBlocks(
            source.address,
            parts,
            into: target.address,
            resultParts,
            elementLength: datatype.elementLength,
            failure,
            isLarge: isLarge,
            name
        )
        guard outcome == .isToBeMoved else { return outcome == .isDone }
        let raw = try raw
        try BlockList.withTable(parts.counts, parts.displacements, unitCount: unitCount) {
            (counts, displacements) throws(MPIError) in
            try BlockList.withTable(resultParts.counts, resultParts.displacements, unitCount: unitCount) {
                (resultCounts, resultDisplacements) throws(MPIError) in
                _ = try raw.allToAll(
                    source.address,
                    counts,
                    displacements,
                    datatype.raw,
                    target.address,
                    resultCounts,
                    resultDisplacements,
                    datatype.raw,
                    .blocking
                )
            }
        }
        return true
    }

    @usableFromInline
    @inline(never)
    final func allToAllLargeBlocks<Element: BufferElement>(
        _ elements: Span<Element>,
        _ parts: (counts: [Int], displacements: [Int]?),
        into result: inout [Element],
        _ resultParts: (counts: [Int], displacements: [Int]?)
    ) throws(MPIError) {
        let name: StaticString = "MPI_Alltoallv"
        let given = try BlockList(
            parts.counts,
            parts.displacements,
            for: peerCount,
            in: elements.count,
            name
        )
        let taken = try BlockList(
            resultParts.counts,
            resultParts.displacements,
            for: peerCount,
            in: result.count,
            name
        )
        try largeBlocksCollective(elements.count, given, result.count, taken)
            .blocking(elements, into: &result)
    }
}
