/// A value of the standard library that is written and read without going through its `Codable` conformance.
///
/// Nobody can give these types another conformance, so what is written is what theirs would have written, or a packed form
/// that they can read as well.
protocol PlainValue: Sendable {
    /// How many values lie within one another here, as the limit of depth counts them: plain containers of scalars do not count.
    static var levels: Int { get }

    func write(to state: EncodingState)

    /// Reads a value that was written as above; what was not is of `otherForm`.
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> Self

    /// Writes an array of such values.
    static func write(array: UnsafeBufferPointer<Self>, to state: EncodingState)

    /// Reads an array of such values.
    static func readArray(from state: DecodingState, at position: inout Int) throws(Malformation) -> [Self]
}

extension PlainValue {
    static var levels: Int { -1 }

    @inline(__always)
    static func write(array: UnsafeBufferPointer<Self>, to state: EncodingState) {
        state.beginPlainContainer(.unkeyed, count: array.count)
        for index in array.indices {
            array[index].write(to: state)
        }
        state.closeFrame()
    }

    @inline(__always)
    static func readArray(from state: DecodingState, at position: inout Int) throws(Malformation) -> [Self] {
        guard let extent = try state.unkeyedExtent(at: position) else {
            throw .otherForm
        }
        var items: [Self] = []
        items.reserveCapacity(extent.count)
        var next = extent.start
        while next < extent.end {
            items.append(try Self.read(from: state, at: &next))
        }
        guard next == extent.end else {
            throw .truncated
        }
        position = next
        return items
    }
}

// MARK: Scalars

extension PackedNumber {
    @inline(__always)
    static func write(array: UnsafeBufferPointer<Self>, to state: EncodingState) {
        state.write(packed: UnsafeRawBufferPointer(array), of: packedElement)
    }

    @inline(__always)
    static func readArray(from state: DecodingState, at position: inout Int) throws(Malformation) -> [Self] {
        try state.readNumbers(Self.self, at: &position)
    }
}

extension PlainValue where Self: FixedWidthInteger {
    @inline(__always)
    func write(to state: EncodingState) {
        state.write(integer: self)
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> Self {
        try state.readInteger(Self.self, at: &position)
    }
}

extension Bool {
    @inline(__always)
    func write(to state: EncodingState) {
        state.write(self)
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> Bool {
        try state.readBool(at: &position)
    }
}

extension Float {
    @inline(__always)
    func write(to state: EncodingState) {
        state.write(self)
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> Float {
        try state.readFloat(at: &position)
    }
}

extension Double {
    @inline(__always)
    func write(to state: EncodingState) {
        state.write(self)
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> Double {
        try state.readDouble(at: &position)
    }
}

extension String: PlainValue {
    @inline(__always)
    func write(to state: EncodingState) {
        state.write(self)
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> String {
        try state.readString(at: &position)
    }

    static func readArray(from state: DecodingState, at position: inout Int) throws(Malformation) -> [String]
    {
        try state.readStrings(at: &position)
    }

    @inline(__always)
    static func write(array: UnsafeBufferPointer<String>, to state: EncodingState) {
        var size = 0
        for index in array.indices {
            size += array[index].utf8.count
        }
        if size >= EncodingState.largeBlockSize {
            state.prepareForLargeBlock()
        }
        state.beginPlainContainer(.unkeyed, count: array.count)
        // With room for all, nothing below can change the strings, and so none need be retained.
        state.reserve(size + array.count * EncodingState.textHeaderSize)
        for index in array.indices {
            withBytes(of: array[index]) { state.store(text: $0) }
        }
        state.closeFrame()
    }
}

// MARK: Containers

extension Array: PlainValue where Element: PlainValue {
    static var levels: Int { Element.levels + 1 }

    @inline(__always)
    func write(to state: EncodingState) {
        withUnsafeBufferPointer { Element.write(array: $0, to: state) }
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> [Element] {
        try Element.readArray(from: state, at: &position)
    }
}

extension ContiguousArray: PlainValue where Element: PlainValue {
    static var levels: Int { Element.levels + 1 }

    @inline(__always)
    func write(to state: EncodingState) {
        withUnsafeBufferPointer { Element.write(array: $0, to: state) }
    }

    @inline(__always)
    static func read(
        from state: DecodingState,
        at position: inout Int
    ) throws(Malformation) -> ContiguousArray<Element> {
        // The two share their memory.
        ContiguousArray(try Element.readArray(from: state, at: &position))
    }
}

extension Dictionary: PlainValue where Key == String, Value: PlainValue {
    static var levels: Int { Value.levels + 1 }

    @inline(__always)
    func write(to state: EncodingState) {
        state.beginPlainContainer(.keyed, count: count)
        for (key, value) in self {
            state.write(key: key)
            value.write(to: state)
        }
        state.closeFrame()
    }

    @inline(__always)
    static func read(from state: DecodingState, at position: inout Int) throws(Malformation) -> [String:
        Value]
    {
        guard let extent = try state.keyedExtent(at: position) else {
            throw .otherForm
        }
        var dictionary = Self(minimumCapacity: try state.entryCount(from: extent.start, to: extent.end))
        var next = extent.start
        while next < extent.end {
            let size = try state.variableLength(at: &next)
            let key = try state.text(at: next, size: size)
            next += size
            dictionary[key] = try Value.read(from: state, at: &next)
        }
        guard next == extent.end else {
            throw .truncated
        }
        position = next
        return dictionary
    }
}
