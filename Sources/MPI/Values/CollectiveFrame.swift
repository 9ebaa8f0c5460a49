/// How values of unknown length travel in collective operations.
///
/// In the first step every rank gives or gets a block of a fixed length: the length of the message, and the message itself if it
/// fits. Only a longer message needs a second step, with a length that is known by then.
enum CollectiveFrame {
    /// The length of a block where every rank has one.
    static let blockLength = 256
    /// The length of the one block of a broadcast.
    static let broadcastBlockLength = 1024
    private static let lengthLength = MemoryLayout<UInt64>.size

    /// Writes a block.
    static func fill(_ block: UnsafeMutableRawBufferPointer, with message: UnsafeRawBufferPointer) {
        block.storeBytes(of: UInt64(message.count).littleEndian, as: UInt64.self)
        guard fits(message.count, in: block.count), let source = message.baseAddress else { return }
        UnsafeMutableRawBufferPointer(rebasing: block[lengthLength...]).copyMemory(
            from: UnsafeRawBufferPointer(start: source, count: message.count)
        )
    }

    /// The length of the message that a block begins with.
    static func length(in block: UnsafeRawBufferPointer) -> Int {
        Int(truncatingIfNeeded: block.loadUnaligned(as: UInt64.self).littleEndian)
    }

    /// The message in a block, if it fits.
    static func message(in block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let length = length(in: block)
        guard fits(length, in: block.count) else { return nil }
        return UnsafeRawBufferPointer(rebasing: block[lengthLength..<(lengthLength + length)])
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
