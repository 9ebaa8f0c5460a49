/// Memory that a small message is received into, beyond the end of which the library writes nothing however long the message is.
///
/// Open MPI 4.1 fetches a message that is longer than a few kilobytes in one piece, without regard to the length of the memory for it. It does so only
/// where the memory is one piece as well. So here it is two, with a gap between them: what fits lies in the first one; of a message that is too long
/// the library writes what there is room for, and reports that.
@usableFromInline
struct GuardedMemory: @unchecked Sendable {
    // The library writes to it, then whoever takes the result reads it, under the lock of the operation: hence the unchecked conformance.

    /// The longest message for which there is such memory; for a longer one asking for its length first does not matter.
    static let longest = 2048
    private static let leastExponent = 4
    private static let gap = 16
    /// Up to this one pieces are of one length, and used again.
    private static let keptExponent = 6

    /// Where the message lies.
    let address: UnsafeMutableRawPointer

    /// How many bytes the message may have.
    let limit: Int32

    /// How many bytes a piece has, as a power of two.
    private let exponent: Int32

    /// Memory for a message of so many bytes, to be freed.
    init(limit: Int) {
        self.limit = Int32(limit)
        let exponent = max(Self.leastExponent, Int.bitWidth - max(0, limit - 1).leadingZeroBitCount)
        self.exponent = Int32(exponent)
        address =
            exponent <= Self.keptExponent
            ? ScratchMemory.takeGuardedPiece(byteCount: 2 << Self.keptExponent + Self.gap)
            : .allocate(byteCount: 2 << exponent + Self.gap, alignment: 16)
    }

    /// Gives it back.
    func free() {
        exponent <= Self.keptExponent ? ScratchMemory.giveBackGuardedPiece(address) : address.deallocate()
    }

    /// How many bytes the first piece has: a longer message was too long.
    var length: Int { 1 << Int(exponent) }

    /// What the library receives: one of it.
    var datatype: RawDatatype {
        get throws(MPIError) { try Self.datatypes[Int(exponent) - Self.leastExponent].get() }
    }

    /// A datatype for each length of a piece.
    private static let datatypes: [Result<RawDatatype, MPIError>] = {
        (leastExponent...longest.trailingZeroBitCount).map { exponent in
            do throws(MPIError) {
                let made = try RawDatatype.twoBlocks(of: 1 << exponent, gap: gap)
                Runtime.freeAtEnd { made.free() }
                return .success(made)
            } catch {
                return .failure(error)
            }
        }
    }()

    /// The bytes of a message that has been received, which are whole elements of a buffer.
    ///
    /// - Throws: `MPIError` of class `mismatch` if it is a value or ends within an element, of class `truncation` if it is longer than it may be.
    func message(_ status: Status, elementLength: Int) throws(MPIError) -> UnsafeRawBufferPointer {
        try Communicator.checkBuffer(address, status, elementLength: elementLength)
        guard status.byteCount <= limit else {
            throw Communicator.truncation(status, capacity: Int(limit))
        }
        return UnsafeRawBufferPointer(start: address, count: status.byteCount)
    }
}
