internal import CMPI

extension RawDatatype {
    /// How many elements one block of a large message has: a count in C is a 32-bit number.
    private static let blockLength = 1 << 30

    /// Describes any number of elements by a count that C can express.
    ///
    /// Up to 2³¹ - 1 elements are themselves. More are one element of a datatype made for the call, blocks and a rest, which
    /// on the wire is the same as the elements in a row.
    @inline(__always)
    func withCount<Result: ~Copyable>(
        _ count: Int,
        _ body: (Int32, RawDatatype) throws(MPIError) -> Result
    ) throws(MPIError) -> Result {
        if let small = Int32(exactly: count) { return try body(small, self) }
        let large = try makeLarge(count)
        defer { large.free() }
        return try body(1, large)
    }

    /// Where an element begins and how far the next one lies behind it, in bytes.
    func extent() throws(MPIError) -> (lowerBound: Int, extent: Int) {
        var lowerBound: MPI_Aint = 0
        var extent: MPI_Aint = 0
        try call("MPI_Type_get_extent") { MPI_Type_get_extent(handle, &lowerBound, &extent) }
        return (Int(lowerBound), Int(extent))
    }

    /// Makes a datatype that stands for some elements of this one in a row, to be freed.
    func row(of count: Int) throws(MPIError) -> RawDatatype {
        guard let small = Int32(exactly: count) else { return try makeLarge(count) }
        var made: DatatypeHandle = cmpi_datatype_null()
        try call("MPI_Type_contiguous") { MPI_Type_contiguous(small, handle, &made) }
        try call("MPI_Type_commit") { MPI_Type_commit(&made) }
        return RawDatatype(made)
    }

    /// Makes a datatype that stands for more elements of this one in a row than C can count.
    @inline(never)
    private func makeLarge(_ count: Int) throws(MPIError) -> RawDatatype {
        guard count > 0 else {
            throw MPIError(.count, call: "MPI_Type_contiguous", text: "a count cannot be negative")
        }
        let extent = try extent().extent
        let (blocks, rest) = count.quotientAndRemainder(dividingBy: Self.blockLength)
        var block = cmpi_datatype_null()
        try call("MPI_Type_contiguous") { MPI_Type_contiguous(Int32(Self.blockLength), handle, &block) }
        defer { RawDatatype(block).free() }
        var lengths = [Int32(blocks), Int32(rest)]
        var displacements = [MPI_Aint(0), MPI_Aint(blocks * Self.blockLength) * extent]
        var types = [block, handle]
        var made = cmpi_datatype_null()
        try call("MPI_Type_create_struct") {
            MPI_Type_create_struct(2, &lengths, &displacements, &types, &made)
        }
        try call("MPI_Type_commit") { MPI_Type_commit(&made) }
        return RawDatatype(made)
    }

    /// Gives back a datatype that was made; what is under way with it is not affected.
    func free() {
        var gone = handle
        _ = try? { () throws(MPIError) in try call("MPI_Type_free") { MPI_Type_free(&gone) } }()
    }
}
