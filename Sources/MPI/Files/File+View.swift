extension File {
    /// Decides what of the file this rank sees: from then on places are counted in elements of what it sees.
    ///
    /// Every rank calls it, with a pattern of its own and elements of the same length.
    ///
    /// ```swift
    /// // Rank r sees every size-th block of ten numbers.
    /// let number = try DerivedDatatype.element(Double.self)
    /// let pattern = try DerivedDatatype.contiguous(count: 10, of: number).resized(extent: 80 * world.size)
    /// try file.view(of: Double.self, from: 80 * world.rank, pattern: pattern)
    /// ```
    /// - Parameters:
    ///   - type: What the file consists of.
    ///   - byteOffset: Where the view begins.
    ///   - pattern: What of it is seen, again and again; all, if omitted.
    ///   - representation: How numbers look: `native`, `internal`, or `external32`, which is the same on all machines.
    ///   - info: Hints for the library.
    /// - Throws: `MPIError` of class `unsupportedRepresentation` if the library has none of that name, or what else it reports.
    ///
    /// Collective · `MPI_File_set_view` (MPI 3.1 §13.3)
    public func view<Element: BufferElement>(
        of type: Element.Type,
        from byteOffset: Int = 0,
        pattern: DerivedDatatype? = nil,
        representation: String = "native",
        info: Info = [:]
    ) throws(MPIError) {
        let raw = try raw
        let element = try DerivedDatatype.element(type)
        try info.withRaw { (info) throws(MPIError) in
            try raw.setView(byteOffset, element.raw, (pattern ?? element).raw, representation, info)
        }
        withExtendedLifetime((element, pattern)) {}
    }

    /// Where the view of this rank begins, in bytes, and how numbers look.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_view` (MPI 3.1 §13.3)
    public var viewOrigin: (byteOffset: Int, representation: String) {
        get throws(MPIError) { try raw.view() }
    }

    // MARK: Pointers

    /// Where the pointer of this rank is, in elements of its view.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_position` (MPI 3.1 §13.4.3)
    public var position: Int {
        get throws(MPIError) { try raw.position(isShared: false) }
    }

    /// Moves the pointer of this rank.
    ///
    /// - Parameter offset: Where to, in elements of its view; relative to ``position`` by adding to that.
    /// - Throws: `MPIError` of class `argument` if it is negative.
    ///
    /// Local · `MPI_File_seek` (MPI 3.1 §13.4.3)
    public func seek(to offset: Int) throws(MPIError) { try raw.seek(offset, isShared: false) }

    /// Where the pointer that all ranks share is, in elements of the view.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_position_shared` (MPI 3.1 §13.4.4)
    public var sharedPosition: Int {
        get throws(MPIError) { try raw.position(isShared: true) }
    }

    /// Moves the pointer that all ranks share.
    ///
    /// Every rank calls it with the same number.
    ///
    /// - Parameter offset: Where to, in elements of the view.
    /// - Throws: `MPIError` of class `argument` if it is negative.
    ///
    /// Collective · `MPI_File_seek_shared` (MPI 3.1 §13.4.4)
    public func seekShared(to offset: Int) throws(MPIError) { try raw.seek(offset, isShared: true) }

    /// Where something is in the file, in bytes.
    ///
    /// - Parameter offset: Where it is in the view, in elements.
    /// - Returns: The number of bytes from the beginning of the file.
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_byte_offset` (MPI 3.1 §13.4.3)
    public func byteOffset(of offset: Int) throws(MPIError) -> Int { try raw.byteOffset(offset) }

    /// How many bytes an element of a type takes in the file.
    ///
    /// - Parameter type: The type.
    /// - Returns: The number of bytes.
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_get_type_extent` (MPI 3.1 §13.5.1)
    public func extent<Element: BufferElement>(of type: Element.Type) throws(MPIError) -> Int {
        let element = try DerivedDatatype.element(type)
        return try raw.extent(of: element.raw)
    }
}
