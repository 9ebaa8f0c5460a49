extension Window {
    /// The C library's handle, for use with other bindings; 0 when the window has been freed.
    ///
    /// Local · MPI 3.1 §2.5.1
    public var rawHandle: UInt { (try? raw)?.bits ?? 0 }

    /// The integer by which a Fortran program knows the window.
    ///
    /// - Throws: `MPIError` of class `window` if it has been freed.
    ///
    /// Local · `MPI_Win_c2f` (MPI 3.1 §17.2.4)
    public var fortranHandle: Int32 {
        get throws(MPIError) { try raw.fortranHandle }
    }

    /// Takes a window that another binding, or C, has made.
    ///
    /// Every rank of the window calls it. Whoever made it frees it, after the last use of this one. Its errors come back as errors from now on.
    ///
    /// - Parameters:
    ///   - rawHandle: What `MPI_Win` is in C: the pointer, or the integer.
    ///   - type: The type of the elements. Displacements of the window have to be counted in their stride.
    ///   - communicator: The ranks that have made it.
    /// - Throws: `MPIError` of class `window` if it is the null handle, or one without memory of its own; of class `displacement` if it counts in other units.
    ///
    /// Collective · MPI 3.1 §2.5.1, §11.2.6
    public convenience init(
        rawHandle: UInt,
        of type: Element.Type = Element.self,
        communicator: Communicator
    ) throws(MPIError) {
        let raw = RawWindow(bits: rawHandle)
        guard rawHandle != 0, raw != .null else {
            throw MPIError(.window, call: "MPI_Win", text: "this handle stands for no window")
        }
        try Runtime.initialize(.multiple)
        try raw.setErrorHandler(.throwing)
        let (memory, unit) = try raw.ownMemory()
        let stride = MemoryLayout<Element>.stride
        guard unit == stride else {
            throw MPIError(
                .displacement,
                call: "MPI_Win_get_attr",
                text: "the window counts displacements in \(unit) bytes, and an element has \(stride)"
            )
        }
        try self.init(raw, memory, communicator, isOwned: false)
    }

    /// Takes a window that a Fortran program has made.
    ///
    /// - Parameters:
    ///   - fortranHandle: The integer.
    ///   - type: The type of the elements.
    ///   - communicator: The ranks that have made it.
    /// - Throws: As ``init(rawHandle:of:communicator:)`` does.
    ///
    /// Collective · `MPI_Win_f2c` (MPI 3.1 §17.2.4)
    public convenience init(
        fortranHandle: Int32,
        of type: Element.Type = Element.self,
        communicator: Communicator
    ) throws(MPIError) {
        try Runtime.initialize(.multiple)
        let raw = RawWindow(fortranHandle: fortranHandle)
        try self.init(rawHandle: raw.bits, of: type, communicator: communicator)
    }
}
