extension Communicator {
    func barrierCollective() throws(MPIError) -> BufferCollective<UInt8> {
        let raw = try raw
        return BufferCollective("a barrier", gives: 0, gets: nil) { (_, _, style) throws(MPIError) in
            try raw.barrier(style)
        }
    }

    func broadcastCollective<Element>(_ count: Int, _ root: Int) throws(MPIError) -> BufferCollective<Element>
    {
        try Self.expectCount(count, "MPI_Bcast")
        let (raw, datatype) = (try raw, Element.datatype)
        let root = try rootNumber(root, "MPI_Ibcast")
        return BufferCollective("a broadcast", gives: count, gets: nil) {
            (_, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.broadcast(target, count, type, root: root, style)
            }
        }
    }

    func gatherCollective<Element>(_ count: Int, _ root: Int) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, "MPI_Gather")
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try rootNumber(root, "MPI_Igather")
        return BufferCollective("a gather", gives: count, gets: rank == root ? count * size : 0) {
            (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.gather(source, count, type, target, count, type, root: number, style)
            }
        }
    }

    func scatterCollective<Element>(_ count: Int, _ root: Int) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, "MPI_Scatter")
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try rootNumber(root, "MPI_Iscatter")
        return BufferCollective("a scatter", gives: rank == root ? count * size : 0, gets: count) {
            (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.scatter(source, count, type, target, count, type, root: number, style)
            }
        }
    }

    func allGatherCollective<Element>(_ count: Int) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, "MPI_Allgather")
        let (raw, datatype) = (try raw, Element.datatype)
        return BufferCollective("an all-gather", gives: count, gets: count * peerCount) {
            (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.allGather(source, count, type, target, count, type, style)
            }
        }
    }

    /// The count is what this rank gives each other one.
    func allToAllCollective<Element>(_ count: Int) throws(MPIError) -> BufferCollective<Element> {
        try Self.expectCount(count, "MPI_Alltoall")
        let (raw, datatype) = (try raw, Element.datatype)
        return BufferCollective("an all-to-all", gives: count * peerCount, gets: count * peerCount) {
            (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(count * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.allToAll(source, count, type, target, count, type, style)
            }
        }
    }

    // MARK: Different numbers of elements

    func gatherCollective<Element>(_ count: Int, _ counts: [Int], _ root: Int) throws(MPIError)
        -> BufferCollective<Element>
    {
        let name: StaticString = "MPI_Igatherv"
        try Self.expectCount(count, name)
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try rootNumber(root, name)
        let own = try RawCommunicator.count(count * datatype.unitCount, name)
        let blocks = rank == root ? try BlockList(counts, nil, for: size, in: .max, name) : .none
        let table = try BlockTable(blocks, unitCount: datatype.unitCount, name)
        return BufferCollective("a gather", gives: count, gets: blocks.total, keeping: [table]) {
            (source, target, style) throws(MPIError) in
            try raw.gather(
                source,
                own,
                datatype.raw,
                target,
                table.counts,
                table.displacements,
                datatype.raw,
                root: number,
                style
            )
        }
    }

    func scatterCollective<Element>(_ count: Int, _ counts: [Int], _ root: Int) throws(MPIError)
        -> BufferCollective<Element>
    {
        let name: StaticString = "MPI_Iscatterv"
        try Self.expectCount(count, name)
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try rootNumber(root, name)
        let own = try RawCommunicator.count(count * datatype.unitCount, name)
        let blocks = rank == root ? try BlockList(counts, nil, for: size, in: .max, name) : .none
        let table = try BlockTable(blocks, unitCount: datatype.unitCount, name)
        return BufferCollective("a scatter", gives: blocks.total, gets: count, keeping: [table]) {
            (source, target, style) throws(MPIError) in
            try raw.scatter(
                source,
                table.counts,
                table.displacements,
                datatype.raw,
                target,
                own,
                datatype.raw,
                root: number,
                style
            )
        }
    }

    func allGatherCollective<Element>(_ count: Int, _ counts: [Int]) throws(MPIError) -> BufferCollective<
        Element
    > {
        let name: StaticString = "MPI_Iallgatherv"
        try Self.expectCount(count, name)
        let (raw, datatype) = (try raw, Element.datatype)
        let blocks = try BlockList(counts, nil, for: peerCount, in: .max, name)
        // All ranks know all blocks, and need not agree.
        if blocks.isLarge(unitCount: datatype.unitCount), isAlone || agreesOnArguments && !isBetweenGroups {
            let given = BlockList.same(count, for: peerCount)
            return try largeBlocksCollective(count, given, blocks.total, blocks)
        }
        let own = try RawCommunicator.count(count * datatype.unitCount, name)
        let table = try BlockTable(blocks, unitCount: datatype.unitCount, name)
        return BufferCollective("an all-gather", gives: count, gets: blocks.total, keeping: [table]) {
            (source, target, style) throws(MPIError) in
            try raw.allGather(
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

    func allToAllCollective<Element>(_ counts: [Int], _ resultCounts: [Int]) throws(MPIError)
        -> BufferCollective<Element>
    {
        let name: StaticString = "MPI_Ialltoallv"
        let (raw, datatype) = (try raw, Element.datatype)
        let given = try BlockList(counts, nil, for: peerCount, in: .max, name)
        let taken = try BlockList(resultCounts, nil, for: peerCount, in: .max, name)
        let sources = try BlockTable(given, unitCount: datatype.unitCount, name)
        let targets = try BlockTable(taken, unitCount: datatype.unitCount, name)
        return BufferCollective(
            "an all-to-all",
            gives: given.total,
            gets: taken.total,
            keeping: [sources, targets]
        ) {
            (source, target, style) throws(MPIError) in
            try raw.allToAll(
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
