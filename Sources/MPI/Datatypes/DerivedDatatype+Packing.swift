extension DerivedDatatype {
    /// Copies the elements of the pattern together.
    ///
    /// ```swift
    /// let bytes = try column.pack(matrix.span, offset: 3)
    /// ```
    /// - Parameters:
    ///   - elements: The array that the pattern lies in.
    ///   - count: How many of the pattern.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - isExternal: Whether the bytes are to have the same form on all machines (`external32`), big end first.
    /// - Returns: The bytes.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, or what the MPI library reports; with MPICH of class
    ///   `notSupported` if unlike elements are to have the form that is the same on all machines.
    ///
    /// Local · `MPI_Pack`, `MPI_Pack_external` (MPI 3.1 §4.2, §4.3)
    public func pack<Element: BufferElement>(
        _ elements: Span<Element>,
        count: Int = 1,
        offset: Int = 0,
        isExternal: Bool = false
    ) throws(MPIError) -> [UInt8] {
        let name: StaticString = "MPI_Pack"
        try Runtime.initialize(.multiple)
        try checkForm(isExternal, name)
        let start = try place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let size = try raw.packedSize(count, isExternal: isExternal, .world)
        let memory = RawRequestMemory(byteCount: size)
        let bytes = UnsafeMutableRawBufferPointer(start: memory.address, count: size)
        let length = try elements.withUnsafeBytes { (source) throws(MPIError) in
            try raw.pack(source.baseAddress.map { $0 + start }, count, bytes, isExternal: isExternal, .world)
        }
        return Array(bytes.prefix(length))
    }

    /// Copies packed elements to where the pattern has them.
    ///
    /// - Parameters:
    ///   - bytes: What ``pack(_:count:offset:isExternal:)`` has made, here or elsewhere.
    ///   - elements: The array that the pattern lies in. What lies between its elements stays as it is.
    ///   - count: How many of the pattern.
    ///   - offset: Where the first begins, in elements of the array.
    ///   - isExternal: Whether the bytes have the form that is the same on all machines.
    /// - Throws: `MPIError` of class `argument` if the pattern reaches beyond the array, of class `truncation` if there are not enough bytes.
    ///
    /// Local · `MPI_Unpack`, `MPI_Unpack_external` (MPI 3.1 §4.2, §4.3)
    public func unpack<Element: BufferElement>(
        _ bytes: [UInt8],
        into elements: inout [Element],
        count: Int = 1,
        offset: Int = 0,
        isExternal: Bool = false
    ) throws(MPIError) {
        let name: StaticString = "MPI_Unpack"
        try Runtime.initialize(.multiple)
        try checkForm(isExternal, name)
        let start = try place(count, offset, MemoryLayout<Element>.stride, elements.count, name)
        let needed = try raw.size() * count
        guard bytes.count >= needed else {
            throw MPIError(.truncation, call: name, text: "\(bytes.count) bytes where \(needed) are needed")
        }
        let raw = raw
        try elements.withReceivingBuffer { (target) throws(MPIError) in
            let address = UnsafeMutableRawPointer(target.baseAddress).map { $0 + start }
            try bytes.span.withUnsafeBytes { (source) throws(MPIError) in
                _ = try raw.unpack(source, address, count, isExternal: isExternal, .world)
            }
        }
    }

    /// Where the pattern begins in an array, in bytes.
    ///
    /// - Throws: `MPIError` of class `argument` if it reaches beyond the array.
    func place(
        _ count: Int,
        _ offset: Int,
        _ stride: Int,
        _ elementCount: Int,
        _ name: StaticString
    ) throws(MPIError) -> Int {
        guard count >= 0, offset >= 0, offset <= elementCount else {
            throw MPIError(
                .argument,
                call: name,
                text: "\(count) patterns from element \(offset) on, in an array of \(elementCount)"
            )
        }
        guard count > 0 else { return offset * stride }
        let (lowerBound, length) = try raw.trueExtent()
        let extent = try raw.extent().extent
        // What follows must not overflow, and neither the number of bytes in all of them.
        let most = extent == 0 ? .max : UInt(elementCount * stride) / extent.magnitude
        guard UInt(count - 1) <= most, count <= Int.max / max(1, try raw.size()) else {
            throw MPIError(
                .argument,
                call: name,
                text: "\(count) patterns reach beyond an array of \(elementCount)"
            )
        }
        let first = offset * stride + lowerBound + min(0, (count - 1) * extent)
        let end = offset * stride + lowerBound + length + max(0, (count - 1) * extent)
        guard first >= 0, end <= elementCount * stride else {
            throw MPIError(
                .argument,
                call: name,
                text: "the pattern covers bytes \(first) to \(end) of an array of \(elementCount * stride)"
            )
        }
        return offset * stride
    }

    /// Refuses what would end the program inside the library.
    private func checkForm(_ isExternal: Bool, _ name: StaticString) throws(MPIError) {
        #if MPI_INTEGER_HANDLES
        // MPICH 4.0 traps on a structure of unlike elements.
        guard isExternal, elementTypes.count > 1 else { return }
        throw MPIError(
            .notSupported,
            call: name,
            text: """
                MPICH cannot give a structure of unlike elements the form that is the same on all machines; pack its fields by \
                themselves
                """
        )
        #endif
    }
}
