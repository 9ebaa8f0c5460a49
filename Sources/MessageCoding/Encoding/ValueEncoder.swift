/// The encoder that a value's `encode(to:)` is handed.
///
/// Two words, so that it fits into an existential without an allocation.
struct ValueEncoder: Encoder {
    let state: EncodingState
    let serial: Int

    var codingPath: [any CodingKey] { state.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { state.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        let isTurn = serial == state.serial
        return state.keyedContainer(
            keyedBy: type,
            serial: isTurn ? state.openContainer(.keyed) : EncodingState.noTurn
        )
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        let isTurn = serial == state.serial
        return UnkeyedWriter(
            state: state,
            serial: isTurn ? state.openContainer(.unkeyed) : EncodingState.noTurn
        )
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        if serial == state.serial, state.frames[state.frameCount - 1].shape == .empty {
            state.frames[state.frameCount - 1].shape = .single
        }
        return SingleValueWriter(state: state, serial: serial)
    }
}

/// Writes one value.
struct SingleValueWriter: SingleValueEncodingContainer {
    let state: EncodingState
    let serial: Int

    var codingPath: [any CodingKey] { state.codingPath }

    mutating func encodeNil() throws {
        try state.beginSingle(serial: serial)
        state.writeNull()
    }

    mutating func encode(_ value: Bool) throws {
        try state.beginSingle(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: String) throws {
        try state.beginSingle(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Double) throws {
        try state.beginSingle(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Float) throws {
        try state.beginSingle(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Int) throws { try encode(integer: value) }
    mutating func encode(_ value: Int8) throws { try encode(integer: value) }
    mutating func encode(_ value: Int16) throws { try encode(integer: value) }
    mutating func encode(_ value: Int32) throws { try encode(integer: value) }
    mutating func encode(_ value: Int64) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt8) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt16) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt32) throws { try encode(integer: value) }
    mutating func encode(_ value: UInt64) throws { try encode(integer: value) }

    @inline(__always)
    private mutating func encode<Integer: FixedWidthInteger>(integer value: Integer) throws {
        try state.beginSingle(serial: serial)
        state.write(integer: value)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func encode(_ value: Int128) throws {
        try state.beginSingle(serial: serial)
        state.write(wide: value)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func encode(_ value: UInt128) throws {
        try state.beginSingle(serial: serial)
        state.write(wideMagnitude: value, isNegative: false)
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try state.beginSingle(serial: serial)
        do {
            if state.frames[state.frameCount - 1].isOptional {
                // An optional writes what it wraps here.
                try state.encodeWrapped(value)
            } else {
                try state.encode(value)
            }
        } catch {
            state.frames[state.frameCount - 1].count = 0
            throw error
        }
    }
}
