internal import CMPI

extension RawDatatype {
    /// Makes a datatype of two blocks of bytes with a gap between them, to be freed.
    static func twoBlocks(of length: Int, gap: Int) throws(MPIError) -> RawDatatype {
        var made: DatatypeHandle = cmpi_datatype_null()
        try call("MPI_Type_vector") {
            MPI_Type_vector(2, Int32(length), Int32(length + gap), cmpi_byte(), &made)
        }
        try call("MPI_Type_commit") { MPI_Type_commit(&made) }
        return RawDatatype(made)
    }

    /// Makes a datatype of so many bytes, to be freed.
    static func bytes(_ length: Int) throws(MPIError) -> RawDatatype {
        var made: DatatypeHandle = cmpi_datatype_null()
        try call("MPI_Type_contiguous") { MPI_Type_contiguous(Int32(length), cmpi_byte(), &made) }
        try call("MPI_Type_commit") { MPI_Type_commit(&made) }
        return RawDatatype(made)
    }
}
