extension ReduceOperation {
    /// Whether it is one of MPI's own.
    ///
    /// `MPI_Op` has no such question; mpi4py's `Op.is_predefined` has.
    public var isPredefined: Bool { predefined != .none }

    /// The C library's handle, for use with other bindings: `nil` for a closure, and for what MPI does not define for these elements.
    ///
    /// Local · MPI 3.1 §2.5.1
    public var rawHandle: UInt? { library?.bits }

    /// The integer by which a Fortran program knows the operation; `nil` as for ``rawHandle``.
    ///
    /// Local · `MPI_Op_c2f` (MPI 3.1 §17.2.4)
    public var fortranHandle: Int32? { library?.fortranHandle }

    private var library: RawOperation? { foreign ?? predefined.raw(for: Element.datatype) }

    /// Takes an operation of MPI's, or one that another binding, or C, has made.
    ///
    /// Whoever made it frees it, after the last use of this one.
    ///
    /// ```swift
    /// let sum = try ReduceOperation<Double>(rawHandle: UInt(bitPattern: MPI_SUM))
    /// ```
    /// - Parameter rawHandle: What `MPI_Op` is in C. It has to be defined for the datatype of the elements; the program ends if it is not.
    /// - Throws: `MPIError` of class `operation` if it is the null handle.
    ///
    /// Local · MPI 3.1 §2.5.1
    public init(rawHandle: UInt) throws(MPIError) {
        let raw = RawOperation(bits: rawHandle)
        guard rawHandle != 0, raw != .null else {
            throw MPIError(.operation, call: "MPI_Op", text: "this handle stands for no operation")
        }
        try Runtime.initialize(.multiple)
        self.init(foreign: raw, as: PredefinedOperation(raw), isCommutative: try raw.isCommutative())
    }

    /// Takes an operation that a Fortran program has made.
    ///
    /// - Parameter fortranHandle: The integer.
    /// - Throws: `MPIError` of class `operation` if it is the null handle.
    ///
    /// Local · `MPI_Op_f2c` (MPI 3.1 §17.2.4)
    public init(fortranHandle: Int32) throws(MPIError) {
        try Runtime.initialize(.multiple)
        try self.init(rawHandle: RawOperation(fortranHandle: fortranHandle).bits)
    }
}
