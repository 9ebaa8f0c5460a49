extension WindowAccess {
    /// Stores the elements of a pattern in an array to where another pattern has them in the memory of another rank.
    ///
    /// ```swift
    /// // The last column of this rank becomes the first one of its neighbour.
    /// try access.put(field, part: DatatypePart(column, offset: width - 1), to: right, in: DatatypePart(column))
    /// ```
    /// - Parameters:
    ///   - elements: The array; it is kept, not copied.
    ///   - part: What of it is stored.
    ///   - rank: The rank.
    ///   - target: Where it is stored there: as many elements of the same types. What lies between them stays as it is.
    /// - Throws: As ``put(_:to:at:)`` does; `MPIError` of class `argument` if the part reaches beyond the array, of class `count` if the two have
    ///   different lengths.
    ///
    /// `MPI_Put` (MPI 3.1 §11.3.1)
    public func put(_ elements: [Element], part: DatatypePart, to rank: Int, in target: DatatypePart)
        throws(MPIError)
    {
        let name: StaticString = "MPI_Put"
        let (number, start) = try places(part, in: elements.count, target, on: rank, name)
        let memory = ArrayRequestMemory(elements)
        keep((memory, part, target))
        try raw.put(
            memory.address.map { $0 + start },
            (part.count, part.datatype.raw),
            number,
            target.offset,
            (target.count, target.datatype.raw)
        )
    }

    /// Gets the elements of a pattern in the memory of another rank to where another pattern has them in an array.
    ///
    /// - Parameters:
    ///   - elements: The array; it is copied unless nobody else has it.
    ///   - part: Where the elements are stored in it. What lies between them stays as it is.
    ///   - rank: The rank.
    ///   - source: Where they are there: as many elements of the same types.
    /// - Returns: The whole array, known when the epoch has ended, or after ``flush(_:)``.
    /// - Throws: As ``put(_:part:to:in:)`` does.
    ///
    /// `MPI_Get` (MPI 3.1 §11.3.2)
    public func get(
        into elements: consuming [Element],
        part: DatatypePart,
        from rank: Int,
        in source: DatatypePart
    ) throws(MPIError) -> Fetched<Element> {
        let name: StaticString = "MPI_Get"
        let (number, start) = try places(part, in: elements.count, source, on: rank, name)
        let memory = ArrayRequestMemory(changing: elements)
        keep((part, source))
        try raw.get(
            memory.address.map { $0 + start },
            (part.count, part.datatype.raw),
            number,
            source.offset,
            (source.count, source.datatype.raw)
        )
        return fetched(memory)
    }

    /// The number of a rank, and where a part of an array begins, in bytes.
    private func places(
        _ part: DatatypePart,
        in count: Int,
        _ other: DatatypePart,
        on rank: Int,
        _ name: StaticString
    ) throws(MPIError) -> (Int32, Int) {
        let stride = MemoryLayout<Element>.stride
        let number = try target(rank, other.offset, 0, name)
        _ = try other.datatype.place(other.count, other.offset, stride, window.counts[rank], name)
        let start = try part.datatype.place(part.count, part.offset, stride, count, name)
        let (own, theirs) = (try part.byteCount, try other.byteCount)
        guard own == theirs else {
            throw MPIError(.count, call: name, text: "\(own) bytes here, and \(theirs) there")
        }
        return (number, start)
    }
}
