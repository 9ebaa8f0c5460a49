extension File {
    /// The C library's handle, for use with other bindings; 0 when the file has been closed.
    ///
    /// Local · MPI 3.1 §2.5.1
    public var rawHandle: UInt { (try? raw)?.bits ?? 0 }

    /// The integer by which a Fortran program knows the file.
    ///
    /// - Throws: `MPIError` of class `file` if it has been closed.
    ///
    /// Local · `MPI_File_c2f` (MPI 3.1 §17.2.4)
    public var fortranHandle: Int32 {
        get throws(MPIError) { try raw.fortranHandle }
    }

    /// Takes a file that another binding, or C, has opened.
    ///
    /// Whoever opened it closes it, after the last use of this one. Its errors come back as errors from now on.
    ///
    /// - Parameters:
    ///   - rawHandle: What `MPI_File` is in C: the pointer.
    ///   - path: Its name, for messages.
    ///   - communicator: The ranks that have opened it.
    /// - Throws: `MPIError` of class `file` if it is the null handle.
    ///
    /// Local · MPI 3.1 §2.5.1
    public convenience init(rawHandle: UInt, path: String = "", communicator: Communicator) throws(MPIError) {
        let raw = RawFile(bits: rawHandle)
        guard rawHandle != 0, raw != .null else {
            throw MPIError(.file, call: "MPI_File", text: "this handle stands for no file")
        }
        try Runtime.initialize(.multiple)
        try raw.setErrorHandler(.throwing)
        self.init(raw, path, communicator, isOwned: false)
    }

    /// Takes a file that a Fortran program has opened.
    ///
    /// - Parameters:
    ///   - fortranHandle: The integer.
    ///   - path: Its name, for messages.
    ///   - communicator: The ranks that have opened it.
    /// - Throws: `MPIError` of class `file` if it is the null handle.
    ///
    /// Local · `MPI_File_f2c` (MPI 3.1 §17.2.4)
    public convenience init(fortranHandle: Int32, path: String = "", communicator: Communicator)
        throws(MPIError)
    {
        try Runtime.initialize(.multiple)
        let raw = RawFile(fortranHandle: fortranHandle)
        try self.init(rawHandle: raw.bits, path: path, communicator: communicator)
    }
}
