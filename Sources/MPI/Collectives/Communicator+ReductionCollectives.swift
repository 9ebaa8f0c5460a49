extension Communicator {
    func reduceCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>, _ root: Int)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        let raw = try raw
        let number = try rootNumber(root, "MPI_Ireduce")
        let library = try operation.library(forCount: count)
        let small = try RawCommunicator.count(library.count, "MPI_Ireduce")
        return BufferCollective(
            "a reduction",
            gives: count,
            gets: rank == root ? count : 0,
            keeping: [library]
        ) {
            (source, target, style) throws(MPIError) in
            try raw.reduce(source, target, small, library.type, library.operation, root: number, style)
        }
    }

    func allReduceCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>) throws(MPIError)
        -> BufferCollective<Element>
    {
        let raw = try raw
        let library = try operation.library(forCount: count)
        let small = try RawCommunicator.count(library.count, "MPI_Iallreduce")
        return BufferCollective("a reduction", gives: count, gets: count, keeping: [library]) {
            (source, target, style) throws(MPIError) in
            try raw.allReduce(source, target, small, library.type, library.operation, style)
        }
    }

    func scanCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>, isExclusive: Bool)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        let raw = try raw
        let library = try operation.library(forCount: count)
        let small = try RawCommunicator.count(library.count, "MPI_Iscan")
        return BufferCollective("a scan", gives: count, gets: count, keeping: [library]) {
            (source, target, style) throws(MPIError) in
            isExclusive
                ? try raw.exclusiveScan(source, target, small, library.type, library.operation, style)
                : try raw.scan(source, target, small, library.type, library.operation, style)
        }
    }

    /// The count is what each rank gets.
    func reduceScatterCollective<Element>(_ count: Int, _ operation: ReduceOperation<Element>)
        throws(MPIError)
        -> BufferCollective<Element>
    {
        let name: StaticString = "MPI_Ireduce_scatter_block"
        try refuseWholeBuffers(operation, name)
        let raw = try raw
        let library = try operation.library(forCount: count)
        let small = try RawCommunicator.count(library.count, name)
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
}
