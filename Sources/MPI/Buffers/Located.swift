/// A value and where it was found, for ``ReduceOperation/minLocation()`` and ``ReduceOperation/maxLocation()``.
///
/// ```swift
/// let coldest = try world.allReduce(Located(temperature, at: world.rank), .minLocation())
/// print("\(coldest.value) on rank \(coldest.location)")
/// ```
public struct Located<Value: BufferElement & Comparable>: BufferElement, Equatable {
    /// The value.
    public var value: Value

    private var place: Int32

    /// Where it was found: the rank, or whatever number the program means.
    public var location: Int { Int(place) }

    /// Makes a pair.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - location: Where it was found; a number of 32 bits, since MPI has no more for it.
    public init(_ value: Value, at location: Int) {
        self.value = value
        place = Int32(clamping: location)
    }

    /// The MPI datatype of pairs, where there is one: `MPI_DOUBLE_INT`, `MPI_FLOAT_INT`, `MPI_LONG_INT`, `MPI_2INT`, `MPI_SHORT_INT`.
    public static var datatype: Datatype {
        Datatype.pair(with: Value.self, length: MemoryLayout<Self>.stride)
            ?? .bytes(MemoryLayout<Self>.stride)
    }
}

extension ReduceOperation {
    /// The smallest value and where it was found; the lowest location, if it was found several times.
    ///
    /// The corresponding C constant is `MPI_MINLOC`.
    public static func minLocation<Value>() -> ReduceOperation where Element == Located<Value> {
        ReduceOperation(.minLocation) { left, right in
            if left.value == right.value { return left.location <= right.location ? left : right }
            return right.value < left.value ? right : left
        }
    }

    /// The largest value and where it was found; the lowest location, if it was found several times.
    ///
    /// The corresponding C constant is `MPI_MAXLOC`.
    public static func maxLocation<Value>() -> ReduceOperation where Element == Located<Value> {
        ReduceOperation(.maxLocation) { left, right in
            if left.value == right.value { return left.location <= right.location ? left : right }
            return left.value < right.value ? right : left
        }
    }
}

extension Communicator {
    /// Finds the smallest value of all ranks, and the rank that has it.
    ///
    /// Every rank calls it, and gets the same.
    ///
    /// ```swift
    /// let (coldest, rank) = try world.allReduceMinLocation(temperature)
    /// ```
    /// - Parameter value: What this rank has.
    /// - Returns: The smallest, and the lowest rank that has it.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Allreduce` with `MPI_MINLOC` (MPI 3.1 §5.9.4)
    public final func allReduceMinLocation<Value: BufferElement & Comparable>(_ value: Value) throws(MPIError)
        -> (value: Value, rank: Int)
    {
        let found = try allReduce(Located(value, at: rank), .minLocation())
        return (found.value, found.location)
    }

    /// Finds the largest value of all ranks, and the rank that has it.
    ///
    /// Every rank calls it, and gets the same.
    ///
    /// - Parameter value: What this rank has.
    /// - Returns: The largest, and the lowest rank that has it.
    /// - Throws: `MPIError` if the MPI library fails.
    ///
    /// Collective · blocking · `MPI_Allreduce` with `MPI_MAXLOC` (MPI 3.1 §5.9.4)
    public final func allReduceMaxLocation<Value: BufferElement & Comparable>(_ value: Value) throws(MPIError)
        -> (value: Value, rank: Int)
    {
        let found = try allReduce(Located(value, at: rank), .maxLocation())
        return (found.value, found.location)
    }
}
