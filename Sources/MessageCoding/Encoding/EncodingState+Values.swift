extension EncodingState {
    /// Writes any value at the end of the bytes.
    ///
    /// - Returns: Where it begins; `nil` for a known type, none of which is ever nil.
    @discardableResult
    func encode<T: Encodable>(_ value: T) throws -> Int? {
        let known = KnownType.of(T.self)
        if known.shape != .unknown {
            write(value, known: known)
            return nil
        }
        return try encodeOpaque(value)
    }

    /// Writes a value through its own `encode(to:)`.
    private func encodeOpaque<T: Encodable>(_ value: T) throws -> Int {
        if isFailed, let lateError {
            throw lateError
        }
        guard depth < limits.maximumDepth else {
            throw depthError(value)
        }
        pushFrame(isOptional: isOptional(T.self))
        let ownFrameCount = frameCount
        do {
            if isStringKeyedDictionary(T.self), let dictionary = value as? any WritableDictionary {
                try dictionary.write(to: self)
            } else {
                try value.encode(to: ValueEncoder(state: self, serial: serial))
            }
            return try popFrame()
        } catch {
            while frameCount > ownFrameCount {
                abandonFrame()
            }
            abandonFrame()
            throw error
        }
    }

    /// Writes a value that must not be taken for the absence of one.
    ///
    /// If it is written as nil itself, it is marked as one more level of optional.
    func encodeWrapped<T: Encodable>(_ value: T) throws {
        guard let start = try encode(value) else {
            return
        }
        let tag = base.load(fromByteOffset: start, as: UInt8.self)
        if tag == Tag.null || tag == Tag.wrappedNull {
            openGap(at: start, of: 1)
            base.storeBytes(of: Tag.wrappedNull, toByteOffset: start, as: UInt8.self)
        }
    }

    // MARK: Known types

    private func write<T>(_ value: T, known: KnownType) {
        switch known.shape {
        case .scalar: writeScalar(value, known.scalar)
        case .array, .contiguousArray: writeNumbers(value, known)
        case .stringArray: write(strings: unsafeBitCast(value, to: [String].self))
        case .dictionary: writeDictionary(value, known.scalar)
        case .unknown: break
        }
    }

    private func writeScalar<T>(_ value: T, _ scalar: KnownType.Scalar) {
        // The table of known types says that `T` is the type named here.
        switch scalar {
        case .bool: write(unsafeBitCast(value, to: Bool.self))
        case .int8: write(integer: unsafeBitCast(value, to: Int8.self))
        case .int16: write(integer: unsafeBitCast(value, to: Int16.self))
        case .int32: write(integer: unsafeBitCast(value, to: Int32.self))
        case .int64: write(integer: unsafeBitCast(value, to: Int64.self))
        case .int: write(integer: unsafeBitCast(value, to: Int.self))
        case .uint8: write(integer: unsafeBitCast(value, to: UInt8.self))
        case .uint16: write(integer: unsafeBitCast(value, to: UInt16.self))
        case .uint32: write(integer: unsafeBitCast(value, to: UInt32.self))
        case .uint64: write(integer: unsafeBitCast(value, to: UInt64.self))
        case .uint: write(integer: unsafeBitCast(value, to: UInt.self))
        case .float: write(unsafeBitCast(value, to: Float.self))
        case .double: write(unsafeBitCast(value, to: Double.self))
        case .string: write(unsafeBitCast(value, to: String.self))
        }
    }

    private func writeNumbers<T>(_ value: T, _ known: KnownType) {
        switch known.scalar {
        case .bool: writeNumbers(value, known.shape, of: Bool.self)
        case .int8: writeNumbers(value, known.shape, of: Int8.self)
        case .int16: writeNumbers(value, known.shape, of: Int16.self)
        case .int32: writeNumbers(value, known.shape, of: Int32.self)
        case .int64: writeNumbers(value, known.shape, of: Int64.self)
        case .int: writeNumbers(value, known.shape, of: Int.self)
        case .uint8: writeNumbers(value, known.shape, of: UInt8.self)
        case .uint16: writeNumbers(value, known.shape, of: UInt16.self)
        case .uint32: writeNumbers(value, known.shape, of: UInt32.self)
        case .uint64: writeNumbers(value, known.shape, of: UInt64.self)
        case .uint: writeNumbers(value, known.shape, of: UInt.self)
        case .float: writeNumbers(value, known.shape, of: Float.self)
        case .double: writeNumbers(value, known.shape, of: Double.self)
        case .string: break
        }
    }

    @inline(__always)
    private func writeNumbers<T, Number: PackedNumber>(
        _ value: T,
        _ shape: KnownType.Shape,
        of number: Number.Type
    ) {
        let element = Number.packedElement
        switch shape {
        case .array:
            unsafeBitCast(value, to: [Number].self).withUnsafeBytes { write(packed: $0, of: element) }
        case .contiguousArray:
            unsafeBitCast(value, to: ContiguousArray<Number>.self)
                .withUnsafeBytes { write(packed: $0, of: element) }
        case .unknown, .scalar, .stringArray, .dictionary:
            break
        }
    }

    private func write(strings: [String]) {
        pushFrame(isOptional: false)
        openContainer(.unkeyed)
        for string in strings {
            write(string)
        }
        frames[frameCount - 1].count = strings.count
        _ = closeFrame()
    }

    private func writeDictionary<T>(_ value: T, _ scalar: KnownType.Scalar) {
        switch scalar {
        case .int:
            writeDictionary(unsafeBitCast(value, to: [String: Int].self)) { state, value in
                state.write(integer: value)
            }
        case .double:
            writeDictionary(unsafeBitCast(value, to: [String: Double].self)) { state, value in
                state.write(value)
            }
        case .string:
            writeDictionary(unsafeBitCast(value, to: [String: String].self)) { state, value in
                state.write(value)
            }
        case .bool:
            writeDictionary(unsafeBitCast(value, to: [String: Bool].self)) { state, value in
                state.write(value)
            }
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .uint, .float:
            break
        }
    }

    @inline(__always)
    private func writeDictionary<Value>(
        _ dictionary: [String: Value],
        _ writeValue: (EncodingState, Value) -> Void
    ) {
        pushFrame(isOptional: false)
        openContainer(.keyed)
        for (key, value) in dictionary {
            write(key: key)
            writeValue(self, value)
        }
        _ = closeFrame()
    }
}
