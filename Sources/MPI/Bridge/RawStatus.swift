internal import CMPI

extension Status {
    /// Reads what the library says of a message.
    @inline(__always)
    init(_ status: inout MPI_Status) {
        var byteCount: MPI_Count = 0
        // As bytes, whatever the datatype: a sender may have sent something that is no whole number of elements.
        _ = MPI_Get_elements_x(&status, cmpi_byte(), &byteCount)
        self.init(source: status.MPI_SOURCE, tag: status.MPI_TAG, byteCount: Int(byteCount))
    }
}
