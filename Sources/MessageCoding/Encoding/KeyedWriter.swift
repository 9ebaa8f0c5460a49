/// Writes entries of a keyed container.
struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let state: EncodingState
    private let ownSerial: Int
    private let slot: Int

    /// Makes one whose serial number is found in a slot, if it is to be used again for others.
    init(state: EncodingState, serial: Int, slot: Int?) {
        self.state = state
        ownSerial = serial
        self.slot = slot ?? -1
    }

    @inline(__always)
    private var serial: Int {
        slot < 0 ? ownSerial : state.contents.pointee.containers.place(at: slot)
    }

    var codingPath: [any CodingKey] { state.codingPath }

    mutating func encodeNil(forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.writeNull()
    }

    mutating func encode(_ value: Bool, forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: String, forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Double, forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Float, forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Int, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { try encode(integer: value, key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { try encode(integer: value, key) }

    @inline(__always)
    private mutating func encode<Integer: FixedWidthInteger>(integer value: Integer, _ key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(integer: value)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func encode(_ value: Int128, forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(wide: value)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func encode(_ value: UInt128, forKey key: Key) throws {
        try state.beginEntry(key, serial: serial)
        state.write(wideMagnitude: value, isNegative: false)
    }

    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try state.encodeEntry(value, forKey: key, serial: serial, isWrapped: false)
    }

    mutating func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        guard let value else {
            return
        }
        try state.encodeEntry(value, forKey: key, serial: serial, isWrapped: true)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        let inner = innerEncoder(forKey: key, shape: .keyed)
        return inner.container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let inner = innerEncoder(forKey: key, shape: .unkeyed)
        return inner.unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        innerEncoder(forKey: SuperKey(), shape: nil)
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        innerEncoder(forKey: key, shape: nil)
    }

    /// An encoder for what is written under `key`: for the container that is there if it is asked for by shape.
    private func innerEncoder(forKey key: some CodingKey, shape: EncodingState.Frame.Shape?) -> ValueEncoder {
        let serial = serial
        if let shape,
            let known = state.innerState(frameSerial: serial, key: key.stringValue, shape: shape)
        {
            return ValueEncoder(state: known, serial: known.serial)
        }
        return state.makeInnerEncoder(serial: serial, key: key) {
            try state.beginEntry(key, serial: serial)
        }
    }
}
