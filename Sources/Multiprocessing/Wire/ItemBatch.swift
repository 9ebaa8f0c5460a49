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

    /// How many bytes an item takes up.
    static func size(of bodySize: Int) -> Int { bodySize + lengthSize }

    /// Appends an item of so many bytes, which `write` writes.
    static func append(
        count: Int,
        to bytes: inout [UInt8],
        _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        bytes.append(addingCapacity: lengthSize + count) { output in
            output.withUnsafeMutableBufferPointer { memory, initialized in
                let memory = UnsafeMutableRawBufferPointer(memory)
                memory.storeBytes(of: UInt64(count).littleEndian, as: UInt64.self)
                write(UnsafeMutableRawBufferPointer(rebasing: memory[lengthSize..<lengthSize + count]))
                initialized = lengthSize + count
            }
        }
    }

    /// How many bytes items take up together.
    static func size(of items: [Backlog.Item]) -> Int { items.reduce(0) { $0 + $1.bodySize + lengthSize } }

    /// Appends items.
    static func append(_ items: [Backlog.Item], to bytes: inout [UInt8]) {
        for item in items { item.withBody { append($0, to: &bytes) } }
    }

    /// Appends an item that is there.
    static func append(_ item: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(item.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: item)
    }

    /// Where the item lies whose length is at a position; `nil` at the end, and where there is none.
    static func range(at position: Int, in body: UnsafeRawBufferPointer) -> Range<Int>? {
        guard position >= 0, body.count - position >= lengthSize else { return nil }
        let length = UInt64(littleEndian: body.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        let start = position + lengthSize
        guard length <= UInt64(body.count - start) else { return nil }
        return start..<start + Int(length)
    }

    /// Where the items lie in a body; `nil` if it is none of several items.
    static func ranges(in body: UnsafeRawBufferPointer) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        var position = 0
        while position < body.count {
            guard let range = range(at: position, in: body) else { return nil }
            ranges.append(range)
            position = range.upperBound
        }
        return ranges
    }
}
