/// Writes items of an unkeyed container.
struct UnkeyedWriter: UnkeyedEncodingContainer {
    let state: EncodingState
    let serial: Int

    var codingPath: [any CodingKey] { state.codingPath }

    var count: Int {
        serial == state.serial && state.frameCount > 0 ? state.frames[state.frameCount - 1].count : 0
    }

    mutating func encodeNil() throws {
        try state.beginItem(serial: serial)
        state.writeNull()
    }

    mutating func encode(_ value: Bool) throws {
        try state.beginItem(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: String) throws {
        try state.beginItem(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Double) throws {
        try state.beginItem(serial: serial)
        state.write(value)
    }

    mutating func encode(_ value: Float) throws {
        try state.beginItem(serial: serial)
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
        try state.beginItem(serial: serial)
        state.write(integer: value)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func encode(_ value: Int128) throws {
        try state.beginItem(serial: serial)
        state.write(wide: value)
    }

    @available(macOS 15, iOS 18, tvOS 18, watchOS 11, visionOS 2, *)
    mutating func encode(_ value: UInt128) throws {
        try state.beginItem(serial: serial)
        state.write(wideMagnitude: value, isNegative: false)
    }

    mutating func encode<T: Encodable>(_ value: T) throws {
        try state.encodeItem(value, serial: serial)
    }

    // MARK: Runs of numbers, as `Foundation.Data` writes its bytes

    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Bool {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Int {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Int8 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Int16 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Int32 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Int64 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == UInt {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == UInt8 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == UInt16 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == UInt32 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == UInt64 {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Float {
        try state.encodeItems(sequence, serial: serial)
    }
    mutating func encode<S: Sequence>(contentsOf sequence: S) throws where S.Element == Double {
        try state.encodeItems(sequence, serial: serial)
    }

    // MARK: Containers within

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy keyType: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        innerEncoder().container(keyedBy: keyType)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        innerEncoder().unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        innerEncoder()
    }

    private func innerEncoder() -> ValueEncoder {
        state.makeInnerEncoder(serial: serial, key: nil) {
            try state.beginItem(serial: serial)
        }
    }
}
