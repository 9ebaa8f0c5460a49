/// A pattern of elements in memory: a column of a matrix, a part of an array, some fields of a structure.
///
/// Elements that do not lie side by side are sent, received, packed or written to a file by it at once, without being copied together first.
///
/// ```swift
/// // A column of a matrix with `rows` rows of `width` numbers.
/// let column = try DerivedDatatype.vector(count: rows, blockLength: 1, stride: width, of: .element(Double.self))
/// try world.send(matrix.span, as: column, offset: 3, to: 1)
/// ```
/// It is committed when it is made, and given back when nobody has it any more.
///
/// Local · `MPI_Datatype` (MPI 3.1 §4.1)
public final class DerivedDatatype: Sendable {
    let raw: RawDatatype
    private let isOwned: Bool
    // A datatype of the library's may be in use by another one only.
    private let bases: [DerivedDatatype]

    init(_ raw: RawDatatype, isOwned: Bool = true, bases: [DerivedDatatype] = []) {
        self.raw = raw
        self.isOwned = isOwned
        self.bases = bases
    }

    deinit {
        if isOwned, !Runtime.libraryIsFinalized { raw.free() }
    }

    /// The datatypes of the library's that it is made of in the end.
    var elementTypes: Set<RawDatatype> {
        bases.isEmpty ? [raw] : bases.reduce(into: []) { $0.formUnion($1.elementTypes) }
    }

    // MARK: From what

    /// One element of a type.
    ///
    /// - Parameter type: The type.
    /// - Returns: The datatype, which others are made of.
    /// - Throws: `MPIError` if MPI is not running.
    public static func element<Element: BufferElement>(_ type: Element.Type) throws(MPIError)
        -> DerivedDatatype
    {
        try Runtime.initialize(.multiple)
        let datatype = Element.datatype
        if datatype.unitCount == 1 { return DerivedDatatype(datatype.raw, isOwned: false) }
        return DerivedDatatype(try datatype.raw.row(of: datatype.unitCount))
    }

    /// Some in a row.
    ///
    /// - Parameters:
    ///   - count: How many; it may be more than 2^31.
    ///   - base: What there is in each place.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `count` if that is negative.
    ///
    /// Local · `MPI_Type_contiguous` (MPI 3.1 §4.1.2)
    public static func contiguous(count: Int, of base: DerivedDatatype) throws(MPIError) -> DerivedDatatype {
        guard count >= 0 else {
            throw MPIError(.count, call: "MPI_Type_contiguous", text: "a count cannot be negative")
        }
        return DerivedDatatype(try base.raw.row(of: count), bases: [base])
    }

    /// Blocks of the same length at the same distance.
    ///
    /// - Parameters:
    ///   - count: How many blocks.
    ///   - blockLength: How many elements each has.
    ///   - stride: How far from the beginning of one to that of the next, in elements.
    ///   - base: The elements.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` if a number is negative where it must not be, or does not fit into 32 bits.
    ///
    /// Local · `MPI_Type_vector` (MPI 3.1 §4.1.2)
    public static func vector(count: Int, blockLength: Int, stride: Int, of base: DerivedDatatype)
        throws(MPIError)
        -> DerivedDatatype
    {
        try expectLengths([count, blockLength], "MPI_Type_vector")
        let numbers = try libraryNumbers([count, blockLength, stride], "MPI_Type_vector", "the number")
        return DerivedDatatype(try .vector(numbers[0], numbers[1], numbers[2], base.raw), bases: [base])
    }

    /// Blocks of the same length at the same distance, which is given in bytes.
    ///
    /// - Parameters:
    ///   - count: How many blocks.
    ///   - blockLength: How many elements each has.
    ///   - byteStride: How far from the beginning of one to that of the next, in bytes.
    ///   - base: The elements.
    /// - Returns: The datatype.
    /// - Throws: As ``vector(count:blockLength:stride:of:)`` does.
    ///
    /// Local · `MPI_Type_create_hvector` (MPI 3.1 §4.1.2)
    public static func vector(count: Int, blockLength: Int, byteStride: Int, of base: DerivedDatatype)
        throws(MPIError)
        -> DerivedDatatype
    {
        try expectLengths([count, blockLength], "MPI_Type_create_hvector")
        let numbers = try libraryNumbers([count, blockLength], "MPI_Type_create_hvector", "the number")
        return DerivedDatatype(try .byteVector(numbers[0], numbers[1], byteStride, base.raw), bases: [base])
    }

    /// Blocks of different lengths anywhere.
    ///
    /// - Parameters:
    ///   - blockLengths: How many elements each block has.
    ///   - displacements: Where each begins, in elements.
    ///   - base: The elements.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `count` if there are not as many of both, or a number does not fit into 32 bits.
    ///
    /// Local · `MPI_Type_indexed` (MPI 3.1 §4.1.2)
    public static func indexed(blockLengths: [Int], displacements: [Int], of base: DerivedDatatype)
        throws(MPIError)
        -> DerivedDatatype
    {
        try expectAsMany(blockLengths.count, displacements.count, "MPI_Type_indexed")
        try expectLengths(blockLengths, "MPI_Type_indexed")
        let lengths = try libraryNumbers(blockLengths, "MPI_Type_indexed", "the length")
        let places = try libraryNumbers(displacements, "MPI_Type_indexed", "the displacement")
        return DerivedDatatype(try .indexed(lengths, places, base.raw), bases: [base])
    }

    /// Blocks of different lengths anywhere, whose places are given in bytes.
    ///
    /// - Parameters:
    ///   - blockLengths: How many elements each block has.
    ///   - byteDisplacements: Where each begins, in bytes.
    ///   - base: The elements.
    /// - Returns: The datatype.
    /// - Throws: As ``indexed(blockLengths:displacements:of:)`` does.
    ///
    /// Local · `MPI_Type_create_hindexed` (MPI 3.1 §4.1.2)
    public static func indexed(blockLengths: [Int], byteDisplacements: [Int], of base: DerivedDatatype)
        throws(MPIError) -> DerivedDatatype
    {
        try expectAsMany(blockLengths.count, byteDisplacements.count, "MPI_Type_create_hindexed")
        try expectLengths(blockLengths, "MPI_Type_create_hindexed")
        let lengths = try libraryNumbers(blockLengths, "MPI_Type_create_hindexed", "the length")
        return DerivedDatatype(try .byteIndexed(lengths, byteDisplacements, base.raw), bases: [base])
    }

    /// Blocks of the same length anywhere.
    ///
    /// - Parameters:
    ///   - blockLength: How many elements each block has.
    ///   - displacements: Where each begins, in elements.
    ///   - base: The elements.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` if a number does not fit into 32 bits.
    ///
    /// Local · `MPI_Type_create_indexed_block` (MPI 3.1 §4.1.2)
    public static func indexedBlocks(blockLength: Int, displacements: [Int], of base: DerivedDatatype)
        throws(MPIError) -> DerivedDatatype
    {
        let name: StaticString = "MPI_Type_create_indexed_block"
        let places = try libraryNumbers(displacements, name, "the displacement")
        try expectLengths([blockLength], name)
        let length = try libraryNumbers([blockLength], name, "the length")[0]
        return DerivedDatatype(try .indexedBlock(length, places, base.raw), bases: [base])
    }

    /// Blocks of the same length anywhere, whose places are given in bytes.
    ///
    /// - Parameters:
    ///   - blockLength: How many elements each block has.
    ///   - byteDisplacements: Where each begins, in bytes.
    ///   - base: The elements.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` if a number does not fit into 32 bits.
    ///
    /// Local · `MPI_Type_create_hindexed_block` (MPI 3.1 §4.1.2)
    public static func indexedBlocks(blockLength: Int, byteDisplacements: [Int], of base: DerivedDatatype)
        throws(MPIError) -> DerivedDatatype
    {
        try expectLengths([blockLength], "MPI_Type_create_hindexed_block")
        let length = try libraryNumbers([blockLength], "MPI_Type_create_hindexed_block", "the length")[0]
        return DerivedDatatype(try .byteIndexedBlock(length, byteDisplacements, base.raw), bases: [base])
    }

    /// A field of a structure.
    public struct Field: Sendable {
        let datatype: DerivedDatatype
        let count: Int
        let byteOffset: Int

        /// Makes a field.
        ///
        /// - Parameters:
        ///   - datatype: What it has.
        ///   - count: How many in a row.
        ///   - byteOffset: Where it begins in the structure, in bytes.
        public init(_ datatype: DerivedDatatype, count: Int = 1, byteOffset: Int) {
            self.datatype = datatype
            self.count = count
            self.byteOffset = byteOffset
        }

        /// Makes a field of a Swift structure.
        ///
        /// - Parameter path: The stored property.
        /// - Throws: `MPIError` of class `type` if it is not stored, so that it has no place.
        public init<Root, Value: BufferElement>(_ path: KeyPath<Root, Value>) throws(MPIError) {
            guard let offset = MemoryLayout<Root>.offset(of: path) else {
                throw MPIError(.type, call: "MPI_Type_create_struct", text: "\(path) is no stored property")
            }
            self.init(try .element(Value.self), byteOffset: offset)
        }
    }

    /// Fields of different types.
    ///
    /// ```swift
    /// let positions = try DerivedDatatype.structure(
    ///     [.init(\Particle.x), .init(\Particle.y)], extent: MemoryLayout<Particle>.stride)
    /// ```
    /// - Parameters:
    ///   - fields: The fields.
    ///   - extent: How far from one structure to the next, in bytes; to the end of the last field, if omitted.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `argument` if a field ends behind the extent.
    ///
    /// Local · `MPI_Type_create_struct`, `MPI_Type_create_resized` (MPI 3.1 §4.1.2)
    public static func structure(_ fields: [Field], extent: Int? = nil) throws(MPIError) -> DerivedDatatype {
        let name: StaticString = "MPI_Type_create_struct"
        try expectLengths(fields.map(\.count), name)
        let made = DerivedDatatype(
            try .structure(
                libraryNumbers(fields.map(\.count), name, "the count"),
                fields.map(\.byteOffset),
                fields.map(\.datatype.raw)
            ),
            bases: fields.map(\.datatype)
        )
        guard let extent else { return made }
        let (start, length) = try made.raw.trueExtent()
        guard start >= 0, start + length <= extent else {
            throw MPIError(
                .argument,
                call: name,
                text: "fields from byte \(start) to \(start + length) do not fit into \(extent) bytes"
            )
        }
        return try made.resized(lowerBound: 0, extent: extent)
    }

    /// A part of an array of several dimensions.
    ///
    /// - Parameters:
    ///   - shape: The extent of the array along each dimension.
    ///   - part: The extent of the part.
    ///   - start: Where the part begins.
    ///   - lastFastest: Whether the last index changes fastest, as in C and Swift; the first does in Fortran.
    ///   - base: The elements.
    /// - Returns: The datatype, whose extent is that of the whole array.
    /// - Throws: `MPIError` of class `argument` if the part lies outside of the array.
    ///
    /// Local · `MPI_Type_create_subarray` (MPI 3.1 §4.1.3)
    public static func subarray(
        shape: [Int],
        part: [Int],
        start: [Int],
        lastFastest: Bool = true,
        of base: DerivedDatatype
    ) throws(MPIError) -> DerivedDatatype {
        let name: StaticString = "MPI_Type_create_subarray"
        let fits =
            shape.count == part.count && shape.count == start.count && !shape.isEmpty
            && shape.indices.allSatisfy {
                shape[$0] > 0 && part[$0] > 0 && start[$0] >= 0 && part[$0] <= shape[$0] - start[$0]
            }
        guard fits else {
            throw MPIError(
                .argument,
                call: name,
                text: "a part of \(part) from \(start) on lies outside of an array of \(shape), or is empty"
            )
        }
        return DerivedDatatype(
            try .subarray(
                libraryNumbers(shape, name, "the extent"),
                libraryNumbers(part, name, "the extent"),
                libraryNumbers(start, name, "the start"),
                lastFastest: lastFastest,
                base.raw
            ),
            bases: [base]
        )
    }

    /// How a dimension of an array is distributed among ranks.
    public enum Distribution: Sendable, Hashable {
        /// Not at all.
        case whole

        /// Each rank has one block; of equal lengths, if none is given.
        case blocks(Int?)

        /// The ranks have blocks in turn; of one element, if no length is given.
        case cyclic(Int?)
    }

    /// The part that a rank has of an array that is distributed over a grid of ranks.
    ///
    /// - Parameters:
    ///   - rank: The rank.
    ///   - size: The number of ranks.
    ///   - shape: The extent of the array along each dimension.
    ///   - distributions: How each dimension is distributed.
    ///   - grid: The number of ranks along each dimension.
    ///   - lastFastest: Whether the last index changes fastest, as in C and Swift; the first does in Fortran.
    ///   - base: The elements.
    /// - Returns: The datatype, whose extent is that of the whole array.
    /// - Throws: `MPIError` if these do not fit together.
    ///
    /// Local · `MPI_Type_create_darray` (MPI 3.1 §4.1.4)
    public static func distributedArray(
        rank: Int,
        size: Int,
        shape: [Int],
        distributions: [Distribution],
        grid: [Int],
        lastFastest: Bool = true,
        of base: DerivedDatatype
    ) throws(MPIError) -> DerivedDatatype {
        let name: StaticString = "MPI_Type_create_darray"
        let fits =
            shape.count == distributions.count && shape.count == grid.count && rank >= 0 && rank < size
            && shape.allSatisfy { $0 > 0 } && grid.allSatisfy { (1...size).contains($0) }
        let product = grid.reduce(fits ? 1 : 0) { $0.multipliedReportingOverflow(by: $1).partialValue }
        guard fits, product == size else {
            throw MPIError(
                .argument,
                call: name,
                text:
                    "an array of \(shape) cannot be distributed over a grid of \(grid) for rank \(rank) of \(size)"
            )
        }
        let numbers = try libraryNumbers([size, rank], name, "the number")
        return DerivedDatatype(
            try .distributedArray(
                numbers[0],
                numbers[1],
                libraryNumbers(shape, name, "the extent"),
                distributions,
                libraryNumbers(grid, name, "the extent"),
                lastFastest: lastFastest,
                base.raw
            ),
            bases: [base]
        )
    }

    /// The same pattern with other bounds, so that several of them lie at another distance.
    ///
    /// - Parameters:
    ///   - lowerBound: Where it begins, in bytes.
    ///   - extent: How far from one to the next, in bytes.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_create_resized` (MPI 3.1 §4.1.7)
    public func resized(lowerBound: Int = 0, extent: Int) throws(MPIError) -> DerivedDatatype {
        DerivedDatatype(try raw.resized(lowerBound, extent), bases: [self])
    }

    /// Another one like it.
    ///
    /// - Returns: The datatype.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Local · `MPI_Type_dup` (MPI 3.1 §4.1.10)
    public func duplicate() throws(MPIError) -> DerivedDatatype {
        DerivedDatatype(try raw.duplicate(), bases: [self])
    }

    /// Throws if one of several numbers of blocks or lengths is negative: a library that does not check that would use it.
    private static func expectLengths(_ numbers: [Int], _ name: StaticString) throws(MPIError) {
        if let negative = numbers.first(where: { $0 < 0 }) {
            throw MPIError(.count, call: name, text: "\(negative) is no number of blocks or elements")
        }
    }

    private static func expectAsMany(_ first: Int, _ second: Int, _ name: StaticString) throws(MPIError) {
        guard first == second else {
            throw MPIError(.count, call: name, text: "\(first) lengths for \(second) displacements")
        }
    }
}
