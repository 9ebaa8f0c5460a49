/// How values of unknown length travel in collective operations.
///
/// In the first step every rank gives or gets a block of a fixed length: the length of the message, and as much of the message as
/// fits. Only a longer message needs a second step, with a length that is known by then.
///
/// A block may also stem from a rank that took part with something else, such as a buffer. It has no mark of a message then, and is
/// taken for the message itself, so that reading it is an error that says so.
enum CollectiveFrame {
    /// The length of a block where every rank has one, or where a few bytes are the rule.
    ///
    /// Open MPI brings what is longer than some hundred bytes to another rank of the node in another way, which takes twice as long.
    static let blockLength = 256
    /// The length of the one block of a broadcast.
    static let broadcastBlockLength = 1024
    private static let lengthLength = MemoryLayout<UInt64>.size
    // More than any rank has memory for, and little enough for the sum over all ranks.
    private static let greatestLength = 1 << 40

    /// Writes a block.
    static func fill(_ block: UnsafeMutableRawBufferPointer, with message: UnsafeRawBufferPointer) {
        block.storeBytes(of: UInt64(message.count).littleEndian, as: UInt64.self)
        UnsafeMutableRawBufferPointer(rebasing: block[lengthLength...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: message.prefix(block.count - lengthLength))
        )
    }

    /// Takes out of a block by what it would be known as a message.
    static func clear(_ block: UnsafeMutableRawBufferPointer) {
        for offset in [0, lengthLength, lengthLength + 8] {
            block.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self)
        }
    }

    /// The length of the message that a block begins with.
    static func length(in block: UnsafeRawBufferPointer) -> Int {
        Int(truncatingIfNeeded: block.loadUnaligned(as: UInt64.self).littleEndian)
    }

    /// The message in a block; `nil` if it follows in a second step.
    static func message(in block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let length = length(in: block)
        if fits(length, in: block.count) {
            return UnsafeRawBufferPointer(rebasing: block[lengthLength..<(lengthLength + length)])
        }
        let beginning = UnsafeRawBufferPointer(rebasing: block[lengthLength...])
        return length > 0 && length <= greatestLength && ValueFormat.hasMark(beginning) ? nil : block
    }

    /// Whether a message needs no second step.
    static func fits(_ length: Int, in blockLength: Int) -> Bool {
        length >= 0 && length <= blockLength - lengthLength
    }
}

/// Memory without a beginning value, for the time of a call.
func withUninitializedBytes<Result>(
    _ byteCount: Int,
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
) rethrows -> Result {
    try withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 16, body)
}

/// A value as a message, or word of why there is none.
///
/// A rank that cannot encode its value takes part in the collective operation nevertheless, so that the others get an error instead
/// of waiting for ever.
///
/// - Returns: The error that this rank is to throw in the end.
func appendMessage<Value: Encodable>(_ value: Value, ofRank rank: Int, to bytes: inout [UInt8]) -> (
    any Error
)? {
    do {
        try ValueFormat.append(value, to: &bytes)
        return nil
    } catch {
        bytes.removeAll(keepingCapacity: true)
        ValueFormat.append(failure: error, ofRank: rank, to: &bytes)
        return error
    }
}
