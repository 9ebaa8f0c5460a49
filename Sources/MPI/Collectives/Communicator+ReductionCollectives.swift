// Elements that C cannot count are reduced in pieces, by several calls: the library's operations are not defined for longer datatypes.

extension Communicator {
    func reduceCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>, _ root: Int)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        try reduceCollective(
            count,
            operation,
            root: rootNumber(root, "MPI_Ireduce"),
            isRoot: rank == root
        )
    }

    /// The root is as the library names it.
    func reduceCollective<Element>(
        _ count: Int,
        _ operation: ReduceOperation<Element>,
        root number: Int32,
        isRoot: Bool
    ) throws(MPIError) -> BufferCollective<Element> {
        let raw = try raw
        return try reductionCollective(
            "a reduction",
            "MPI_Ireduce",
            count,
            gets: isRoot ? count : 0,
            operation
        ) {
            (source, target, small, library, style) throws(MPIError) in
            try raw.reduce(source, target, small, library.type, library.operation, root: number, style)
        }
    }

    func allReduceCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>) throws(MPIError)
        -> BufferCollective<Element>
    {
        let raw = try raw
        return try reductionCollective("a reduction", "MPI_Iallreduce", count, gets: count, operation) {
            (source, target, small, library, style) throws(MPIError) in
            try raw.allReduce(source, target, small, library.type, library.operation, style)
        }
    }

    /// The result takes the place of what a rank gives.
    func allReduceInPlaceCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>)
        throws(MPIError) -> BufferCollective<Element>
    {
        let raw = try raw
        return try reductionCollective("a reduction", "MPI_Iallreduce", count, gets: nil, operation) {
            (_, target, small, library, style) throws(MPIError) in
            let source = UnsafeRawPointer(RawCommunicator.inPlace)
            return try raw.allReduce(source, target, small, library.type, library.operation, style)
        }
    }

    func scanCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>, isExclusive: Bool)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        let raw = try raw
        let name: StaticString = isExclusive ? "MPI_Iexscan" : "MPI_Iscan"
        return try reductionCollective("a scan", name, count, gets: count, operation) {
            (source, target, small, library, style) throws(MPIError) in
            isExclusive
                ? try raw.exclusiveScan(source, target, small, library.type, library.operation, style)
                : try raw.scan(source, target, small, library.type, library.operation, style)
        }
    }

    /// A reduction index by index, of which each piece is one as well.
    private func reductionCollective<Element>(
        _ title: StaticString,
        _ name: StaticString,
        _ count: Int,
        gets resultCount: Int?,
        _ operation: ReduceOperation<Element>,
        _ begin:
            @escaping @Sendable (Source, Target, Int32, LibraryReduction, CollectiveStyle) throws(MPIError) ->
            RawRequest
    ) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, name)
        let library = try operation.library(forCount: count)
        let extent = library.count > CountLimit.largest ? try library.type.extent().extent : 0
        let pieces = CountLimit.pieces(of: library.count)
        return BufferCollective(
            title,
            gives: count,
            gets: resultCount,
            keeping: [library],
            pieceCount: pieces.count
        ) { (index, source, target, style) throws(MPIError) in
            let start = pieces[index].lowerBound * extent
            let length = Int32(pieces[index].count)
            return try begin(
                source.map { $0 + start },
                target.map { $0 + start },
                length,
                library,
                style
            )
        }
    }

    /// The count is what each rank gets.
    func reduceScatterCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        let name: StaticString = "MPI_Ireduce_scatter_block"
        try Self.expectCount(count, name)
        try refuseWholeBuffers(operation, name)
        let raw = try raw
        let library = try operation.library(forCount: count)
        // The library adds them up.
        guard library.count <= CountLimit.largest / size else {
            let blocks = try BlockList([Int](repeating: count, count: size), nil, for: size, in: .max, name)
            return try largeReduceScatterCollective(blocks, operation, name)
        }
        let small = Int32(library.count)
        return BufferCollective("a reduction", gives: count * size, gets: count, keeping: [library]) {
            (source, target, style) throws(MPIError) in
            try raw.reduceScatterBlock(source, target, small, library.type, library.operation, style)
        }
    }

    func reduceScatterCollective<Element>(counts: [Int], _ operation: ReduceOperation<Element>)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        let name: StaticString = "MPI_Ireduce_scatter"
        try refuseWholeBuffers(operation, name)
        let raw = try raw
        let library = try operation.library(forCount: 1)
        let blocks = try BlockList(counts, nil, for: size, in: .max, name)
        guard blocks.total <= CountLimit.largest / library.count else {
            return try largeReduceScatterCollective(blocks, operation, name)
        }
        let table = try BlockTable(blocks, unitCount: library.count, name)
        return BufferCollective(
            "a reduction",
            gives: blocks.total,
            gets: blocks.counts[rank],
            keeping: [library, table]
        ) { (source, target, style) throws(MPIError) in
            try raw.reduceScatter(source, target, table.counts, library.type, library.operation, style)
        }
    }

    /// A reduction in parts as one to each rank.
    ///
    /// All ranks know all blocks, and so that it is done in this way.
    private func largeReduceScatterCollective<Element>(
        _ blocks: BlockList,
        _ operation: ReduceOperation<Element>,
        _ name: StaticString
    ) throws(MPIError) -> BufferCollective<Element> {
        if isBetweenGroups {
            // Here a rank knows the blocks of its own group only.
            throw MPIError(
                .count,
                call: name,
                text: """
                    \(blocks.total) elements are more than the library can reduce between groups at a time; do it in several steps, or by a \
                    reduction to each rank
                    """
            )
        }
        let (raw, rank) = (try raw, rank)
        let library = try operation.library(forCount: 1)
        let stride = MemoryLayout<Element>.stride
        let pieces = (0..<size).flatMap { root in
            CountLimit.pieces(of: blocks.counts[root], unitCount: library.count)
                .filter { !$0.isEmpty }
                .map { (root: root, block: blocks.displacements[root], range: $0) }
        }
        return BufferCollective(
            "a reduction",
            gives: blocks.total,
            gets: blocks.counts[rank],
            keeping: [library],
            pieceCount: pieces.count
        ) { (index, source, target, style) throws(MPIError) in
            let (root, block, range) = pieces[index]
            return try raw.reduce(
                source.map { $0 + (block + range.lowerBound) * stride },
                rank == root ? target.map { $0 + range.lowerBound * stride } : nil,
                Int32(range.count * library.count),
                library.type,
                library.operation,
                root: Int32(root),
                style
            )
        }
    }
}
