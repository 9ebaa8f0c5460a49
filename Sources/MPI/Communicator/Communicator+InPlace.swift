// The array of a rank that gives and gets is one: its own part is in its place already, and is not copied.

extension Communicator {
    /// Gathers the elements of all ranks in the array of one, in which that one's own are in their place already.
    ///
    /// Every rank calls it.
    ///
    /// ```swift
    /// var numbers = world.rank == 0 ? all : mine       // of the root's, the first part is its own
    /// try world.gather(inPlace: &numbers, to: 0)
    /// ```
    /// - Parameters:
    ///   - elements: On the root an array for those of all ranks, in the order of the ranks; elsewhere what this rank gives, which stays as it is.
    ///   - root: The rank that gets them, the same on every rank.
    /// - Throws: On **every** rank `MPIError` of class `count` if the ranks give different numbers of elements, or the root's cannot be divided among
    ///   the ranks. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Gather` with `MPI_IN_PLACE` (MPI 3.1 §5.5)
    public final func gather<Element: BufferElement>(inPlace elements: inout [Element], to root: Int)
        throws(MPIError)
    {
        let name: StaticString = "MPI_Gather"
        let (part, failure) = try part(of: elements.count, root, name)
        try agree(onCount: part, failure, name)
        try gatherInPlaceCollective(elements.count, root).blocking(inPlace: &elements)
    }

    /// Gives every rank a part of the array of one, which keeps its own part in its place.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root the parts for all ranks, in the order of the ranks, which stay as they are; elsewhere where the part is stored.
    ///   - root: The rank that gives, the same on every rank.
    /// - Throws: As ``gather(inPlace:to:)`` does.
    ///
    /// Collective · blocking · `MPI_Scatter` with `MPI_IN_PLACE` (MPI 3.1 §5.6)
    public final func scatter<Element: BufferElement>(inPlace elements: inout [Element], from root: Int)
        throws(MPIError)
    {
        let name: StaticString = "MPI_Scatter"
        let (part, failure) = try part(of: elements.count, root, name)
        try agree(onCount: part, failure, name)
        try scatterInPlaceCollective(elements.count, root).blocking(inPlace: &elements)
    }

    /// Begins to gather the elements of all ranks in the array of one, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: As for ``gather(inPlace:to:)``.
    ///   - root: The rank that gets them, the same on every rank.
    /// - Returns: A request for the array: on the root with the elements of all ranks, elsewhere as it was.
    /// - Throws: `MPIError` of class `count` if the root's elements cannot be divided among the ranks, or what the MPI library reports.
    ///
    /// Collective · `MPI_Igather` with `MPI_IN_PLACE` (MPI 3.1 §5.12.3)
    public final func immediateGather<Element: BufferElement>(
        inPlace elements: consuming [Element],
        to root: Int
    ) throws(MPIError) -> Request<[Element], MPIError> {
        if let failure = try part(of: elements.count, root, "MPI_Igather").failure { throw failure }
        return try gatherInPlaceCollective(elements.count, root).immediate(elements)
    }

    /// Begins to give every rank a part of the array of one, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: As for ``scatter(inPlace:from:)``.
    ///   - root: The rank that gives, the same on every rank.
    /// - Returns: A request for the array: on the root as it was, elsewhere the part of this rank.
    /// - Throws: As ``immediateGather(inPlace:to:)`` does.
    ///
    /// Collective · `MPI_Iscatter` with `MPI_IN_PLACE` (MPI 3.1 §5.12.4)
    public final func immediateScatter<Element: BufferElement>(
        inPlace elements: consuming [Element],
        from root: Int
    ) throws(MPIError) -> Request<[Element], MPIError> {
        if let failure = try part(of: elements.count, root, "MPI_Iscatter").failure { throw failure }
        return try scatterInPlaceCollective(elements.count, root).immediate(elements)
    }

    /// Begins to gather the elements of all ranks in the arrays of all, in which a rank's own are in their place already, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameter elements: As for ``allGather(inPlace:)``.
    /// - Returns: A request for the array with the elements of all ranks.
    /// - Throws: `MPIError` of class `count` if the elements cannot be divided among the ranks, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iallgather` with `MPI_IN_PLACE` (MPI 3.1 §5.12.5)
    public final func immediateAllGather<Element: BufferElement>(inPlace elements: consuming [Element])
        throws(MPIError) -> Request<[Element], MPIError>
    {
        try expectOneGroup("MPI_Iallgather")
        if let failure = try part(of: elements.count, rank, "MPI_Iallgather").failure { throw failure }
        let (raw, datatype, count) = (try raw, Element.datatype, elements.count / size)
        let collective = BufferCollective<Element>("an all-gather", gives: elements.count, gets: nil) {
            (_, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.allGather(
                    UnsafeRawPointer(RawCommunicator.inPlace),
                    count,
                    type,
                    target,
                    count,
                    type,
                    style
                )
            }
        }
        return try collective.immediate(elements)
    }

    /// Begins a reduction for all of elements whose place the result takes, and returns at once.
    ///
    /// Every rank calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives; as many on every rank.
    ///   - operation: How two elements become one, the same on every rank.
    /// - Returns: A request for the result.
    /// - Throws: What the MPI library reports.
    ///
    /// Collective · `MPI_Iallreduce` with `MPI_IN_PLACE` (MPI 3.1 §5.12.8)
    public final func immediateAllReduce<Element: BufferElement>(
        inPlace elements: consuming [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) -> Request<[Element], MPIError> {
        try expectOneGroup("MPI_Iallreduce")
        return try allReduceInPlaceCollective(elements.count, operation).immediate(elements)
    }

    // MARK: Reductions in parts

    /// Combines the elements of all ranks, index by index, and leaves each rank its part of the result.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: As many for each rank, in the order of the ranks. Afterwards the array has only the part of this rank.
    ///   - operation: How two elements become one, the same on every rank; none over whole buffers.
    /// - Throws: On **every** rank `MPIError` of class `count` if the elements cannot be divided among the ranks, or another rank has another number. What
    ///   the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Reduce_scatter_block` with `MPI_IN_PLACE` (MPI 3.1 §5.10.1)
    public final func reduceScatter<Element: BufferElement>(
        inPlace elements: inout [Element],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) {
        let name: StaticString = "MPI_Reduce_scatter_block"
        try expectOneGroup(name)
        var (part, failure) = try part(of: elements.count, rank, name)
        failure = failure ?? Self.failure { () throws(MPIError) in try refuseWholeBuffers(operation, name) }
        try agree(onCount: elements.count, failure, name)
        if part == 0 { return }
        let library = try operation.library(forCount: part)
        if library.count <= CountLimit.largest / size {
            let (raw, count) = (try raw, Int32(library.count))
            let address = UnsafeRawPointer(RawCommunicator.inPlace)
            try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
                let target = UnsafeMutableRawPointer(memory.baseAddress)
                _ = try raw.reduceScatterBlock(
                    address,
                    target,
                    count,
                    library.type,
                    library.operation,
                    .blocking
                )
            }
            withExtendedLifetime(library) {}
            elements.removeLast(elements.count - part)
        } else {
            // In pieces it needs memory of its own for the result.
            part = elements.count / size
            var result = [Element](unsafeUninitializedCapacity: part) { $1 = part }
            try reduceScatterCollective(part, operation).blocking(elements.span, into: &result)
            elements = result
        }
    }

    /// Combines the elements of all ranks, index by index, and leaves each rank its part of the result, which may have another length on each.
    ///
    /// Every rank calls it.
    ///
    /// - Parameters:
    ///   - elements: As many as all parts have, in the order of the ranks. Afterwards the array has only the part of this rank.
    ///   - counts: How many elements of the result each rank gets, the same on every rank.
    ///   - operation: How two elements become one, the same on every rank; none over whole buffers.
    /// - Throws: On **every** rank `MPIError` of class `count` if there are other numbers of elements on one. What the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Reduce_scatter` with `MPI_IN_PLACE` (MPI 3.1 §5.10.2)
    public final func reduceScatter<Element: BufferElement>(
        inPlace elements: inout [Element],
        counts: [Int],
        _ operation: ReduceOperation<Element>
    ) throws(MPIError) {
        let name: StaticString = "MPI_Reduce_scatter"
        let elementCount = elements.count
        var blocks = BlockList.none
        let failure = Self.failure { () throws(MPIError) in
            try expectOneGroup(name)
            try refuseWholeBuffers(operation, name)
            blocks = try BlockList(counts, nil, for: size, in: elementCount, name)
            try expect(elementCount, toBe: blocks.total, name)
        }
        try agree(onCounts: counts, failure, name)
        let library = try operation.library(forCount: 1)
        let part = blocks.counts[rank]
        if blocks.total <= CountLimit.largest / library.count {
            let table = try BlockTable(blocks, unitCount: library.count, name)
            let (raw, address) = (try raw, UnsafeRawPointer(RawCommunicator.inPlace))
            try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
                let target = UnsafeMutableRawPointer(memory.baseAddress)
                _ = try raw.reduceScatter(
                    address,
                    target,
                    table.counts,
                    library.type,
                    library.operation,
                    .blocking
                )
            }
            withExtendedLifetime((library, table)) {}
            elements.removeLast(elementCount - part)
        } else {
            var result = [Element](unsafeUninitializedCapacity: part) { $1 = part }
            try reduceScatterCollective(counts: counts, operation).blocking(elements.span, into: &result)
            elements = result
        }
    }

    // MARK: What they consist of

    /// How many elements each rank has, and what is wrong if an array cannot be divided among them.
    ///
    /// Only the root has those of all ranks.
    private func part(of count: Int, _ root: Int, _ name: StaticString) throws(MPIError) -> (
        count: Int, failure: MPIError?
    ) {
        _ = try rootNumber(root, name)
        guard rank == root else { return (count, nil) }
        guard count.isMultiple(of: size) else {
            let text = "\(count) elements cannot be divided among \(size) ranks"
            return (count, MPIError(.count, call: name, text: text))
        }
        return (count / size, nil)
    }

    /// Between groups nobody's own part is in its place.
    func expectOneGroup(_ name: StaticString) throws(MPIError) {
        if isBetweenGroups {
            throw MPIError(.communicator, call: name, text: "between two groups there is no form in place")
        }
    }

    private func gatherInPlaceCollective<Element>(_ count: Int, _ root: Int) throws(MPIError)
        -> BufferCollective<Element>
    {
        let (raw, datatype, isRoot) = (try raw, Element.datatype, rank == root)
        let number = try rootNumber(root, "MPI_Gather")
        let part = isRoot ? count / size : count
        return BufferCollective("a gather", gives: count, gets: nil) { (_, memory, style) throws(MPIError) in
            let source = UnsafeRawPointer(isRoot ? RawCommunicator.inPlace : memory)
            return try datatype.raw.withCount(part * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.gather(
                    source,
                    count,
                    type,
                    isRoot ? memory : nil,
                    count,
                    type,
                    root: number,
                    style
                )
            }
        }
    }

    private func scatterInPlaceCollective<Element>(_ count: Int, _ root: Int) throws(MPIError)
        -> BufferCollective<Element>
    {
        let (raw, datatype, isRoot) = (try raw, Element.datatype, rank == root)
        let number = try rootNumber(root, "MPI_Scatter")
        let part = isRoot ? count / size : count
        return BufferCollective("a scatter", gives: count, gets: nil) { (_, memory, style) throws(MPIError) in
            let target = isRoot ? RawCommunicator.inPlace : memory
            return try datatype.raw.withCount(part * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.scatter(
                    isRoot ? UnsafeRawPointer(memory) : nil,
                    count,
                    type,
                    target,
                    count,
                    type,
                    root: number,
                    style
                )
            }
        }
    }
}

extension BufferCollective {
    /// Does it at once, where what a rank gets takes the place of what it gives.
    func blocking(inPlace elements: inout [Element]) throws(MPIError) {
        try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            let address = UnsafeMutableRawPointer(memory.baseAddress)
            for piece in 0..<pieceCount { _ = try begin(piece, address, address, .blocking) }
        }
        withExtendedLifetime(kept) {}
    }
}
