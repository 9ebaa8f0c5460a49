/// Several items in one body: each with its length, eight bytes little-endian, before it.
enum ItemBatch {
    private static let lengthSize = 8

    /// Appends an item that `write` writes.
    static func append(to bytes: inout [UInt8], _ write: (inout [UInt8]) throws -> Void) rethrows {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: lengthSize))
        try write(&bytes)
        let length = UInt64(bytes.count - start - lengthSize).littleEndian
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: length, toByteOffset: start, as: UInt64.self) }
    }

    /// The bodies of frames, as one.
    static func body(of frames: [Frame]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(frames.reduce(0) { $0 + $1.bodySize + lengthSize })
        for frame in frames {
            append(to: &bytes) { bytes in frame.withBody { bytes.append(contentsOf: $0) } }
        }
        return bytes
    }

    /// Where the items lie in a body; `nil` if it is none of several items.
    static func ranges(in body: UnsafeRawBufferPointer) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var position = 0
        while position < body.count {
            guard body.count - position >= lengthSize else { return nil }
            let length = UInt64(
                littleEndian: body.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            )
            position += lengthSize
            guard length <= UInt64(body.count - position) else { return nil }
            ranges.append(position..<position + Int(length))
            position += Int(length)
        }
        return ranges
    }

    /// A frame for each item of a frame that brought several; `nil` if its body is none of several items.
    static func frames(of batch: Frame) -> [Frame]? {
        batch.withBody { body in
            ranges(in: body)?.map { range in
                var frame = Frame(
                    .notice,
                    code: batch.code,
                    from: batch.source,
                    to: batch.destination,
                    reserving: range.count
                )
                frame.epoch = batch.epoch
                frame.bytes.append(contentsOf: body[range])
                return frame
            }
        }
    }
}
