extension File {
    /// Reads elements to where a pattern has them in an array.
    ///
    /// ```swift
    /// // The rows of the file become the inner part of a field with a border.
    /// let inner = try DerivedDatatype.subarray(shape: [66, 66], part: [64, 64], start: [1, 1], of: number)
    /// try file.read(into: &field, as: inner, at: .offset(0), collectively: true)
    /// ```
    /// - Parameters:
    ///   - elements: The array. What lies between the elements of the pattern stays as it is.
    ///   - datatype: The pattern.
    ///   - count: How many of it.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - place: Where the elements are in the file, one behind the other in the view.
    ///   - isCollective: Whether every rank does it now, so that the library can read for all together.
    /// - Returns: How many elements were read: fewer than the pattern has, if the file ends.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, or if that cannot be.
    ///
    /// Blocking · `MPI_File_read`, `…_at`, `…_shared`, `…_all`, `…_at_all`, `…_ordered` (MPI 3.1 §13.4)
    @discardableResult
    public func read<Element: BufferElement>(
        into elements: inout [Element],
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) -> Int {
        let (raw, stride) = (try raw, MemoryLayout<Element>.stride)
        let start = try datatype.place(count, offset, stride, elements.count, "MPI_File_read")
        return try elements.withUnsafeMutableBufferPointer { (memory) throws(MPIError) in
            let address = UnsafeMutableRawPointer(memory.baseAddress).map { $0 + start }
            return try raw.read(address, count, datatype.raw, place, isCollective: isCollective) / stride
        }
    }

    /// Writes the elements of a pattern in an array, one behind the other.
    ///
    /// - Parameters:
    ///   - elements: The array.
    ///   - datatype: The pattern.
    ///   - count: How many of it.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - place: Where the elements go in the file.
    ///   - isCollective: Whether every rank does it now, so that the library can write for all together.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array; as ``write(_:at:collectively:)-(Span<Element>,_,_)`` does.
    ///
    /// Blocking · `MPI_File_write`, `…_at`, `…_shared`, `…_all`, `…_at_all`, `…_ordered` (MPI 3.1 §13.4)
    public func write<Element: BufferElement>(
        _ elements: Span<Element>,
        as datatype: DerivedDatatype,
        count: Int = 1,
        offset: Int = 0,
        at place: FilePlace = .own,
        collectively isCollective: Bool = false
    ) throws(MPIError) {
        let name: StaticString = "MPI_File_write"
        let raw = try raw
        let start = try datatype.place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let byteCount = try datatype.byteCount * count
        try elements.withUnsafeBytes { (memory) throws(MPIError) in
            let address = memory.baseAddress.map { $0 + start }
            let written = try raw.write(address, count, datatype.raw, place, isCollective: isCollective)
            guard written == byteCount else {
                throw MPIError(
                    .inputOutput,
                    call: name,
                    text: "\(path): only \(written) of \(byteCount) bytes were written; is the disk full?"
                )
            }
        }
    }
}
