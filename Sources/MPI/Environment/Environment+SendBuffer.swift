extension Environment {
    /// Provides memory for messages that are sent in ``SendMode/buffered`` mode.
    ///
    /// There can be one such memory at a time.
    ///
    /// ```swift
    /// try Environment.attachSendBuffer(byteCount: 10 * (message.count + Environment.sendBufferOverhead))
    /// defer { try? Environment.detachSendBuffer() }
    /// ```
    /// - Parameter byteCount: Its length: all messages that are under way at a time, each with ``sendBufferOverhead``.
    /// - Throws: `MPIError` of class `buffer` if there is one already, of class `argument` if the length makes no sense.
    ///
    /// Local · `MPI_Buffer_attach` (MPI 3.1 §3.6)
    public static func attachSendBuffer(byteCount: Int) throws(MPIError) {
        try Runtime.initialize(.multiple)
        guard let length = Int32(exactly: byteCount), length >= 0 else {
            throw MPIError(
                .argument,
                call: "MPI_Buffer_attach",
                text: "\(byteCount) is no length: it must be from 0 to \(Int32.max)"
            )
        }
        try SendBuffer.attach(length)
    }

    /// Takes the memory for buffered messages back, when all of them have been sent.
    ///
    /// - Throws: `MPIError` of class `buffer` if there is none.
    ///
    /// Blocking · `MPI_Buffer_detach` (MPI 3.1 §3.6)
    public static func detachSendBuffer() throws(MPIError) {
        try SendBuffer.detach()
    }

    /// How many bytes each buffered message takes beyond its own.
    ///
    /// The corresponding C constant is `MPI_BSEND_OVERHEAD`.
    public static var sendBufferOverhead: Int { SendBuffer.overhead }
}
