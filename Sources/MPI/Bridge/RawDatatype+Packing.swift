internal import CMPI
internal import Synchronization

// `MPI_Pack` counts bytes by 32-bit numbers. What is longer is packed as a message of this process to itself, which is what packing is defined by.

extension RawDatatype {
    /// An upper bound of the number of bytes that packed elements have.
    func packedSize(_ count: Int, isExternal: Bool, _ communicator: RawCommunicator) throws(MPIError) -> Int {
        if isExternal {
            var total = 0
            for piece in CountLimit.pieces(of: count) {
                var size: MPI_Aint = 0
                try call("MPI_Pack_external_size") {
                    MPI_Pack_external_size("external32", Int32(piece.count), handle, &size)
                }
                total += Int(size)
            }
            return total
        }
        if try isLarge(count) { return try size() * count }
        var size: Int32 = 0
        try call("MPI_Pack_size") { MPI_Pack_size(Int32(count), handle, communicator.handle, &size) }
        return Int(size)
    }

    /// Whether C cannot count some elements, or the bytes that they have.
    private func isLarge(_ count: Int) throws(MPIError) -> Bool {
        try max(1, size()) * count > CountLimit.largest
    }

    /// Packs elements, and says how many bytes that took.
    func pack(
        _ source: Source,
        _ count: Int,
        _ target: UnsafeMutableRawBufferPointer,
        isExternal: Bool,
        _ communicator: RawCommunicator
    ) throws(MPIError) -> Int {
        if isExternal {
            let extent = try extent().extent
            var position: MPI_Aint = 0
            for piece in CountLimit.pieces(of: count) {
                try call("MPI_Pack_external") {
                    MPI_Pack_external(
                        "external32",
                        source.map { $0 + piece.lowerBound * extent },
                        Int32(piece.count),
                        handle,
                        target.baseAddress,
                        MPI_Aint(target.count),
                        &position
                    )
                }
            }
            return Int(position)
        }
        if try isLarge(count) {
            return try PackingMessage.pass(
                source,
                count,
                self,
                target.baseAddress,
                target.count,
                .packed,
                "MPI_Pack"
            )
        }
        var position: Int32 = 0
        let length = Int32(clamping: target.count)
        try call("MPI_Pack") {
            MPI_Pack(source, Int32(count), handle, target.baseAddress, length, &position, communicator.handle)
        }
        return Int(position)
    }

    /// Unpacks elements, and says how many bytes that took.
    func unpack(
        _ source: UnsafeRawBufferPointer,
        _ target: Target,
        _ count: Int,
        isExternal: Bool,
        _ communicator: RawCommunicator
    ) throws(MPIError) -> Int {
        if isExternal {
            let extent = try extent().extent
            var position: MPI_Aint = 0
            for piece in CountLimit.pieces(of: count) {
                try call("MPI_Unpack_external") {
                    MPI_Unpack_external(
                        "external32",
                        source.baseAddress,
                        MPI_Aint(source.count),
                        &position,
                        target.map { $0 + piece.lowerBound * extent },
                        Int32(piece.count),
                        handle
                    )
                }
            }
            return Int(position)
        }
        if try isLarge(count) {
            let length = try size() * count
            return try PackingMessage.pass(
                source.baseAddress,
                length,
                .packed,
                target,
                count,
                self,
                "MPI_Unpack"
            )
        }
        var position: Int32 = 0
        // What is behind the elements does not matter.
        let length = Int32(clamping: source.count)
        try call("MPI_Unpack") {
            MPI_Unpack(
                source.baseAddress,
                length,
                &position,
                target,
                Int32(count),
                handle,
                communicator.handle
            )
        }
        return Int(position)
    }

    /// Bytes that have been packed, which match every datatype.
    private static var packed: RawDatatype { RawDatatype(cmpi_packed()) }
}

/// A message of this process to itself.
private enum PackingMessage {
    /// A duplicate of the communicator of this process alone; one thread at a time uses it.
    private static let loop = Mutex<RawCommunicator?>(nil)

    private static func makeLoop() throws(MPIError) -> RawCommunicator {
        let made = try RawCommunicator.alone.duplicate()
        Runtime.freeAtEnd { try? made.free() }
        return made
    }

    /// Sends elements of one datatype, and receives them as another; says how many bytes that were.
    static func pass(
        _ source: Source,
        _ count: Int,
        _ type: RawDatatype,
        _ target: Target,
        _ targetCount: Int,
        _ targetType: RawDatatype,
        _ name: StaticString
    ) throws(MPIError) -> Int {
        // Addresses as numbers, so that the closure of the lock may have them.
        let (from, to) = (Int(bitPattern: source), Int(bitPattern: target))
        let result: Result<Int, MPIError> = loop.withLock { loop in
            do throws(MPIError) {
                let communicator = if let loop { loop } else { try makeLoop() }
                loop = communicator
                var receive = try communicator.immediateReceive(
                    UnsafeMutableRawPointer(bitPattern: to),
                    targetCount,
                    targetType,
                    Pattern(source: 0, tag: 0)
                )
                try communicator.send(UnsafeRawPointer(bitPattern: from), count, type, to: 0, tag: 0)
                return .success(try receive.wait(name).byteCount)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
