internal import CMPI

// Collective operations that block do so in the library, in every case: the library does not let a blocking one on one rank meet an
// immediate one on another.

extension RawCommunicator {
    func barrier() throws(MPIError) {
        _ = try barrier(.blocking)
    }

    func broadcast(_ address: Target, _ count: Int, _ type: RawDatatype, root: Int32) throws(MPIError) {
        try type.withCount(count) { (count, type) throws(MPIError) in
            _ = try broadcast(address, count, type, root: root, .blocking)
        }
    }

    /// The count is what one rank gives.
    func gather(
        _ source: Source,
        _ target: Target,
        _ count: Int,
        _ type: RawDatatype,
        root: Int32
    ) throws(MPIError) {
        try type.withCount(count) { (count, type) throws(MPIError) in
            _ = try gather(source, count, type, target, count, type, root: root, .blocking)
        }
    }

    /// The count is what one rank gets.
    func scatter(
        _ source: Source,
        _ target: Target,
        _ count: Int,
        _ type: RawDatatype,
        root: Int32
    ) throws(MPIError) {
        try type.withCount(count) { (count, type) throws(MPIError) in
            _ = try scatter(source, count, type, target, count, type, root: root, .blocking)
        }
    }

    /// The count is what one rank gives.
    func allGather(_ source: Source, _ target: Target, _ count: Int, _ type: RawDatatype) throws(MPIError) {
        try type.withCount(count) { (count, type) throws(MPIError) in
            _ = try allGather(source, count, type, target, count, type, .blocking)
        }
    }

    /// The count is what one rank gives to one other.
    func allToAll(_ source: Source, _ target: Target, _ count: Int, _ type: RawDatatype) throws(MPIError) {
        try type.withCount(count) { (count, type) throws(MPIError) in
            _ = try allToAll(source, count, type, target, count, type, .blocking)
        }
    }

    /// The mark that stands in the place of a source, or of a target, for memory that is the same as the other.
    static var inPlace: UnsafeMutableRawPointer? { cmpi_in_place() }

    /// The source is what this rank gives, `nil` if it is in the target already, which only the root may say.
    func reduce(
        _ source: Source,
        _ target: Target,
        _ library: LibraryReduction,
        root: Int32
    ) throws(MPIError) {
        #if MPI_INTEGER_HANDLES
        // MPICH 4.0 reads from the mark for "in place" when the root is not the first rank.
        if source == nil, root != 0, let target {
            let byteCount = try library.count * library.type.size()
            let copy = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
            defer { copy.deallocate() }
            copy.copyMemory(from: target, byteCount: byteCount)
            return try reduce(UnsafeRawPointer(copy), target, library, root: root)
        }
        #endif
        try inPieces(library, source, target) { (count, source, target) throws(MPIError) in
            let source = source ?? UnsafeRawPointer(cmpi_in_place())
            _ = try reduce(source, target, count, library.type, library.operation, root: root, .blocking)
        }
    }

    /// The source is what this rank gives, `nil` if it is in the target already, which all ranks then say.
    func allReduce(
        _ source: Source,
        _ target: Target,
        _ library: LibraryReduction
    ) throws(MPIError) {
        try inPieces(library, source, target) { (count, source, target) throws(MPIError) in
            let source = source ?? UnsafeRawPointer(cmpi_in_place())
            _ = try allReduce(source, target, count, library.type, library.operation, .blocking)
        }
    }

    /// Does an operation on elements in pieces that C can count, since the library's operations are not defined for longer datatypes.
    @inline(__always)
    func inPieces(
        _ library: LibraryReduction,
        _ source: Source,
        _ target: Target,
        _ body: (Int32, Source, Target) throws(MPIError) -> Void
    ) throws(MPIError) {
        // A closure lives as long as the operation is under way.
        defer { withExtendedLifetime(library) {} }
        let count = library.count
        // Nothing to combine; and an address of nothing would be taken for a mark.
        if count == 0 { return }
        if count <= CountLimit.largest { return try body(Int32(count), source, target) }
        // Not the size: a value with its location may have a hole behind it.
        let extent = try library.type.extent().extent
        for piece in CountLimit.pieces(of: count) {
            let start = piece.lowerBound * extent
            try body(Int32(piece.count), source.map { $0 + start }, target.map { $0 + start })
        }
    }
}

extension RawDatatype {
    /// How many bytes one element has.
    func size() throws(MPIError) -> Int {
        var size: MPI_Count = 0
        try call("MPI_Type_size_x") { MPI_Type_size_x(handle, &size) }
        return Int(size)
    }
}
