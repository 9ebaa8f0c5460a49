extension ReduceOperation {
    /// Combines two elements here, without communication.
    ///
    /// - Parameters:
    ///   - lower: What would come from lower ranks.
    ///   - higher: What would come from higher ranks.
    /// - Returns: Both combined.
    public func callAsFunction(_ lower: Element, _ higher: Element) -> Element { combine(lower, higher) }

    /// Combines two buffers here, index by index, without communication.
    ///
    /// - Parameters:
    ///   - lower: What would come from lower ranks.
    ///   - higher: What would come from higher ranks; the result replaces it.
    /// - Throws: `MPIError` of class `count` if one has another length.
    ///
    /// Local · `MPI_Reduce_local` (MPI 3.1 §5.9.7)
    public func reduce(_ lower: [Element], into higher: inout [Element]) throws(MPIError) {
        guard lower.count == higher.count else {
            throw MPIError(
                .count,
                call: "MPI_Reduce_local",
                text: "\(lower.count) elements cannot be combined with \(higher.count)"
            )
        }
        if let combineBuffers {
            lower.withUnsafeBufferPointer { lower in
                higher.withUnsafeMutableBufferPointer { higher in combineBuffers(lower, higher) }
            }
        } else {
            for index in lower.indices { higher[index] = combine(lower[index], higher[index]) }
        }
    }
}
