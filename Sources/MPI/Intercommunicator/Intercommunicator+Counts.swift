// Different numbers of elements between a rank and the other group. Those between all ranks of both groups are what the superclass has:
// allGather(_:counts:displacements:into:), allToAll(_:counts:…) and reduceScatter, whose counts are then those of the other group, except for
// reduceScatter.

extension Intercommunicator {
    /// Gives one rank the elements of all ranks of the other group, which may be different numbers of them.
    ///
    /// Every rank of both groups calls it.
    ///
    /// ```swift
    /// try between.gather([].span, counts: [3, 0, 5], into: &result, to: .here)      // the others of this group: to: .nobody
    /// try between.gather(mine.span, into: &nothing, to: .remote(0))                 // in the other group
    /// ```
    /// - Parameters:
    ///   - elements: What this rank gives, if it is in the other group than the root; ignored elsewhere.
    ///   - counts: On the root how many elements come from each rank of the other group; ignored elsewhere.
    ///   - displacements: On the root where each rank's elements begin; one behind the other, if omitted.
    ///   - result: On the root where they are stored. What lies between them stays as it is. Not touched elsewhere.
    ///   - root: Who gets them.
    /// - Throws: `MPIError` of class `count` or `displacement` on the root if these are no blocks of its result, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Gatherv` (MPI 3.1 §5.5)
    public func gather<Element: BufferElement>(
        _ elements: Span<Element>,
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        to root: Root
    ) throws(MPIError) {
        let name: StaticString = "MPI_Gatherv"
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, name)
        let blocks =
            root == .here
            ? try BlockList(counts, displacements, for: remoteSize, in: result.count, name) : .none
        try blocks.withTable(unitCount: datatype.unitCount, name) {
            (counts, displacements) throws(MPIError) in
            // A row of any length has the same elements on the way.
            try datatype.raw.withCount(elements.count * datatype.unitCount) {
                (count, type) throws(MPIError) in
                try elements.withUnsafeBytes { (source) throws(MPIError) in
                    try result.withUnsafeMutableBufferPointer { (target) throws(MPIError) in
                        _ = try raw.gather(
                            source.baseAddress,
                            count,
                            type,
                            UnsafeMutableRawPointer(target.baseAddress),
                            counts,
                            displacements,
                            datatype.raw,
                            root: number,
                            .blocking
                        )
                    }
                }
            }
        }
    }

    /// Gives every rank of the other group a part of the elements of one rank, which may have another length for each.
    ///
    /// Every rank of both groups calls it.
    ///
    /// - Parameters:
    ///   - elements: On the root the array with the parts; ignored elsewhere.
    ///   - counts: On the root how many elements each rank of the other group gets; ignored elsewhere.
    ///   - displacements: On the root where each rank's part begins; one behind the other, if omitted.
    ///   - result: In the other group where the part for this rank is stored, as long as that is; not touched elsewhere.
    ///   - root: Who gives.
    /// - Throws: `MPIError` of class `count` or `displacement` on the root if these are no blocks of its elements, or what the MPI library reports.
    ///
    /// Collective · blocking · `MPI_Scatterv` (MPI 3.1 §5.6)
    public func scatter<Element: BufferElement>(
        _ elements: [Element],
        counts: [Int],
        displacements: [Int]? = nil,
        into result: inout [Element],
        from root: Root
    ) throws(MPIError) {
        let name: StaticString = "MPI_Scatterv"
        let (raw, datatype) = (try raw, Element.datatype)
        let number = try number(of: root, name)
        let blocks =
            root == .here
            ? try BlockList(counts, displacements, for: remoteSize, in: elements.count, name) : .none
        try blocks.withTable(unitCount: datatype.unitCount, name) {
            (counts, displacements) throws(MPIError) in
            try datatype.raw.withCount(result.count * datatype.unitCount) { (count, type) throws(MPIError) in
                try elements.span.withUnsafeBytes { (source) throws(MPIError) in
                    try result.withUnsafeMutableBufferPointer { (target) throws(MPIError) in
                        _ = try raw.scatter(
                            source.baseAddress,
                            counts,
                            displacements,
                            datatype.raw,
                            UnsafeMutableRawPointer(target.baseAddress),
                            count,
                            type,
                            root: number,
                            .blocking
                        )
                    }
                }
            }
        }
    }
}
