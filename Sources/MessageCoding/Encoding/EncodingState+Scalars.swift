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
        var rest = UInt64(length)
        while rest >= 0x80 {
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toByteOffset: count, as: UInt8.self)
            count += 1
            rest &>>= 7
        }
        base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: count, as: UInt8.self)
        count += 1
    }

    func write(_ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            if bytes.count < Tag.shortStringLimit {
                append(Tag.shortString + UInt8(truncatingIfNeeded: bytes.count))
            } else {
                if bytes.count >= Self.largeBlockSize {
                    prepareForLargeBlock()
                }
                reserve(bytes.count + 11)
                append(Tag.string)
                write(length: bytes.count)
            }
            append(bytes)
        }
    }

    /// Writes the key of an entry.
    func write(key: String) {
        var key = key
        key.withUTF8 { utf8 in
            write(length: utf8.count)
            append(UnsafeRawBufferPointer(utf8))
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
        write(length: bytes.count / element.size)
        append(bytes)
    }
}
