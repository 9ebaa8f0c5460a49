extension DecodingState {
    func readBool(at position: inout Int) throws(Malformation) -> Bool {
        let tag = try byte(at: position)
        guard tag == Tag.yes || tag == Tag.no else {
            throw .unexpected(tag: tag)
        }
        position += 1
        return tag == Tag.yes
    }

    func readDouble(at position: inout Int) throws(Malformation) -> Double {
        let tag = try byte(at: position)
        guard tag == Tag.double else {
            throw .unexpected(tag: tag)
        }
        try require(9, at: position)
        defer { position += 9 }
        return base.loadUnaligned(fromByteOffset: position + 1, as: Double.self)
    }

    func readFloat(at position: inout Int) throws(Malformation) -> Float {
        let tag = try byte(at: position)
        guard tag == Tag.float else {
            throw .unexpected(tag: tag)
        }
        try require(5, at: position)
        defer { position += 5 }
        return base.loadUnaligned(fromByteOffset: position + 1, as: Float.self)
    }

    /// Reads an integer of any size that fits.
    @inline(__always)
    func readInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type,
        at position: inout Int
    ) throws(Malformation) -> Integer {
        let tag = try byte(at: position)
        if tag < Tag.shortString {
            position += 1
            return Integer(truncatingIfNeeded: tag)
        }
        let (magnitude, isNegative) = try readMagnitude(tag, at: &position)
        if isNegative {
            guard Integer.isSigned, let result = Integer(exactly: magnitude) else {
                throw .outOfRange
            }
            return ~result
        }
        guard let result = Integer(exactly: magnitude) else {
            throw .outOfRange
        }
        return result
    }

    /// Reads n, or -1 - n.
    private func readMagnitude(
        _ tag: UInt8,
        at position: inout Int
    ) throws(Malformation) -> (magnitude: UInt64, isNegative: Bool) {
        switch tag {
        case Tag.smallNegative..<Tag.null:
            position += 1
            return (UInt64(tag - Tag.smallNegative), true)
        case Tag.positive..<Tag.widePositive:
            let size = Int(tag & 7) + 1
            try require(size + 1, at: position)
            var magnitude: UInt64
            if end - position >= 9 {
                magnitude = base.loadUnaligned(fromByteOffset: position + 1, as: UInt64.self)
                magnitude &= UInt64.max >> UInt64(64 - 8 * size)
            } else {
                magnitude = 0
                for index in 0..<size {
                    let byte = base.load(fromByteOffset: position + 1 + index, as: UInt8.self)
                    magnitude |= UInt64(byte) << UInt64(8 * index)
                }
            }
            position += size + 1
            return (magnitude, tag >= Tag.negative)
        case Tag.widePositive, Tag.wideNegative:
            throw .outOfRange
        default:
            throw .unexpected(tag: tag)
        }
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func readWideInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type,
        at position: inout Int
    ) throws(Malformation) -> Integer {
        let tag = try byte(at: position)
        guard tag == Tag.widePositive || tag == Tag.wideNegative else {
            return try readInteger(type, at: &position)
        }
        try require(17, at: position)
        let magnitude = base.loadUnaligned(fromByteOffset: position + 1, as: UInt128.self)
        let isNegative = tag == Tag.wideNegative
        guard Integer.isSigned || !isNegative, let result = Integer(exactly: magnitude) else {
            throw .outOfRange
        }
        position += 17
        return isNegative ? ~result : result
    }

    /// Reads the tag of a nil, if there is one.
    @inline(__always)
    func readNull(at position: inout Int) -> Bool {
        guard position < end, base.load(fromByteOffset: position, as: UInt8.self) == Tag.null else {
            return false
        }
        position += 1
        return true
    }
}
