/// Reads items of an unkeyed container, or of packed numbers as if they were one.
struct UnkeyedReader: UnkeyedDecodingContainer {
    let state: DecodingState
    var position: Int
    let end: Int
    let itemCount: Int
    /// The kind of packed numbers; `nil` if every item is a value with a tag.
    let element: PackedElement?
    let extra: PathExtension?
    private(set) var currentIndex = 0
    /// The number of the message that this is part of.
    private let message: Int

    init(
        state: DecodingState,
        position: Int,
        end: Int,
        itemCount: Int,
        element: PackedElement?,
        extra: PathExtension?
    ) {
        self.state = state
        self.position = position
        self.end = end
        self.itemCount = itemCount
        self.element = element
        self.extra = extra
        message = state.message
    }

    var codingPath: [any CodingKey] { state.codingPath(extra) }
    var count: Int? { itemCount }
    var isAtEnd: Bool { position >= end }

    private func checkItem(_ type: Any.Type) throws {
        guard position < end, message == state.message else {
            throw DecodingError.valueNotFound(
                type,
                .init(
                    codingPath: codingPath + [IndexKey(currentIndex)],
                    debugDescription: "Expected \(type) as item \(currentIndex), but the container at "
                        + "\(describe(codingPath)) ends there."
                )
            )
        }
    }

    @inline(__always)
    private mutating func read<T>(
        _ type: T.Type,
        _ body: (DecodingState, inout Int) throws(Malformation) -> T,
        packed: (DecodingState, PackedElement, Int) throws(Malformation) -> T
    ) throws -> T {
        if position >= end || message != state.message {
            try checkItem(type)
        }
        do throws(Malformation) {
            var next = position
            let value: T
            if let element {
                value = try packed(state, element, position)
                next += element.size
            } else {
                value = try body(state, &next)
            }
            guard next <= end else {
                throw .truncated
            }
            position = next
            currentIndex += 1
            return value
        } catch {
            throw state.error(
                error,
                expecting: type,
                at: position,
                extra: extra,
                key: IndexKey(currentIndex)
            )
        }
    }

    @inline(__always)
    private mutating func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        try read(type) { state, position throws(Malformation) in
            try state.readInteger(type, at: &position)
        } packed: { state, element, position throws(Malformation) in
            try state.packedInteger(type, element, at: position)
        }
    }

    mutating func decodeNil() throws -> Bool {
        try checkItem(UnkeyedContainer.self)
        guard element == nil, state.readNull(at: &position) else {
            return false
        }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        try read(type) { state, position throws(Malformation) in
            try state.readBool(at: &position)
        } packed: { state, element, position throws(Malformation) in
            try state.packedNumber(type, element, at: position)
        }
    }

    mutating func decode(_ type: String.Type) throws -> String {
        try read(type) { state, position throws(Malformation) in
            try state.readString(at: &position)
        } packed: { _, element, _ throws(Malformation) in
            throw .unexpected(tag: element.tag)
        }
    }

    mutating func decode(_ type: Double.Type) throws -> Double {
        try read(type) { state, position throws(Malformation) in
            try state.readDouble(at: &position)
        } packed: { state, element, position throws(Malformation) in
            try state.packedNumber(type, element, at: position)
        }
    }

    mutating func decode(_ type: Float.Type) throws -> Float {
        try read(type) { state, position throws(Malformation) in
            try state.readFloat(at: &position)
        } packed: { state, element, position throws(Malformation) in
            try state.packedNumber(type, element, at: position)
        }
    }

    mutating func decode(_ type: Int.Type) throws -> Int { try readInteger(type) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try readInteger(type) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try readInteger(type) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try readInteger(type) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try readInteger(type) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try readInteger(type) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try readInteger(type) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try readInteger(type) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try readInteger(type) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try readInteger(type) }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try readWideInteger(type) }
    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try readWideInteger(type) }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    private mutating func readWideInteger<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws -> Integer {
        try read(type) { state, position throws(Malformation) in
            try state.readWideInteger(type, at: &position)
        } packed: { state, element, position throws(Malformation) in
            try state.packedInteger(type, element, at: position)
        }
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try checkItem(type)
        if let element {
            let lone = try loneNumber(element)
            defer { lone.discard() }
            var start = 0
            let value = try lone.decode(
                type,
                at: &start,
                upTo: lone.end,
                extra: nil,
                key: IndexKey(currentIndex)
            )
            position += element.size
            currentIndex += 1
            return value
        }
        let value = try state.decode(
            type,
            at: &position,
            upTo: end,
            extra: extra,
            key: IndexKey(currentIndex)
        )
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let (start, next, inner) = try enter(KeyedContainer.self)
        let container = try state.keyedContainer(keyedBy: type, at: start, extra: inner)
        advance(to: next)
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let (start, next, inner) = try enter(UnkeyedContainer.self)
        let container = try state.unkeyedReader(at: start, extra: inner)
        advance(to: next)
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        if let element {
            try checkItem(UnkeyedContainer.self)
            let lone = try loneNumber(element)
            state.contents.pointee.inner.append(lone)
            advance(to: position + element.size)
            return ValueDecoder(state: lone, position: 0, isOptional: false, extra: nil)
        }
        let (start, next, inner) = try enter(KeyedContainer.self)
        advance(to: next)
        return ValueDecoder(state: state, position: start, isOptional: false, extra: inner)
    }

    private mutating func advance(to next: Int) {
        position = next
        currentIndex += 1
    }

    private func loneNumber(_ element: PackedElement) throws -> DecodingState {
        do throws(Malformation) {
            return try state.loneNumber(element, at: position, extra: extra)
        } catch {
            throw state.error(
                error,
                expecting: UnkeyedContainer.self,
                at: position,
                extra: extra,
                key: IndexKey(currentIndex)
            )
        }
    }

    /// Finds what a container within this one is to read, and checks that it lies within.
    private func enter<Container>(
        _ type: Container.Type
    ) throws -> (start: Int, next: Int, extra: PathExtension) {
        try checkItem(type)
        let inner = PathExtension(outer: extra, key: IndexKey(currentIndex))
        do throws(Malformation) {
            if let element {
                throw .unexpected(tag: element.tag)
            }
            guard state.depth + inner.depth <= state.maximumDepth else {
                throw .tooDeep
            }
            let next = try state.endOfValue(at: position)
            guard next <= end else {
                throw .truncated
            }
            return (position, next, inner)
        } catch {
            throw state.error(error, expecting: type, at: position, extra: inner, key: nil)
        }
    }
}
