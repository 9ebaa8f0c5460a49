extension Communicator {
    // MARK: Different numbers of elements

    /// Gives one rank the elements of all ranks, which may be different numbers of them.
    ///
    /// Every rank calls it.
    ///
    /// ```swift
    /// try world.gather(mine.span, counts: [3, 5, 2], into: &all, to: 0)
    /// ```
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - counts: On the root how many elements each rank gives; ignored on the others.
    ///   - displacements: On the root where those of each rank are stored; one rank's behind the other's, if omitted.
    ///   - result: On the root where the elements are stored. What lies between them stays as it is. The other ranks' is not touched.
    ///   - root: The rank that gets the elements, the same on every rank.
    /// - Throws: On **every** rank `MPIError` if the arguments of the root are wrong: there of class `count` or `displacement`, on the others
    ///   `remoteFailure`. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Gatherv` (MPI 3.1 §5.5)
    public final func gather<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        to root: Int
    ) throws(MPIError) {
        let name: StaticString = "MPI_Gatherv"
        let datatype = Element.datatype
        let rootNumber = try rootNumber(root, name)
        let count = elements.count
        let resultCount = result.count
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            guard rank == root else { return }
            blocks = try BlockList(counts, displacements, for: size, in: resultCount, name)
            guard blocks.counts[root] == count else {
                throw MPIError(
                    .count,
                    call: name,
                    text: "the root gives \(count) elements and expects \(blocks.counts[root]) of itself"
                )
            }
        }
        let given = BlockList.only(count, for: root, of: size)
        let isLarge =
            given.isLarge(unitCount: datatype.unitCount) || blocks.isLarge(unitCount: datatype.unitCount)
        let mustExchange = try agree(
            onParts: failure == nil ? counts : [],
            ofRoot: rootNumber,
            failure,
            isLarge: isLarge,
            name
        ) { part in
            count > part
                ? Self.unfitting("gives \(count) elements where the root expects \(part)", name) : nil
        }
        if mustExchange {
            let taken = rank == root ? blocks : .none(for: size)
            return try exchangeLargeBlocks(elements, given, into: &result, taken, name)
        }
        let sourceCount = try RawCommunicator.count(count * datatype.unitCount, name)
        let raw = try raw
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try blocks.withTable(unitCount: datatype.unitCount, name) {
                    (counts, displacements) throws(MPIError) in
                    _ = try raw.gather(
                        source.baseAddress,
                        sourceCount,
                        datatype.raw,
                        target.baseAddress,
                        counts,
                        displacements,
                        datatype.raw,
                        root: rootNumber,
                        .blocking
                    )
                }
            }
        }
    }

    /// Gives every rank a part of the elements that one rank has; the parts may have different lengths.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root the elements; ignored on the others.
    ///   - counts: On the root how many elements each rank gets; ignored on the others.
    ///   - displacements: On the root where the part of each rank begins; one behind the other, if omitted.
    ///   - result: Where the part for this rank is stored, which has as many elements as the result.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: On **every** rank `MPIError` if the arguments of the root are wrong: there of class `count` or `displacement`, on the others
    ///   `remoteFailure`. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Scatterv` (MPI 3.1 §5.6)
    public final func scatter<Element: BufferElement>(
        _ elements: Span<Element>?,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        from root: Int
    ) throws(MPIError) {
        let name: StaticString = "MPI_Scatterv"
        let datatype = Element.datatype
        let rootNumber = try rootNumber(root, name)
        let count = result.count
        let elementCount = elements?.count ?? 0
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            guard rank == root else { return }
            blocks = try BlockList(counts, displacements, for: size, in: elementCount, name)
            guard blocks.counts[root] == count else {
                throw MPIError(
                    .count,
                    call: name,
                    text: "the root gives itself \(blocks.counts[root]) elements and has room for \(count)"
                )
            }
        }
        let taken = BlockList.only(count, for: root, of: size)
        let isLarge =
            taken.isLarge(unitCount: datatype.unitCount) || blocks.isLarge(unitCount: datatype.unitCount)
        let mustExchange = try agree(
            onParts: failure == nil ? counts : [],
            ofRoot: rootNumber,
            failure,
            isLarge: isLarge,
            name
        ) { part in
            count < part
                ? Self.unfitting("has room for \(count) elements where the root gives \(part)", name) : nil
        }
        if mustExchange {
            if rank == root, let elements {
                return try exchangeLargeBlocks(elements, blocks, into: &result, taken, name)
            }
            let nothing: [Element] = []
            return try exchangeLargeBlocks(nothing.span, .none(for: size), into: &result, taken, name)
        }
        let targetCount = try RawCommunicator.count(count * datatype.unitCount, name)
        let raw = try raw
        try result.withReceivingBuffer { (target) throws(MPIError) in
            try blocks.withTable(unitCount: datatype.unitCount, name) {
                (counts, displacements) throws(MPIError) in
                func scatter(_ source: Source) throws(MPIError) {
                    _ = try raw.scatter(
                        source,
                        counts,
                        displacements,
                        datatype.raw,
                        UnsafeMutableRawPointer(target.baseAddress),
                        targetCount,
                        datatype.raw,
                        root: rootNumber,
                        .blocking
                    )
                }
                guard let elements else { return try scatter(nil) }
                try elements.withUnsafeBytes { (source) throws(MPIError) in try scatter(source.baseAddress) }
            }
        }
    }

    /// Gives every rank the elements of all ranks, which may be different numbers of them.
    ///
    /// Every rank calls it with the same counts.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives.
    ///   - counts: How many elements each rank gives.
    ///   - displacements: Where those of each rank are stored; one rank's behind the other's, if omitted.
    ///   - result: Where the elements are stored. What lies between them stays as it is.
    /// - Throws: On **every** rank `MPIError` if the arguments of one rank are wrong: there of class `count` or `displacement`, on the others
    ///   `remoteFailure`; of class `count` if the ranks give different counts. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Allgatherv` (MPI 3.1 §5.7)
    @inlinable
    public final func allGather<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element]
    ) throws(MPIError) {
        let datatype = Element.datatype
        let isDone = try elements.withUnsafeBufferPointer { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try allGatherBlocks(
                    (UnsafeRawPointer(source.baseAddress), source.count),
                    counts,
                    displacements,
                    into: (UnsafeMutableRawPointer(target.baseAddress), target.count),
                    datatype
                )
            }
        }
        if !isDone { try allGatherLargeBlocks(elements, counts, displacements, into: &result) }
    }

    /// Says whether the elements are gathered; if not, some rank has blocks that have to go another way.
    @usableFromInline
    final func allGatherBlocks(
        _ source: (address: UnsafeRawPointer?, count: Int),
        _ counts: [Int],
        _ displacements: [Int]?,
        into target: (address: UnsafeMutableRawPointer?, count: Int),
        _ datatype: Datatype
    ) throws(MPIError) -> Bool {
        let name: StaticString = "MPI_Allgatherv"
        var failure: MPIError?
        var greatest = source.count
        do throws(MPIError) {
            let own = try BlockList.check(counts, displacements, for: peerCount, in: target.count, name)
            greatest = max(greatest, own)
            guard isBetweenGroups || counts[rank] == source.count else {
                throw MPIError(
                    .count,
                    call: name,
                    text: "rank \(rank) gives \(source.count) elements; its count is \(counts[rank])"
                )
            }
        } catch {
            failure = error
        }
        let unitCount = datatype.unitCount
        let isLarge = CountLimit.isExceeded(by: greatest, unitCount: unitCount)
        let outcome = try gatherShortBlocks(
            UnsafeRawBufferPointer(start: source.address, count: source.count * datatype.elementLength),
            counts,
            displacements,
            into: target.address,
            elementLength: datatype.elementLength,
            failure,
            isLarge: isLarge,
            name
        )
        guard outcome == .isToBeMoved else { return outcome == .isDone }
        let sourceCount = try RawCommunicator.count(source.count * unitCount, name)
        let raw = try raw
        try BlockList.withTable(counts, displacements, unitCount: unitCount) {
            (counts, displacements) throws(MPIError) in
            _ = try raw.allGather(
                source.address,
                sourceCount,
                datatype.raw,
                target.address,
                counts,
                displacements,
                datatype.raw,
                .blocking
            )
        }
        return true
    }

    @usableFromInline
    @inline(never)
    final func allGatherLargeBlocks<Element: BufferElement>(
        _ elements: Span<Element>,
        _ counts: [Int],
        _ displacements: [Int]?,
        into result: inout [Element]
    ) throws(MPIError) {
        let name: StaticString = "MPI_Allgatherv"
        let blocks = try BlockList(counts, displacements, for: peerCount, in: result.count, name)
        let given = BlockList.same(elements.count, for: peerCount)
        try exchangeLargeBlocks(elements, given, into: &result, blocks, name)
    }

    /// Gives every rank the elements of all ranks, however many each has.
    ///
    /// Every rank calls it.
    ///
    /// ```swift
    /// let all = try world.allGatherElements(mine.span)      // all[r] is what rank r gave
    /// ```
    /// - Parameter elements: What this rank gives.
    /// - Returns: The elements of each rank, in the order of the ranks.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Allgather`, `MPI_Allgatherv` (MPI 3.1 §5.7)
    public final func allGatherElements<Element: BufferElement>(_ elements: Span<Element>) throws(MPIError)
        -> [[Element]]
    {
        var counts = [Int](repeating: 0, count: peerCount)
        let own = [elements.count]
        try allGather(own.span, into: &counts)
        let total = counts.reduce(0, +)
        var all = [Element](unsafeUninitializedCapacity: total) { $1 = total }
        try allGather(elements, counts: counts, into: &all)
        var start = 0
        return counts.map { count in
            defer { start += count }
            return Array(all[start..<(start + count)])
        }
    }

    /// Gives every rank the elements of all ranks, in place.
    ///
    /// Every rank calls it with the same number of elements.
    ///
    /// - Parameter elements: In the r-th of `size` parts what rank r gives; each rank has to have filled its own part only.
    /// - Throws: On **every** rank `MPIError` if the number of elements of one rank is another, or cannot be divided.
    ///
    /// Collective · blocking · `MPI_Allgather` with `MPI_IN_PLACE` (MPI 3.1 §5.7)
    public final func allGather<Element: BufferElement>(inPlace elements: inout [Element]) throws(MPIError) {
        try expectOneGroup("MPI_Allgather")
        let datatype = Element.datatype
        let count = elements.count
        let failure = Self.failure { () throws(MPIError) in
            guard count.isMultiple(of: size) else {
                throw MPIError(
                    .count,
                    call: "MPI_Allgather",
                    text: "\(count) elements cannot be divided among \(size) ranks"
                )
            }
        }
        try elements.withReceivingBuffer { (target) throws(MPIError) in
            let length = count / size * datatype.elementLength
            let isDone = try gatherShortBlocks(
                UnsafeRawBufferPointer(
                    start: target.baseAddress.map { UnsafeRawPointer($0) + rank * length },
                    count: length
                ),
                into: target.baseAddress,
                elementLength: datatype.elementLength,
                failure,
                "MPI_Allgather"
            )
            if isDone { return }
            try raw.allGather(
                UnsafeRawPointer(RawCommunicator.inPlace),
                target.baseAddress,
                count / size * datatype.unitCount,
                datatype.raw
            )
        }
    }
}

extension BlockList {
    /// No blocks at all: what is given where the library does not look.
    static var none: BlockList { BlockList(knownCounts: []) }
}
