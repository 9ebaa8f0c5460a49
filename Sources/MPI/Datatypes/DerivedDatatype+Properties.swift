extension DerivedDatatype {
    /// How many bytes the elements have, without what lies between them.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_size_x` (MPI 3.1 §4.1.5)
    public var byteCount: Int {
        get throws(MPIError) { try raw.size() }
    }

    /// Where it begins, and how far from one to the next, in bytes.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_get_extent` (MPI 3.1 §4.1.7)
    public var extent: (lowerBound: Int, extent: Int) {
        get throws(MPIError) { try raw.extent() }
    }

    /// Where its first element begins, and how far from there to the end of its last one, in bytes.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_get_true_extent` (MPI 3.1 §4.1.8)
    public var trueExtent: (lowerBound: Int, extent: Int) {
        get throws(MPIError) { try raw.trueExtent() }
    }

    /// The name of the datatype, which shows in tools; empty if it has none.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_get_name` (MPI 3.1 §6.8)
    public var name: String {
        get throws(MPIError) { try raw.name() }
    }

    /// Gives the datatype a name.
    ///
    /// - Parameter name: The name. What is too long for the library is cut off.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_set_name` (MPI 3.1 §6.8)
    public func rename(to name: String) throws(MPIError) { try raw.rename(to: name) }

    /// The C library's handle, for use with other bindings: valid as long as this is kept.
    ///
    /// Local · MPI 3.1 §2.5.1
    public var rawHandle: UInt { raw.bits }

    /// The integer by which a Fortran program knows the datatype.
    ///
    /// Local · `MPI_Type_c2f` (MPI 3.1 §17.2.4)
    public var fortranHandle: Int32 { raw.fortranHandle }

    /// Takes a datatype that another binding, or C, has made and committed.
    ///
    /// Whoever made it frees it, after the last use of this one.
    ///
    /// - Parameter rawHandle: What `MPI_Datatype` is in C.
    /// - Throws: `MPIError` of class `type` if it is no handle.
    ///
    /// Local · MPI 3.1 §2.5.1
    public convenience init(rawHandle: UInt) throws(MPIError) {
        guard rawHandle != 0 else {
            throw MPIError(.type, call: "MPI_Datatype", text: "this handle stands for no datatype")
        }
        try Runtime.initialize(.multiple)
        self.init(RawDatatype(bits: rawHandle), isOwned: false)
    }

    /// Takes a datatype that a Fortran program has made and committed.
    ///
    /// - Parameter fortranHandle: The integer.
    /// - Throws: `MPIError` of class `type` if it stands for none.
    ///
    /// Local · `MPI_Type_f2c` (MPI 3.1 §17.2.4)
    public convenience init(fortranHandle: Int32) throws(MPIError) {
        try Runtime.initialize(.multiple)
        try self.init(rawHandle: RawDatatype(fortranHandle: fortranHandle).bits)
    }

    /// How a datatype was made.
    public enum Constructor: Sendable, Hashable {
        /// It is one of the library's own.
        case named
        /// By ``DerivedDatatype/duplicate()``.
        case duplicate
        /// By ``DerivedDatatype/contiguous(count:of:)``.
        case contiguous
        /// By ``DerivedDatatype/vector(count:blockLength:stride:of:)``.
        case vector
        /// By ``DerivedDatatype/vector(count:blockLength:byteStride:of:)``.
        case byteVector
        /// By ``DerivedDatatype/indexed(blockLengths:displacements:of:)``.
        case indexed
        /// By ``DerivedDatatype/indexed(blockLengths:byteDisplacements:of:)``.
        case byteIndexed
        /// By ``DerivedDatatype/indexedBlocks(blockLength:displacements:of:)``.
        case indexedBlock
        /// By ``DerivedDatatype/indexedBlocks(blockLength:byteDisplacements:of:)``.
        case byteIndexedBlock
        /// By ``DerivedDatatype/structure(_:extent:)``.
        case structure
        /// By ``DerivedDatatype/subarray(shape:part:start:lastFastest:of:)``.
        case subarray
        /// By ``DerivedDatatype/distributedArray(rank:size:shape:distributions:grid:lastFastest:of:)``.
        case distributedArray
        /// By ``DerivedDatatype/resized(lowerBound:extent:)``.
        case resized
        /// In a way of another language.
        case other
    }

    /// How a datatype was made, and of what.
    public struct Description: Sendable {
        /// The constructor.
        public let constructor: Constructor

        /// The numbers that it was given, in the order of the C function.
        public let integers: [Int]

        /// The numbers of bytes that it was given, in the order of the C function.
        public let byteNumbers: [Int]

        /// The datatypes that it was given.
        public let datatypes: [DerivedDatatype]
    }

    /// How the datatype was made, and of what.
    ///
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_get_envelope`, `MPI_Type_get_contents` (MPI 3.1 §4.1.13)
    public var contents: Description {
        get throws(MPIError) {
            let contents = try raw.contents()
            return Description(
                constructor: contents.constructor,
                integers: contents.integers,
                byteNumbers: contents.addresses,
                datatypes: contents.datatypes.map { DerivedDatatype($0.0, isOwned: $0.isOwned) }
            )
        }
    }
}
