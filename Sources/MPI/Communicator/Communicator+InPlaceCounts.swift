// In place, and of different lengths.

extension Communicator {
    /// Gathers the elements of all ranks, which may be different numbers of them, in the array of one, in which that one's own are in their place already.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root the array for those of all ranks; elsewhere what this rank gives, which stays as it is.
    ///   - counts: On the root how many elements come from each rank, itself included; ignored elsewhere.
    ///   - displacements: On the root where each rank's elements begin; one behind the other, if omitted. What lies between them stays as it is.
    ///   - root: The rank that gets them, the same on every rank.
    /// - Throws: On **every** rank `MPIError` if the root's blocks are none of its array. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Gatherv` with `MPI_IN_PLACE` (MPI 3.1 §5.5)
    public final func gather<Element: BufferElement>(
        inPlace elements: inout [Element],
        counts: [Int],
        displacements: [Int]? = nil,
        to root: Int
    ) throws(MPIError) {
        let name: StaticString = "MPI_Gatherv"
        let (raw, datatype, number) = (try raw, Element.datatype, try rootNumber(root, name))
        let (count, isRoot, unitCount) = (elements.count, rank == root, Element.datatype.unitCount)
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            if isRoot { blocks = try BlockList(counts, displacements, for: size, in: count, name) }
        }
        let isLarge = isRoot ? blocks.isLarge(unitCount: unitCount) : count > CountLimit.largest / unitCount
        let mustExchange = try agree(
            onParts: failure == nil ? counts : [],
            ofRoot: number,
            failure,
            isLarge: isLarge,
            name
        ) { part in
            !isRoot && count > part
                ? Self.unfitting("gives \(count) elements where the root expects \(part)", name) : nil
        }
        if mustExchange {
            var nothing: [Element] = []
            if isRoot {
                let taken = blocks.without(root)
                return try exchangeLargeBlocks(nothing.span, .none(for: size), into: &elements, taken, name)
            }
            let given = BlockList.only(count, for: root, of: size)
            return try exchangeLargeBlocks(elements.span, given, into: &nothing, .none(for: size), name)
        }
        try blocks.withTable(unitCount: unitCount, name) { (counts, displacements) throws(MPIError) in
            try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
                let address = UnsafeMutableRawPointer(memory.baseAddress)
                _ = try raw.gather(
                    UnsafeRawPointer(isRoot ? RawCommunicator.inPlace : address),
                    isRoot ? 0 : Int32(count * unitCount),
                    datatype.raw,
                    isRoot ? address : nil,
                    counts,
                    displacements,
                    datatype.raw,
                    root: number,
                    .blocking
                )
            }
        }
    }

    /// Gives every rank a part of the array of one, which may have another length for each; that one keeps its own in its place.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root the array with the parts for all ranks, which stays as it is; elsewhere where the part is stored, as long as that is.
    ///   - counts: On the root how many elements each rank gets, itself included; ignored elsewhere.
    ///   - displacements: On the root where each rank's part begins; one behind the other, if omitted.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: On **every** rank `MPIError` if the root's blocks are none of its array. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Scatterv` with `MPI_IN_PLACE` (MPI 3.1 §5.6)
    public final func scatter<Element: BufferElement>(
        inPlace elements: inout [Element],
        counts: [Int],
        displacements: [Int]? = nil,
        from root: Int
    ) throws(MPIError) {
        let name: StaticString = "MPI_Scatterv"
        let (raw, datatype, number) = (try raw, Element.datatype, try rootNumber(root, name))
        let (count, isRoot, unitCount) = (elements.count, rank == root, Element.datatype.unitCount)
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            if isRoot { blocks = try BlockList(counts, displacements, for: size, in: count, name) }
        }
        let isLarge = isRoot ? blocks.isLarge(unitCount: unitCount) : count > CountLimit.largest / unitCount
        let mustExchange = try agree(
            onParts: failure == nil ? counts : [],
            ofRoot: number,
            failure,
            isLarge: isLarge,
            name
        ) { part in
            !isRoot && count < part
                ? Self.unfitting("has room for \(count) elements where the root gives \(part)", name) : nil
        }
        if mustExchange {
            var nothing: [Element] = []
            if isRoot {
                let given = blocks.without(root)
                return try exchangeLargeBlocks(elements.span, given, into: &nothing, .none(for: size), name)
            }
            let taken = BlockList.only(count, for: root, of: size)
            return try exchangeLargeBlocks(nothing.span, .none(for: size), into: &elements, taken, name)
        }
        try blocks.withTable(unitCount: unitCount, name) { (counts, displacements) throws(MPIError) in
            try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
                let address = UnsafeMutableRawPointer(memory.baseAddress)
                _ = try raw.scatter(
                    isRoot ? UnsafeRawPointer(address) : nil,
                    counts,
                    displacements,
                    datatype.raw,
                    isRoot ? RawCommunicator.inPlace : address,
                    isRoot ? 0 : Int32(count * unitCount),
                    datatype.raw,
                    root: number,
                    .blocking
                )
            }
        }
    }

    /// Gathers the elements of all ranks, which may be different numbers of them, in the arrays of all, in which a rank's own are in their place already.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: The array for those of all ranks.
    ///   - counts: How many elements come from each rank, the same on every rank.
    ///   - displacements: Where each rank's elements begin in the array of this one; one behind the other, if omitted. What lies between them stays as it is.
    /// - Throws: On **every** rank `MPIError` if the blocks of one are none of its array, or it has other counts. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Allgatherv` with `MPI_IN_PLACE` (MPI 3.1 §5.7)
    public final func allGather<Element: BufferElement>(
        inPlace elements: inout [Element],
        counts: [Int],
        displacements: [Int]? = nil
    ) throws(MPIError) {
        let name: StaticString = "MPI_Allgatherv"
        let (raw, datatype, elementCount) = (try raw, Element.datatype, elements.count)
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            try expectOneGroup(name)
            blocks = try BlockList(counts, displacements, for: size, in: elementCount, name)
        }
        let isLarge = blocks.isLarge(unitCount: datatype.unitCount)
        let length = datatype.elementLength
        let outcome = try elements.withReceivingBuffer { (memory) throws(MPIError) in
            let target = UnsafeMutableRawPointer(memory.baseAddress)
            let own = failure == nil ? (blocks.displacements[rank], blocks.counts[rank]) : (0, 0)
            return try gatherShortBlocks(
                UnsafeRawBufferPointer(start: target.map { $0 + own.0 * length }, count: own.1 * length),
                counts,
                displacements,
                into: target,
                elementLength: length,
                failure,
                isLarge: isLarge,
                name
            )
        }
        if outcome == .isDone { return }
        if outcome == .isLarge {
            let (start, count) = (blocks.displacements[rank], blocks.counts[rank])
            // What is read must not be what is written.
            let own = count == 0 ? [] : Array(elements[start..<(start + count)])
            return try exchangeLargeBlocks(own.span, .same(count, for: size), into: &elements, blocks, name)
        }
        try blocks.withTable(unitCount: datatype.unitCount, name) {
            (counts, displacements) throws(MPIError) in
            try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
                _ = try raw.allGather(
                    UnsafeRawPointer(RawCommunicator.inPlace),
                    0,
                    datatype.raw,
                    UnsafeMutableRawPointer(memory.baseAddress),
                    counts,
                    displacements,
                    datatype.raw,
                    .blocking
                )
            }
        }
    }

    /// Gives each rank a part of an array, and gets as much from it in its place.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: The array with the parts for all ranks, whose place the parts of all ranks take.
    ///   - counts: How many elements each rank gets, and gives.
    ///   - displacements: Where the part for each rank begins; one behind the other, if omitted.
    /// - Throws: On **every** rank `MPIError` if the blocks of one are none of its array, or two ranks do not give each other as many. What the MPI library
    ///   reports.
    ///
    /// Collective · blocking · `MPI_Alltoallv` with `MPI_IN_PLACE` (MPI 3.1 §5.8)
    public final func allToAll<Element: BufferElement>(
        inPlace elements: inout [Element],
        counts: [Int],
        displacements: [Int]? = nil
    ) throws(MPIError) {
        let name: StaticString = "MPI_Alltoallv"
        let (raw, datatype, elementCount) = (try raw, Element.datatype, elements.count)
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            try expectOneGroup(name)
            blocks = try BlockList(counts, displacements, for: size, in: elementCount, name)
        }
        let isLarge = blocks.isLarge(unitCount: datatype.unitCount)
        let outcome = try elements.withReceivingBuffer { (memory) throws(MPIError) in
            let target = UnsafeMutableRawPointer(memory.baseAddress)
            return try exchangeShortBlocks(
                UnsafeRawPointer(target),
                (counts, displacements),
                into: target,
                (counts, displacements),
                elementLength: datatype.elementLength,
                failure,
                isLarge: isLarge,
                name
            )
        }
        if outcome == .isDone { return }
        if outcome == .isLarge {
            let given = elements
            return try largeBlocksCollective(elementCount, blocks, elementCount, blocks)
                .blocking(given.span, into: &elements)
        }
        try blocks.withTable(unitCount: datatype.unitCount, name) {
            (counts, displacements) throws(MPIError) in
            try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
                _ = try raw.allToAll(
                    UnsafeRawPointer(RawCommunicator.inPlace),
                    counts,
                    displacements,
                    datatype.raw,
                    UnsafeMutableRawPointer(memory.baseAddress),
                    counts,
                    displacements,
                    datatype.raw,
                    .blocking
                )
            }
        }
    }
}

extension BlockList {
    /// The same blocks, except that one rank has none.
    fileprivate func without(_ rank: Int) -> BlockList {
        var counts = counts
        counts[rank] = 0
        return BlockList(knownCounts: counts, displacements)
    }
}
