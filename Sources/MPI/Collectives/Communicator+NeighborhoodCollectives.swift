extension Communicator {
    func neighborAllGatherCollective<Element>(_ count: Int) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, "MPI_Neighbor_allgather")
        let (raw, datatype) = (try raw, Element.datatype)
        let sources = try raw.neighbors("MPI_Neighbor_allgather").sources.count
        return BufferCollective("a gather among neighbours", gives: count, gets: count * sources) {
            (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.neighborAllGather(source, count, type, target, count, type, style)
            }
        }
    }

    func neighborAllGatherCollective<Element>(
        _ count: Int,
        _ counts: [Int],
        displacements: [Int]? = nil,
        room: Int = .max
    ) throws(MPIError) -> BufferCollective<Element> {
        let name: StaticString = "MPI_Neighbor_allgatherv"
        try Self.expectCount(count, name)
        let (raw, datatype) = (try raw, Element.datatype)
        let own = try RawCommunicator.count(count * datatype.unitCount, name)
        let sources = try raw.neighbors(name).sources.count
        let blocks = try BlockList(counts, displacements, for: sources, in: room, name)
        let table = try BlockTable(blocks, unitCount: datatype.unitCount, name)
        return BufferCollective(
            "a gather among neighbours",
            gives: count,
            gets: displacements == nil ? blocks.total : room,
            keeping: [table]
        ) {
            (source, target, style) throws(MPIError) in
            try raw.neighborAllGather(
                source,
                own,
                datatype.raw,
                target,
                table.counts,
                table.displacements,
                datatype.raw,
                style
            )
        }
    }

    /// The count is what this rank gives each neighbour.
    func neighborAllToAllCollective<Element>(_ count: Int) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, "MPI_Neighbor_alltoall")
        let (raw, datatype) = (try raw, Element.datatype)
        let neighbors = try raw.neighbors("MPI_Neighbor_alltoall")
        return BufferCollective(
            "an exchange among neighbours",
            gives: count * neighbors.destinations.count,
            gets: count * neighbors.sources.count
        ) { (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.neighborAllToAll(source, count, type, target, count, type, style)
            }
        }
    }

    func neighborAllToAllCollective<Element>(
        _ counts: [Int],
        _ resultCounts: [Int],
        displacements: [Int]? = nil,
        elementCount: Int = .max,
        resultDisplacements: [Int]? = nil,
        room: Int = .max
    ) throws(MPIError) -> BufferCollective<Element> {
        let name: StaticString = "MPI_Neighbor_alltoallv"
        let (raw, datatype) = (try raw, Element.datatype)
        let neighbors = try raw.neighbors(name)
        let (targetCount, sourceCount) = (neighbors.destinations.count, neighbors.sources.count)
        let given = try BlockList(counts, displacements, for: targetCount, in: elementCount, name)
        let taken = try BlockList(resultCounts, resultDisplacements, for: sourceCount, in: room, name)
        let sources = try BlockTable(given, unitCount: datatype.unitCount, name)
        let targets = try BlockTable(taken, unitCount: datatype.unitCount, name)
        return BufferCollective(
            "an exchange among neighbours",
            gives: displacements == nil ? given.total : elementCount,
            gets: resultDisplacements == nil ? taken.total : room,
            keeping: [sources, targets]
        ) { (source, target, style) throws(MPIError) in
            try raw.neighborAllToAll(
                source,
                sources.counts,
                sources.displacements,
                datatype.raw,
                target,
                targets.counts,
                targets.displacements,
                datatype.raw,
                style
            )
        }
    }
}
