/// The decoder that a type's `init(from:)` is handed.
///
/// Three words, so that it fits into an existential without an allocation.
struct ValueDecoder: Decoder {
    let state: DecodingState
    let extra: PathExtension?
    /// A position, which no address space makes longer than 47 bits, 16 bits of the message's number, and a bit for `isOptional`.
    private let place: UInt64

    init(state: DecodingState, position: Int, isOptional: Bool, extra: PathExtension?) {
        self.state = state
        self.extra = extra
        let message = UInt64(UInt16(truncatingIfNeeded: state.message))
        place = message << 48 | UInt64(position) << 1 | (isOptional ? 1 : 0)
    }

    /// Where the value begins; beyond the end if the message is not being read any more.
    var position: Int {
        guard UInt16(truncatingIfNeeded: place >> 48) == UInt16(truncatingIfNeeded: state.message) else {
            return KeyedExtent.none.start
        }
        return Int(truncatingIfNeeded: (place >> 1) & (1 << 47 - 1))
    }

    /// Whether the type that is being decoded is an optional.
    var isOptional: Bool { place & 1 == 1 }

    var codingPath: [any CodingKey] { state.codingPath(extra) }
    var userInfo: [CodingUserInfoKey: Any] { state.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try state.keyedContainer(keyedBy: type, at: position, extra: extra)
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try state.unkeyedReader(at: position, extra: extra)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleValueReader(decoder: self)
    }
}

/// Stands for the type in an error about a container that was opened by hand.
enum KeyedContainer {}
/// Stands for the type in an error about a container that was opened by hand.
enum UnkeyedContainer {}

extension DecodingState {
    func keyedContainer<Key: CodingKey>(
        keyedBy type: Key.Type,
        at position: Int,
        extra: PathExtension?
    ) throws -> KeyedDecodingContainer<Key> {
        let extent: KeyedExtent
        do throws(Malformation) {
            guard let found = try keyedExtent(at: position) else {
                throw .unexpected(tag: try byte(at: position))
            }
            extent = KeyedExtent(start: found.start, end: found.end, message: message)
        } catch {
            let type = extra == nil ? contents.pointee.currentType : KeyedContainer.self
            throw self.error(error, expecting: type, at: position, extra: extra, key: nil)
        }
        let keyType = ObjectIdentifier(type)
        let slot = contents.pointee.containers.slot(keyedBy: keyType, level: depth)
        if extra == nil, let kept = contents.pointee.containers.reuse(slot, keyedBy: keyType, for: extent) {
            return kept.container()
        }
        return makeKeyedContainer(keyedBy: type, extent, slot: slot, extra: extra)
    }

    @inline(never)
    private func makeKeyedContainer<Key: CodingKey>(
        keyedBy type: Key.Type,
        _ extent: KeyedExtent,
        slot: Int,
        extra: PathExtension?
    ) -> KeyedDecodingContainer<Key> {
        let cache = contents.pointee.containers
        guard extra == nil, cache.isFree(slot) else {
            return KeyedDecodingContainer(
                KeyedReader<Key>(state: self, extent: extent, slot: nil, extra: extra)
            )
        }
        let container = KeyedDecodingContainer(
            KeyedReader<Key>(state: self, extent: extent, slot: slot, extra: nil)
        )
        cache.keep(container, in: slot, keyedBy: ObjectIdentifier(type), for: extent)
        return container
    }

    func unkeyedReader(at position: Int, extra: PathExtension?) throws -> UnkeyedReader {
        do throws(Malformation) {
            let tag = try byte(at: position)
            if tag == Tag.packed {
                var next = position + 1
                let (element, count) = try packedHeader(at: &next)
                let end = next + count * element.size
                return UnkeyedReader(
                    state: self,
                    position: next,
                    end: end,
                    itemCount: count,
                    element: element,
                    extra: extra
                )
            }
            guard let extent = try unkeyedExtent(at: position) else {
                throw .unexpected(tag: tag)
            }
            return UnkeyedReader(
                state: self,
                position: extent.start,
                end: extent.end,
                itemCount: extent.count,
                element: nil,
                extra: extra
            )
        } catch {
            let type = extra == nil ? contents.pointee.currentType : UnkeyedContainer.self
            throw self.error(error, expecting: type, at: position, extra: extra, key: nil)
        }
    }
}

/// Reads one value.
struct SingleValueReader: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        var position = decoder.position
        return decoder.state.readNull(at: &position)
    }

    @inline(__always)
    private func read<T>(
        _ type: T.Type,
        _ body: (DecodingState, inout Int) throws(Malformation) -> T
    ) throws -> T {
        var position = decoder.position
        do throws(Malformation) {
            return try body(decoder.state, &position)
        } catch {
            throw decoder.state.error(
                error,
                expecting: type,
                at: decoder.position,
                extra: decoder.extra,
                key: nil
            )
        }
    }

    @inline(__always)
    private func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        try read(type) { state, position throws(Malformation) in
            try state.readInteger(type, at: &position)
        }
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        try read(type) { state, position throws(Malformation) in try state.readBool(at: &position) }
    }

    func decode(_ type: String.Type) throws -> String {
        try read(type) { state, position throws(Malformation) in try state.readString(at: &position) }
    }

    func decode(_ type: Double.Type) throws -> Double {
        try read(type) { state, position throws(Malformation) in try state.readDouble(at: &position) }
    }

    func decode(_ type: Float.Type) throws -> Float {
        try read(type) { state, position throws(Malformation) in try state.readFloat(at: &position) }
    }

    func decode(_ type: Int.Type) throws -> Int { try readInteger(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try readInteger(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try readInteger(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try readInteger(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try readInteger(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try readInteger(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try readInteger(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try readInteger(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try readInteger(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try readInteger(type) }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func decode(_ type: Int128.Type) throws -> Int128 {
        try read(type) { state, position throws(Malformation) in
            try state.readWideInteger(type, at: &position)
        }
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func decode(_ type: UInt128.Type) throws -> UInt128 {
        try read(type) { state, position throws(Malformation) in
            try state.readWideInteger(type, at: &position)
        }
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        var position = decoder.position
        if decoder.isOptional {
            // An optional reads what it wraps here.
            position = decoder.state.skipWrapping(at: position)
        }
        return try decoder.state.decode(
            type,
            at: &position,
            upTo: decoder.state.end,
            extra: decoder.extra,
            key: nil
        )
    }
}

extension DecodingState {
    /// Goes past the mark of one more level of optional, if there is one.
    @inline(__always)
    func skipWrapping(at position: Int) -> Int {
        if position < end, base.load(fromByteOffset: position, as: UInt8.self) == Tag.wrappedNull {
            return position + 1
        }
        return position
    }
}
