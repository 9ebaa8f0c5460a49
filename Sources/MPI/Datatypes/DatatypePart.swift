/// A part of an array that a pattern describes: what one rank gives another one, or gets from it.
///
/// Every part may have a pattern of its own, so that a matrix is transposed, or cut anew, as it is exchanged.
///
/// ```swift
/// let columns = (0..<world.size).map { DatatypePart(column, offset: $0) }
/// let rows = (0..<world.size).map { DatatypePart(row, offset: $0 * width) }
/// try world.allToAll(matrix.span, parts: columns, into: &transposed, resultParts: rows)
/// ```
public struct DatatypePart: Sendable {
    /// The pattern.
    public let datatype: DerivedDatatype

    /// How many of it, one behind the other.
    public let count: Int

    /// Where the first begins, in elements of the array.
    public let offset: Int

    /// Makes a part.
    ///
    /// - Parameters:
    ///   - datatype: The pattern.
    ///   - count: How many of it; 0 if there is nothing for that rank.
    ///   - offset: Where the first begins, in elements of the array.
    public init(_ datatype: DerivedDatatype, count: Int = 1, offset: Int = 0) {
        self.datatype = datatype
        self.count = count
        self.offset = offset
    }

    /// How many bytes its elements have together.
    var byteCount: Int {
        get throws(MPIError) { try datatype.byteCount * count }
    }
}
