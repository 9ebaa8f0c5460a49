extension EncodingState {
    @inline(__always)
    func write(_ value: Bool) {
        append(value ? Tag.yes : Tag.no)
    }

    @inline(__always)
    func writeNull() {
        append(Tag.null)
    }

    @inline(__always)
    func write(_ value: Double) {
        reserve(9)
        base.storeBytes(of: Tag.double, toByteOffset: count, as: UInt8.self)
        base.storeBytes(of: value, toByteOffset: count + 1, as: Double.self)
        count += 9
    }

    @inline(__always)
    func write(_ value: Float) {
        reserve(5)
        base.storeBytes(of: Tag.float, toByteOffset: count, as: UInt8.self)
        base.storeBytes(of: value, toByteOffset: count + 1, as: Float.self)
        count += 5
    }

    /// Writes an integer of at most 64 bits in as few bytes as it needs.
    @inline(__always)
    func write<Integer: FixedWidthInteger>(integer value: Integer) {
        let isNegative = value < 0
        // -1 - n for a negative one: never overflows.
        write(magnitude: UInt64(truncatingIfNeeded: isNegative ? ~value : value), isNegative: isNegative)
    }

    func write(magnitude: UInt64, isNegative: Bool) {
        reserve(9)
        if magnitude < (isNegative ? 32 : 128) {
            let tag = UInt8(truncatingIfNeeded: magnitude) &+ (isNegative ? Tag.smallNegative : 0)
            base.storeBytes(of: tag, toByteOffset: count, as: UInt8.self)
            count += 1
            return
        }
        let size = (71 &- magnitude.leadingZeroBitCount) &>> 3
        let tag = (isNegative ? Tag.negative : Tag.positive) &+ UInt8(truncatingIfNeeded: size &- 1)
        base.storeBytes(of: tag, toByteOffset: count, as: UInt8.self)
        // All eight bytes are stored, and those that are zero written over by what comes next.
        base.storeBytes(of: magnitude, toByteOffset: count + 1, as: UInt64.self)
        count += 1 + size
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func write(wide value: Int128) {
        write(wideMagnitude: UInt128(bitPattern: value < 0 ? ~value : value), isNegative: value < 0)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func write(wideMagnitude magnitude: UInt128, isNegative: Bool) {
        if magnitude <= UInt128(UInt64.max) {
            write(magnitude: UInt64(truncatingIfNeeded: magnitude), isNegative: isNegative)
            return
        }
        reserve(17)
        let tag = isNegative ? Tag.wideNegative : Tag.widePositive
        base.storeBytes(of: tag, toByteOffset: count, as: UInt8.self)
        base.storeBytes(of: magnitude, toByteOffset: count + 1, as: UInt128.self)
        count += 17
    }

    /// Writes a number in groups of seven bits.
    @inline(__always)
    func write(length: Int) {
        reserve(10)
        store(length: length)
    }

    /// Writes a number in groups of seven bits, for which there is room.
    @inline(__always)
    func store(length: Int) {
        var rest = UInt64(length)
        while rest >= 0x80 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            count += 1
            rest &>>= 7
        }
        base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// The most that stands before the bytes of a string.
    static let textHeaderSize = 11

    @inline(__always)
    func write(_ value: String) {
        withBytes(of: value) { bytes in
            if bytes.count >= Self.largeBlockSize {
                prepareForLargeBlock()
            }
            reserve(bytes.count + Self.textHeaderSize)
            store(text: bytes)
        }
    }

    /// Writes a string for which there is room.
    @inline(__always)
    func store(text bytes: UnsafeRawBufferPointer) {
        let size = bytes.count
        if size < Tag.shortStringLimit {
            base.storeBytes(
                of: Tag.shortString + UInt8(truncatingIfNeeded: size),
                toByteOffset: count,
                as: UInt8.self
            )
            count += 1
        } else {
            base.storeBytes(of: Tag.string, toByteOffset: count, as: UInt8.self)
            count += 1
            store(length: size)
        }
        store(bytes)
    }

    /// Writes the key of an entry.
    @inline(__always)
    func write(key: String) {
        withBytes(of: key) { bytes in
            reserve(bytes.count + 10)
            store(length: bytes.count)
            store(bytes)
        }
    }

    /// From this many bytes on it pays to make room in the headers first.
    static let largeBlockSize = 1024

    /// Writes an array of plain numbers as its memory.
    func write(packed bytes: UnsafeRawBufferPointer, of element: PackedElement) {
        if bytes.count >= Self.largeBlockSize {
            prepareForLargeBlock()
        }
        reserve(bytes.count + 12)
        append(Tag.packed)
        append(element.rawValue)
        write(length: bytes.count &>> element.shift)
        append(bytes)
    }
}

/// Calls `body` with the text's bytes where they are.
@inline(__always)
func withBytes<Result>(of text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    // Counts no references, as the ways that never fail do.
    if let result = text.utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) {
        return result
    }
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}
