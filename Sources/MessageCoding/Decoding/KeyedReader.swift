/// Where the entries of a keyed container are.
struct KeyedExtent {
    var start: Int
    var end: Int
    /// The number of the message that it is in.
    var message: Int

    /// What a container finds after its turn: beyond the end of every message.
    static let none = KeyedExtent(start: .max / 2, end: .max / 2 + 1, message: -1)
}

/// Reads entries of a keyed container.
struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let state: DecodingState
    private let ownExtent: KeyedExtent
    private let slot: Int
    let extra: PathExtension?

    /// Makes one whose extent is found in a slot, if it is to be used again for others.
    init(state: DecodingState, extent: KeyedExtent, slot: Int?, extra: PathExtension?) {
        self.state = state
        ownExtent = extent
        self.slot = slot ?? -1
        self.extra = extra
    }

    /// What this container reads.
    @inline(__always)
    private var extent: KeyedExtent {
        let extent = slot < 0 ? ownExtent : state.contents.pointee.containers.place(at: slot)
        return extent.message == state.message ? extent : .none
    }

    var codingPath: [any CodingKey] { state.codingPath(extra) }

    var allKeys: [Key] {
        let extent = extent
        do throws(Malformation) {
            return try state.keys(from: extent.start, to: extent.end).compactMap { Key(stringValue: $0) }
        } catch {
            note(error, in: extent)
            return []
        }
    }

    func contains(_ key: Key) -> Bool {
        let extent = extent
        do throws(Malformation) {
            return try state.find(key, from: extent.start, to: extent.end) != nil
        } catch {
            note(error, in: extent)
            return false
        }
    }

    /// Keeps an error that cannot be thrown, unless it is that this container is used after its turn.
    private func note(_ malformation: Malformation, in extent: KeyedExtent) {
        if extent.message == state.message {
            state.contents.pointee.lateMalformation = malformation
        }
    }

    /// Where the value for `key` begins.
    @inline(__always)
    private func position(_ key: some CodingKey, in extent: KeyedExtent, expecting type: Any.Type) throws
        -> Int
    {
        guard let position = try positionIfPresent(key, in: extent) else {
            throw missing(key, expecting: type)
        }
        return position
    }

    @inline(never)
    private func missing(_ key: some CodingKey, expecting type: Any.Type) -> DecodingError {
        .keyNotFound(
            key,
            .init(
                codingPath: codingPath,
                debugDescription: "There is no value for the key \(key.stringValue) "
                    + "at \(describe(codingPath)), where \(type) was expected."
            )
        )
    }

    @inline(__always)
    private func positionIfPresent(_ key: some CodingKey, in extent: KeyedExtent) throws -> Int? {
        do throws(Malformation) {
            return try state.find(key, from: extent.start, to: extent.end)
        } catch {
            throw state.error(error, expecting: KeyedContainer.self, at: extent.start, extra: extra, key: key)
        }
    }

    /// Says that the next entry begins at `position`.
    @inline(__always)
    private func advance(to position: Int, in extent: KeyedExtent) {
        state.contents.pointee.hintOwner = extent.start
        state.contents.pointee.hint = position
    }

    @inline(__always)
    private func read<T>(
        _ type: T.Type,
        _ key: Key,
        _ body: (DecodingState, inout Int) throws(Malformation) -> T
    ) throws -> T {
        let extent = extent
        let start = try position(key, in: extent, expecting: type)
        var next = start
        do throws(Malformation) {
            let value = try body(state, &next)
            guard next <= extent.end else {
                throw .truncated
            }
            advance(to: next, in: extent)
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
        let extent = extent
        var next = try position(key, in: extent, expecting: KeyedContainer.self)
        guard state.readNull(at: &next) else {
            return false
        }
        advance(to: next, in: extent)
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
        let extent = extent
        var next = try position(key, in: extent, expecting: type)
        let value = try state.decode(type, at: &next, upTo: extent.end, extra: extra, key: key)
        advance(to: next, in: extent)
        return value
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        let extent = extent
        guard var next = try positionIfPresent(key, in: extent) else {
            return nil
        }
        if state.readNull(at: &next) {
            advance(to: next, in: extent)
            return nil
        }
        next = state.skipWrapping(at: next)
        let value = try state.decode(type, at: &next, upTo: extent.end, extra: extra, key: key)
        advance(to: next, in: extent)
        return value
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let (position, extra) = try enter(key, expecting: KeyedContainer.self)
        return try state.keyedContainer(keyedBy: type, at: position, extra: extra)
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
        let extent = extent
        let position = try position(key, in: extent, expecting: type)
        let inner = PathExtension(outer: extra, key: key)
        do throws(Malformation) {
            guard state.depth + inner.depth <= state.maximumDepth else {
                throw .tooDeep
            }
            let next = try state.endOfValue(at: position)
            guard next <= extent.end else {
                throw .truncated
            }
            advance(to: next, in: extent)
        } catch {
            throw state.error(error, expecting: KeyedContainer.self, at: position, extra: inner, key: nil)
        }
        return (position, inner)
    }
}
