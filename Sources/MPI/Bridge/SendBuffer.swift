internal import CMPI
internal import Synchronization

/// The memory for messages that are sent in buffered mode: one for the whole program.
enum SendBuffer {
    private static let attached = Mutex<(address: UInt, length: Int)?>(nil)

    static var overhead: Int { Int(cmpi_bsend_overhead()) }

    static func attach(_ length: Int32) throws(MPIError) {
        let result: Result<Void, MPIError> = attached.withLock { attached in
            guard attached == nil else {
                return .failure(
                    MPIError(
                        .buffer,
                        call: "MPI_Buffer_attach",
                        text: "there is a buffer already; detach it first"
                    )
                )
            }
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, Int(length)), alignment: 16)
            do throws(MPIError) {
                try call("MPI_Buffer_attach") { MPI_Buffer_attach(memory, length) }
                attached = (UInt(bitPattern: memory), Int(length))
                return .success(())
            } catch {
                memory.deallocate()
                return .failure(error)
            }
        }
        try result.get()
    }

    static func detach() throws(MPIError) {
        let result: Result<Void, MPIError> = attached.withLock { attached in
            guard let address = attached?.address else {
                return .failure(
                    MPIError(.buffer, call: "MPI_Buffer_detach", text: "there is no buffer to detach")
                )
            }
            var memory: UnsafeMutableRawPointer?
            var length: Int32 = 0
            do throws(MPIError) {
                // Waits until everything in it has left.
                try call("MPI_Buffer_detach") {
                    withUnsafeMutablePointer(to: &memory) { MPI_Buffer_detach($0, &length) }
                }
            } catch {
                return .failure(error)
            }
            UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
            attached = nil
            return .success(())
        }
        try result.get()
    }

    /// Refuses a message for which there is no room.
    ///
    /// Open MPI waits for ever for room that will never be there.
    static func expectRoom(for count: Int, _ type: RawDatatype) throws(MPIError) {
        let needed = try count * type.size() + overhead
        let length = attached.withLock { $0?.length }
        guard length.map({ needed <= $0 }) != true else { return }
        throw MPIError(
            .buffer,
            call: "MPI_Bsend",
            text: """
                a buffered message takes \(needed) bytes, and \(length.map { "\($0) are" } ?? "no memory is") attached: call \
                Environment.attachSendBuffer(byteCount:)
                """
        )
    }
}
