extension DecodingState {
    /// Reads an array of plain numbers in one copy.
    @inline(__always)
    func readNumbers<Number: PackedNumber>(
        _ type: Number.Type,
        at position: inout Int
    ) throws(Malformation) -> [Number] {
        let tag = try byte(at: position)
        guard tag == Tag.packed else {
            throw .otherForm
        }
        var next = position + 1
        let (element, count) = try packedHeader(at: &next)
        guard element == Number.packedElement else {
            throw .otherForm
        }
        let bytes = UnsafeRawBufferPointer(start: base + next, count: count * element.size)
        if Number.self == Bool.self {
            try checkBooleans(bytes)
        }
        position = next + bytes.count
        guard count > 0 else {
            return []
        }
        return Self.numbers(type, in: bytes, count: count)
    }

    /// An array of numbers that lie anywhere.
    @inline(__always)
    private static func numbers<Number: PackedNumber>(
        _ type: Number.Type,
        in bytes: UnsafeRawBufferPointer,
        count: Int
    ) -> [Number] {
        if bytes.count <= 64 {
            // With an aligned copy there is a quicker way than for memory that lies anywhere.
            return withUnsafeTemporaryAllocation(of: Number.self, capacity: 64) { aligned in
                UnsafeMutableRawBufferPointer(aligned).copyMemory(from: bytes)
                return [Number](UnsafeBufferPointer(start: aligned.baseAddress, count: count))
            }
        }
        // Of all ways to make an array of raw memory this one looks up no type.
        var numbers: [Number] = []
        numbers.append(addingCapacity: count) { output in
            output.withUnsafeMutableBufferPointer { buffer, initializedCount in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
                initializedCount = count
            }
        }
        return numbers
    }

    private func checkBooleans(_ bytes: UnsafeRawBufferPointer) throws(Malformation) {
        var all: UInt8 = 0
        for byte in bytes {
            all |= byte
        }
        guard all <= 1 else {
            throw .invalidBoolean
        }
    }

    /// Reads one of packed integers, whatever their type.
    func packedInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type,
        _ element: PackedElement,
        at position: Int
    ) throws(Malformation) -> Integer {
        try require(element.size, at: position)
        let result: Integer? =
            switch element {
            case .int8: Integer(exactly: base.load(fromByteOffset: position, as: Int8.self))
            case .int16: Integer(exactly: base.loadUnaligned(fromByteOffset: position, as: Int16.self))
            case .int32: Integer(exactly: base.loadUnaligned(fromByteOffset: position, as: Int32.self))
            case .int64: Integer(exactly: base.loadUnaligned(fromByteOffset: position, as: Int64.self))
            case .uint8: Integer(exactly: base.load(fromByteOffset: position, as: UInt8.self))
            case .uint16: Integer(exactly: base.loadUnaligned(fromByteOffset: position, as: UInt16.self))
            case .uint32: Integer(exactly: base.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            case .uint64: Integer(exactly: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            case .bool: throw .unexpected(tag: Tag.yes)
            case .float: throw .unexpected(tag: Tag.float)
            case .double: throw .unexpected(tag: Tag.double)
            }
        guard let result else {
            throw .outOfRange
        }
        return result
    }

    /// Reads one of packed numbers that are no integers, which must be of the type itself.
    func packedNumber<Number: PackedNumber>(
        _ type: Number.Type,
        _ element: PackedElement,
        at position: Int
    ) throws(Malformation) -> Number {
        try require(element.size, at: position)
        guard element == Number.packedElement else {
            throw .unexpected(tag: element.tag)
        }
        if Number.self == Bool.self {
            try checkBooleans(UnsafeRawBufferPointer(start: base + position, count: 1))
        }
        return base.loadUnaligned(fromByteOffset: position, as: Number.self)
    }

    /// One of packed numbers as a value with a tag, in a state of its own, for a type that wants a decoder.
    func loneNumber(
        _ element: PackedElement,
        at position: Int,
        extra: PathExtension?
    ) throws(Malformation) -> DecodingState {
        switch element {
        case .bool: lone(try packedNumber(Bool.self, element, at: position), extra)
        case .float: lone(try packedNumber(Float.self, element, at: position), extra)
        case .double: lone(try packedNumber(Double.self, element, at: position), extra)
        case .uint64: lone(try packedInteger(UInt64.self, element, at: position), extra)
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32:
            lone(try packedInteger(Int64.self, element, at: position), extra)
        }
    }

    private func lone(_ number: some PackedNumber, _ extra: PathExtension?) -> DecodingState {
        var bytes: [UInt8] = []
        let writer = EncodingState(takingOver: &bytes, limits: .default, userInfo: [:])
        number.write(to: writer)
        writer.finish(givingBack: &bytes, count: writer.count)
        return DecodingState(inside: self, extra: extra, owning: bytes)
    }
}

extension PackedElement {
    /// A tag that a lone number of this kind could have.
    var tag: UInt8 {
        switch self {
        case .bool: Tag.yes
        case .float: Tag.float
        case .double: Tag.double
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: Tag.positive
        }
    }
}
