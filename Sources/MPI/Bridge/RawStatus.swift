internal import CMPI

extension Status {
    /// Reads what the library says of a message.
    @inline(__always)
    init(_ status: inout MPI_Status) {
        // As bytes, whatever the datatype: a sender may have sent something that is no whole number of elements.
        let byteCount = Int(cmpi_byte_count(&status))
        self.init(source: status.MPI_SOURCE, tag: status.MPI_TAG, byteCount: byteCount)
    }
}
