/// Reads entries of a keyed container.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let state: DecodingState
    let start: Int
    let end: Int
    let extra: PathExtension?

    var codingPath: [any CodingKey] { state.codingPath(extra) }

    var allKeys: [Key] {
        do throws(Malformation) {
            return try state.keys(from: start, to: end).compactMap { Key(stringValue: $0) }
        } catch {
            state.lateMalformation = error
            return []
        }
    }

    func contains(_ key: Key) -> Bool {
        do throws(Malformation) {
            return try state.find(key, from: start, to: end) != nil
        } catch {
            state.lateMalformation = error
            return false
        }
    }

    /// Where the value for `key` begins.
    private func position(_ key: some CodingKey, expecting type: Any.Type) throws -> Int {
        guard let position = try positionIfPresent(key, expecting: type) else {
            throw DecodingError.keyNotFound(
                key,
                .init(
                    codingPath: codingPath,
                    debugDescription: "There is no value for the key \(key.stringValue) "
                        + "at \(describe(codingPath)), where \(type) was expected."
                )
            )
        }
        return position
    }

    @inline(__always)
    private func positionIfPresent(_ key: some CodingKey, expecting type: Any.Type) throws -> Int? {
        do throws(Malformation) {
            return try state.find(key, from: start, to: end)
        } catch {
            throw state.error(error, expecting: KeyedContainer.self, at: start, extra: extra, key: key)
        }
    }

    /// Says that the next entry begins at `position`.
    @inline(__always)
    private func advance(to position: Int) {
        state.hintOwner = start
        state.hint = position
    }

    @inline(__always)
    private func read<T>(
        _ type: T.Type,
        _ key: Key,
        _ body: (DecodingState, inout Int) throws(Malformation) -> T
    ) throws -> T {
        let start = try position(key, expecting: type)
        var next = start
        do throws(Malformation) {
            let value = try body(state, &next)
            guard next <= end else {
                throw .truncated
            }
            advance(to: next)
            return value
        } catch {
            throw state.error(error, expecting: type, at: start, extra: extra, key: key)
        }
    }

    @inline(__always)
    private func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type, _ key: Key) throws -> Integer {
        try read(type, key) { state, position throws(Malformation) in
            try state.readInteger(type, at: &position)
        }
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        var next = try position(key, expecting: KeyedContainer.self)
        guard state.readNull(at: &next) else {
            return false
        }
        advance(to: next)
        return true
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try read(type, key) { state, position throws(Malformation) in try state.readBool(at: &position) }
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try read(type, key) { state, position throws(Malformation) in try state.readString(at: &position) }
    }

    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try read(type, key) { state, position throws(Malformation) in try state.readDouble(at: &position) }
    }

    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        try read(type, key) { state, position throws(Malformation) in try state.readFloat(at: &position) }
    }

    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try readInteger(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try readInteger(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try readInteger(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try readInteger(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try readInteger(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try readInteger(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try readInteger(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try readInteger(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try readInteger(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try readInteger(type, key) }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try read(type, key) { state, position throws(Malformation) in
            try state.readWideInteger(type, at: &position)
        }
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try read(type, key) { state, position throws(Malformation) in
            try state.readWideInteger(type, at: &position)
        }
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        var next = try position(key, expecting: type)
        let value = try state.decode(type, at: &next, upTo: end, extra: extra, key: key)
        advance(to: next)
        return value
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard var next = try positionIfPresent(key, expecting: type) else {
            return nil
        }
        if state.readNull(at: &next) {
            advance(to: next)
            return nil
        }
        next = state.skipWrapping(at: next)
        let value = try state.decode(type, at: &next, upTo: end, extra: extra, key: key)
        advance(to: next)
        return value
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let (position, extra) = try enter(key, expecting: KeyedContainer.self)
        return KeyedDecodingContainer(try state.keyedReader(keyedBy: type, at: position, extra: extra))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        let (position, extra) = try enter(key, expecting: UnkeyedContainer.self)
        return try state.unkeyedReader(at: position, extra: extra)
    }

    func superDecoder() throws -> any Decoder {
        let (position, extra) = try enter(SuperKey(), expecting: KeyedContainer.self)
        return ValueDecoder(state: state, position: position, isOptional: false, extra: extra)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        let (position, extra) = try enter(key, expecting: KeyedContainer.self)
        return ValueDecoder(state: state, position: position, isOptional: false, extra: extra)
    }

    /// Finds what a container within this one is to read, and checks that it lies within.
    private func enter(
        _ key: some CodingKey,
        expecting type: Any.Type
    ) throws -> (position: Int, extra: PathExtension) {
        let position = try position(key, expecting: type)
        let inner = PathExtension(outer: extra, key: key)
        do throws(Malformation) {
            guard state.depth + inner.depth <= state.limits.maximumDepth else {
                throw .tooDeep
            }
            let next = try state.endOfValue(at: position)
            guard next <= end else {
                throw .truncated
            }
            advance(to: next)
        } catch {
            throw state.error(error, expecting: KeyedContainer.self, at: position, extra: inner, key: nil)
        }
        return (position, inner)
    }
}
