extension Intercommunicator {
    /// Gives every rank of the other group the elements of one rank.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root what it gives; in the other group where as many are stored; not touched on the rest.
    ///   - root: Who gives.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Bcast` (MPI 3.1 §5.4)
    public func broadcast<Element: BufferElement>(inPlace elements: inout [Element], from root: Root)
        throws(MPIError)
    {
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, "MPI_Bcast")
        try elements.withReceivingBuffer { (memory) throws(MPIError) in
            try raw.broadcast(
                UnsafeMutableRawPointer(memory.baseAddress),
                memory.count * datatype.unitCount,
                datatype.raw,
                root: number
            )
        }
    }

    /// Gives one rank the elements of all ranks of the other group.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives, if it is in the other group than the root; as many on every rank.
    ///   - result: On the root where they are stored, in the order of the ranks; not touched elsewhere.
    ///   - root: Who gets them.
    /// - Throws: `MPIError` of class `count` on the root if the result cannot be divided among the other ranks, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Gather` (MPI 3.1 §5.5)
    public func gather<Element: BufferElement>(
        _ elements: Span<Element>,
        into result: inout [Element],
        to root: Root
    ) throws(MPIError) {
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, "MPI_Gather")
        let count = root == .here ? try part(of: result.count, "MPI_Gather") : elements.count
        try elements.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try raw.gather(
                    source.baseAddress,
                    target.baseAddress,
                    count * datatype.unitCount,
                    datatype.raw,
                    root: number
                )
            }
        }
    }

    /// Gives every rank of the other group a part of the elements of one rank.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root as many elements for each rank of the other group; ignored elsewhere.
    ///   - result: In the other group where the part for this rank is stored; not touched elsewhere.
    ///   - root: Who gives.
    /// - Throws: `MPIError` of class `count` on the root if the elements cannot be divided, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Scatter` (MPI 3.1 §5.6)
    public func scatter<Element: BufferElement>(
        _ elements: [Element],
        into result: inout [Element],
        from root: Root
    ) throws(MPIError) {
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, "MPI_Scatter")
        let count = root == .here ? try part(of: elements.count, "MPI_Scatter") : result.count
        try elements.span.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try raw.scatter(
                    source.baseAddress,
                    target.baseAddress,
                    count * datatype.unitCount,
                    datatype.raw,
                    root: number
                )
            }
        }
    }

    /// Combines the elements of all ranks of the other group, index by index, on one rank.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - elements: What this rank gives, if it is in the other group than the root; on the root as many, whose values do not matter.
    ///   - operation: How two elements become one, the same on every rank.
    ///   - root: Who gets the result.
    /// - Returns: On the root the result; `nil` elsewhere.
    /// - Throws: `MPIError` if there is no such rank, or the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Reduce` (MPI 3.1 §5.9.1)
    public func reduce<Element: BufferElement>(
        _ elements: [Element],
        _ operation: ReduceOperation<Element>,
        to root: Root
    ) throws(MPIError) -> [Element]? {
        let raw = try raw
        let number = try number(of: root, "MPI_Reduce")
        let library = try operation.library(forCount: elements.count)
        var result = elements
        try elements.span.withUnsafeBytes { (source) throws(MPIError) in
            try result.withReceivingBuffer { (target) throws(MPIError) in
                try raw.reduce(source.baseAddress, target.baseAddress, library, root: number)
            }
        }
        return root == .here ? result : nil
    }

    /// How many elements each rank of the other group has of some.
    func part(of count: Int, _ name: StaticString) throws(MPIError) -> Int {
        guard count.isMultiple(of: remoteSize) else {
            throw MPIError(
                .count,
                call: name,
                text: "\(count) elements cannot be divided among \(remoteSize) ranks of the other group"
            )
        }
        return count / remoteSize
    }
}
