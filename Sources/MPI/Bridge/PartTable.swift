internal import CMPI

/// The parts of an array with patterns of their own: the tables that `MPI_Alltoallw` reads.
final class PartTable: @unchecked Sendable {
    // Never changed once it is made: hence the unchecked conformance.
    private let numbers: UnsafeMutablePointer<Int32>
    private let places: UnsafeMutablePointer<MPI_Aint>
    private let handles: UnsafeMutablePointer<DatatypeHandle>
    private let partCount: Int
    // Kept as long as the library may read by them.
    private let datatypes: [DerivedDatatype]

    /// How many of each pattern.
    var counts: UnsafePointer<Int32> { UnsafePointer(numbers) }

    /// Where the parts begin, in bytes, as the collective operations want it.
    var displacements: UnsafePointer<Int32> { UnsafePointer(numbers + partCount) }

    /// Where the parts begin, in bytes, as those among neighbours want it.
    var wideDisplacements: UnsafePointer<MPI_Aint> { UnsafePointer(places) }

    /// The patterns.
    var types: UnsafePointer<DatatypeHandle> { UnsafePointer(handles) }

    /// Makes the tables.
    ///
    /// A part whose place or number C cannot count becomes one pattern, in which both are told.
    ///
    /// - Throws: `MPIError` of class `count` if there are not as many parts as ranks, of class `argument` if one reaches beyond the array.
    init(
        _ parts: [DatatypePart],
        for rankCount: Int,
        in elementCount: Int,
        stride: Int,
        largest: Int = CountLimit.largest,
        _ name: StaticString
    ) throws(MPIError) {
        guard parts.count == rankCount else {
            throw MPIError(.count, call: name, text: "\(parts.count) parts for \(rankCount) ranks")
        }
        var lines: [(datatype: DerivedDatatype, count: Int, start: Int)] = []
        for part in parts {
            let start = try part.datatype.place(part.count, part.offset, stride, elementCount, name)
            guard max(start, part.count) > largest else {
                lines.append((part.datatype, part.count, start))
                continue
            }
            let row = try DerivedDatatype.contiguous(count: part.count, of: part.datatype)
            lines.append((try .indexed(blockLengths: [1], byteDisplacements: [start], of: row), 1, 0))
        }
        partCount = lines.count
        datatypes = lines.map(\.datatype)
        numbers = .allocate(capacity: max(1, 2 * partCount))
        places = .allocate(capacity: max(1, partCount))
        handles = .allocate(capacity: max(1, partCount))
        for (index, line) in lines.enumerated() {
            (numbers + index).initialize(to: Int32(line.count))
            (numbers + partCount + index).initialize(to: Int32(line.start))
            (places + index).initialize(to: line.start)
            (handles + index).initialize(to: line.datatype.raw.handle)
        }
    }

    deinit {
        numbers.deallocate()
        places.deallocate()
        handles.deallocate()
    }
}
