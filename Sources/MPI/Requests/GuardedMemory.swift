/// Memory that a small message is received into, beyond the end of which the library writes nothing however long the message is.
///
/// Open MPI 4.1 fetches a message that is longer than a few kilobytes in one piece, without regard to the length of the memory for it. It does so only
/// where the memory is one piece as well. So here it is two, with a gap between them: what fits lies in the first one; of a message that is too long
/// the library writes what there is room for, and reports that.
final class GuardedMemory: RequestMemory, @unchecked Sendable {
    // Nothing that changes is stored beside what the superclass has: hence the unchecked conformance.

    /// The longest message for which there is such memory; for a longer one asking for its length first does not matter.
    static let longest = 2048
    private static let leastLength = 16
    private static let gap = 16

    /// How many bytes the message may have.
    let limit: Int

    /// What the library receives: one of it.
    let datatype: RawDatatype

    /// Memory for a message of so many bytes.
    init(limit: Int) throws(MPIError) {
        self.limit = limit
        let wanted = max(Self.leastLength, limit)
        // The next power of two, for which there is a datatype.
        let exponent = Int.bitWidth - (wanted - 1).leadingZeroBitCount
        datatype = try Self.datatypes[exponent - Self.leastLength.trailingZeroBitCount].get()
        let length = 1 << exponent
        super.init(
            borrowing: .allocate(byteCount: 2 * length + Self.gap, alignment: 16),
            byteCount: length
        )
    }

    deinit { address?.deallocate() }

    /// A datatype for each length of a piece.
    private static let datatypes: [Result<RawDatatype, MPIError>] = {
        let exponents = leastLength.trailingZeroBitCount...longest.trailingZeroBitCount
        return exponents.map { exponent in
            do throws(MPIError) {
                let made = try RawDatatype.twoBlocks(of: 1 << exponent, gap: gap)
                Runtime.freeAtEnd { made.free() }
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
    }()
}

extension Completion {
    /// The bytes of a small message, which are whole elements of a buffer.
    ///
    /// - Throws: `MPIError` of class `mismatch` if it is a value or ends within an element, of class `truncation` if it is longer than it may be.
    @usableFromInline
    func smallMessage(elementLength: Int) throws(MPIError) -> UnsafeRawBufferPointer {
        guard let memory = memory as? GuardedMemory else { return bytes }
        try Communicator.checkBuffer(memory.address, status, elementLength: elementLength)
        guard status.byteCount <= memory.limit else {
            throw Communicator.truncation(status, capacity: memory.limit)
        }
        return bytes
    }
}
