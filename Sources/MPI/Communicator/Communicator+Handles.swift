extension Communicator {
    /// Takes a communicator that another binding, or C, has made.
    ///
    /// Whoever made it frees it, after the last use of this one. Its errors come back as errors from now on.
    ///
    /// ```swift
    /// let same = try Communicator(rawHandle: world.rawHandle)
    /// ```
    /// - Parameter rawHandle: What `MPI_Comm` is in C: the pointer, or the integer.
    /// - Throws: `MPIError` of class `communicator` if it is the null handle, or what the MPI library reports.
    ///
    /// Local · MPI 3.1 §2.5.1
    public convenience init(rawHandle: UInt) throws(MPIError) {
        let raw = RawCommunicator(bits: rawHandle)
        guard rawHandle != 0, raw != .null else {
            throw MPIError(.communicator, call: "MPI_Comm", text: "this handle stands for no communicator")
        }
        try Runtime.initialize(.multiple)
        try raw.returnErrors()
        try self.init(raw, isOwned: false)
    }

    /// Takes a communicator that a Fortran program has made.
    ///
    /// - Parameter fortranHandle: The integer.
    /// - Throws: `MPIError` of class `communicator` if it is the null handle, or what the MPI library reports.
    ///
    /// Local · `MPI_Comm_f2c` (MPI 3.1 §17.2.4)
    public convenience init(fortranHandle: Int32) throws(MPIError) {
        try Runtime.initialize(.multiple)
        try self.init(rawHandle: RawCommunicator(fortranHandle: fortranHandle).bits)
    }

    /// The integer by which a Fortran program knows the communicator.
    ///
    /// - Throws: `MPIError` of class `communicator` if it has been freed.
    ///
    /// Local · `MPI_Comm_c2f` (MPI 3.1 §17.2.4)
    public final var fortranHandle: Int32 {
        get throws(MPIError) { try raw.fortranHandle }
    }
}
