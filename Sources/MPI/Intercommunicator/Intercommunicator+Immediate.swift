extension Intercommunicator {
    /// Begins to give every rank of the other group the elements of one rank, and returns at once.
    ///
    /// Every rank of both groups calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: On the root what it gives; in the other group as many, in whose place they are stored; ignored elsewhere.
    ///   - root: Who gives.
    /// - Returns: A request for the elements.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails; with MPICH of class `notSupported` if the root is not the
    ///   first rank of its group, in the other group only.
    ///
    /// Collective · `MPI_Ibcast` (MPI 3.1 §5.12.2)
    public func immediateBroadcast<Element: BufferElement>(
        keeping elements: consuming [Element],
        from root: Root
    ) throws(MPIError) -> Request<[Element], MPIError> {
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, "MPI_Ibcast")
        #if MPI_INTEGER_HANDLES
        // MPICH 4.0 then says that the operation is complete, and has moved nothing.
        if case .remote(let rank) = root, rank > 0 {
            throw MPIError(
                .notSupported,
                call: "MPI_Ibcast",
                text:
                    "MPICH broadcasts to another group at once from its rank 0 only; use the form that waits"
            )
        }
        #endif
        let unitCount = elements.count * datatype.unitCount
        let collective = BufferCollective<Element>("a broadcast", gives: elements.count, gets: nil) {
            (_, target, style) throws(MPIError) in
            try datatype.raw.withCount(unitCount) { (count, type) throws(MPIError) in
                try raw.broadcast(target, count, type, root: number, style)
            }
        }
        return try collective.immediate(elements)
    }

    /// Begins to give one rank the elements of all ranks of the other group, and returns at once.
    ///
    /// Every rank of both groups calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives, if it is in the other group than the root; ignored elsewhere.
    ///   - count: On the root how many elements come from each rank; ignored elsewhere.
    ///   - root: Who gets them.
    /// - Returns: A request for the elements of all ranks of the other group, in the order of the ranks; for `nil` elsewhere than on the root.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Collective · `MPI_Igather` (MPI 3.1 §5.12.3)
    public func immediateGather<Element: BufferElement>(
        keeping elements: [Element],
        count: Int = 0,
        to root: Root
    ) throws(MPIError) -> Request<[Element]?, MPIError> {
        let name: StaticString = "MPI_Igather"
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, name)
        let part = root == .here ? count : elements.count
        try Self.expectCount(part, name)
        let collective = BufferCollective<Element>(
            "a gather",
            gives: elements.count,
            gets: root == .here ? count * remoteSize : 0
        ) { (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(part * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.gather(source, count, type, target, count, type, root: number, style)
            }
        }
        return try collective.immediate(elements, ifGiven: root == .here)
    }

    /// Begins to give every rank of the other group a part of the elements of one rank, and returns at once.
    ///
    /// Every rank of both groups calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: On the root as many elements for each rank of the other group; ignored elsewhere.
    ///   - count: In the other group how many this rank gets; ignored elsewhere.
    ///   - root: Who gives.
    /// - Returns: A request for the part of this rank; for `nil` in the root's group.
    /// - Throws: `MPIError` of class `count` on the root if the elements cannot be divided, or what the MPI library reports.
    ///
    /// Collective · `MPI_Iscatter` (MPI 3.1 §5.12.4)
    public func immediateScatter<Element: BufferElement>(
        keeping elements: [Element],
        count: Int = 0,
        from root: Root
    ) throws(MPIError) -> Request<[Element]?, MPIError> {
        let name: StaticString = "MPI_Iscatter"
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, name)
        let isTarget = if case .remote = root { true } else { false }
        let part = root == .here ? try self.part(of: elements.count, name) : isTarget ? count : 0
        try Self.expectCount(part, name)
        let collective = BufferCollective<Element>(
            "a scatter",
            gives: elements.count,
            gets: isTarget ? part : 0
        ) { (source, target, style) throws(MPIError) in
            try datatype.raw.withCount(part * datatype.unitCount) { (count, type) throws(MPIError) in
                try raw.scatter(source, count, type, target, count, type, root: number, style)
            }
        }
        return try collective.immediate(elements, ifGiven: isTarget)
    }

    /// Begins to combine the elements of all ranks of the other group, index by index, on one rank, and returns at once.
    ///
    /// Every rank of both groups calls it, in the same order as all other collective operations, and none of them calls the blocking form instead.
    ///
    /// - Parameters:
    ///   - elements: As for ``reduce(_:_:to:)``.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - root: Who gets the result.
    /// - Returns: A request for the result; for `nil` elsewhere than on the root.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Collective · `MPI_Ireduce` (MPI 3.1 §5.12.7)
    public func immediateReduce<Element: BufferElement>(
        keeping elements: [Element],
        _ operation: ReduceOperation<Element>,
        to root: Root
    ) throws(MPIError) -> Request<[Element]?, MPIError> {
        let number = try number(of: root, "MPI_Ireduce")
        return try reduceCollective(elements.count, operation, root: number, isRoot: root == .here)
            .immediate(elements, ifGiven: root == .here)
    }
}
