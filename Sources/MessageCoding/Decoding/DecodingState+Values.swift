extension DecodingState {
    /// Reads any value: from `position`, which then is where it ends, but not beyond `limit`.
    ///
    /// The container that it lies in is at `extra`, if it was opened by hand, and `key` is its place there.
    @inline(__always)
    func decode<T: Decodable>(
        _ type: T.Type,
        at position: inout Int,
        upTo limit: Int,
        extra: PathExtension?,
        key: @autoclosure () -> (any CodingKey)?
    ) throws -> T {
        let known = KnownType.of(T.self)
        if known.shape != .unknown {
            do throws(Malformation) {
                var next = position
                let value = try read(type, known, at: &next)
                guard next <= limit else {
                    throw .truncated
                }
                position = next
                return value
            } catch {
                // Written otherwise: the type's own `init(from:)` can read it.
                guard case .otherForm = error else {
                    throw self.error(error, expecting: type, at: position, extra: extra, key: key())
                }
            }
        }
        return try decodeOpaque(type, at: &position, upTo: limit, extra: extra, key: key())
    }

    /// Reads a value through its own `init(from:)`.
    private func decodeOpaque<T: Decodable>(
        _ type: T.Type,
        at position: inout Int,
        upTo limit: Int,
        extra: PathExtension?,
        key: (any CodingKey)?
    ) throws -> T {
        let next: Int
        let bytes: UnsafeRawBufferPointer?
        do throws(Malformation) {
            next = try endOfValue(at: position)
            bytes = try longBytes(at: position)
            guard next <= limit else {
                throw .truncated
            }
            guard depth + (extra?.depth ?? 0) < limits.maximumDepth else {
                throw .tooDeep
            }
        } catch {
            throw self.error(error, expecting: type, at: position, extra: extra, key: key)
        }
        if let bytes, ByteCollection.isData(type), let value = ByteCollection.make(type, of: bytes) {
            position = next
            return value
        }
        let outerCount = path.count
        extra?.append(to: &path)
        if let key {
            path.append(key)
        }
        let outerDepth = depth
        let outerType = currentType
        currentType = type
        depth += 1 + (extra?.depth ?? 0)
        defer {
            depth = outerDepth
            currentType = outerType
            while path.count > outerCount {
                path.removeLast()
            }
        }
        if isStringKeyedDictionary(type), let dictionary = type as? any ReadableDictionary.Type,
            let value = try dictionary.read(from: self, at: position) as? T
        {
            position = next
            return value
        }
        let decoder = ValueDecoder(state: self, position: position, isOptional: isOptional(type), extra: nil)
        let value = try T(from: decoder)
        position = next
        return value
    }

    // MARK: Known types

    /// Reads a value of a known type.
    ///
    /// Nothing here returns an optional of a generic type, whose metadata would have to be looked up each time.
    private func read<T>(
        _ type: T.Type,
        _ known: KnownType,
        at position: inout Int
    ) throws(Malformation) -> T {
        switch known.shape {
        case .scalar: return try readScalar(type, known.scalar, at: &position)
        case .array, .contiguousArray: return try readNumbers(type, known, at: &position)
        case .stringArray: return unsafeBitCast(try readStrings(at: &position), to: type)
        case .dictionary: return try readDictionary(type, known.scalar, at: &position)
        case .unknown: throw .otherForm
        }
    }

    private func readScalar<T>(
        _ type: T.Type,
        _ scalar: KnownType.Scalar,
        at position: inout Int
    ) throws(Malformation) -> T {
        // The table of known types says that `T` is the type named here.
        switch scalar {
        case .bool: unsafeBitCast(try readBool(at: &position), to: type)
        case .int8: unsafeBitCast(try readInteger(Int8.self, at: &position), to: type)
        case .int16: unsafeBitCast(try readInteger(Int16.self, at: &position), to: type)
        case .int32: unsafeBitCast(try readInteger(Int32.self, at: &position), to: type)
        case .int64: unsafeBitCast(try readInteger(Int64.self, at: &position), to: type)
        case .int: unsafeBitCast(try readInteger(Int.self, at: &position), to: type)
        case .uint8: unsafeBitCast(try readInteger(UInt8.self, at: &position), to: type)
        case .uint16: unsafeBitCast(try readInteger(UInt16.self, at: &position), to: type)
        case .uint32: unsafeBitCast(try readInteger(UInt32.self, at: &position), to: type)
        case .uint64: unsafeBitCast(try readInteger(UInt64.self, at: &position), to: type)
        case .uint: unsafeBitCast(try readInteger(UInt.self, at: &position), to: type)
        case .float: unsafeBitCast(try readFloat(at: &position), to: type)
        case .double: unsafeBitCast(try readDouble(at: &position), to: type)
        case .string: unsafeBitCast(try readString(at: &position), to: type)
        }
    }

    private func readNumbers<T>(
        _ type: T.Type,
        _ known: KnownType,
        at position: inout Int
    ) throws(Malformation) -> T {
        switch known.scalar {
        case .bool: try readNumbers(type, known.shape, of: Bool.self, at: &position)
        case .int8: try readNumbers(type, known.shape, of: Int8.self, at: &position)
        case .int16: try readNumbers(type, known.shape, of: Int16.self, at: &position)
        case .int32: try readNumbers(type, known.shape, of: Int32.self, at: &position)
        case .int64: try readNumbers(type, known.shape, of: Int64.self, at: &position)
        case .int: try readNumbers(type, known.shape, of: Int.self, at: &position)
        case .uint8: try readNumbers(type, known.shape, of: UInt8.self, at: &position)
        case .uint16: try readNumbers(type, known.shape, of: UInt16.self, at: &position)
        case .uint32: try readNumbers(type, known.shape, of: UInt32.self, at: &position)
        case .uint64: try readNumbers(type, known.shape, of: UInt64.self, at: &position)
        case .uint: try readNumbers(type, known.shape, of: UInt.self, at: &position)
        case .float: try readNumbers(type, known.shape, of: Float.self, at: &position)
        case .double: try readNumbers(type, known.shape, of: Double.self, at: &position)
        case .string: throw .otherForm
        }
    }

    @inline(__always)
    private func readNumbers<T, Number: PackedNumber>(
        _ type: T.Type,
        _ shape: KnownType.Shape,
        of number: Number.Type,
        at position: inout Int
    ) throws(Malformation) -> T {
        let numbers = try readNumbers(number, at: &position)
        switch shape {
        case .array: return unsafeBitCast(numbers, to: type)
        case .contiguousArray: return unsafeBitCast(ContiguousArray(numbers), to: type)
        case .unknown, .scalar, .stringArray, .dictionary: throw .otherForm
        }
    }

    private func readStrings(at position: inout Int) throws(Malformation) -> [String] {
        guard let extent = try unkeyedExtent(at: position) else {
            throw .otherForm
        }
        var strings: [String] = []
        strings.reserveCapacity(extent.count)
        var next = extent.start
        while next < extent.end {
            strings.append(try readString(at: &next))
        }
        guard next == extent.end else {
            throw .truncated
        }
        position = next
        return strings
    }

    private func readDictionary<T>(
        _ type: T.Type,
        _ scalar: KnownType.Scalar,
        at position: inout Int
    ) throws(Malformation) -> T {
        switch scalar {
        case .int:
            let dictionary = try readDictionary(at: &position) { state, next throws(Malformation) in
                try state.readInteger(Int.self, at: &next)
            }
            return unsafeBitCast(dictionary, to: type)
        case .double:
            let dictionary = try readDictionary(at: &position) { state, next throws(Malformation) in
                try state.readDouble(at: &next)
            }
            return unsafeBitCast(dictionary, to: type)
        case .string:
            let dictionary = try readDictionary(at: &position) { state, next throws(Malformation) in
                try state.readString(at: &next)
            }
            return unsafeBitCast(dictionary, to: type)
        case .bool:
            let dictionary = try readDictionary(at: &position) { state, next throws(Malformation) in
                try state.readBool(at: &next)
            }
            return unsafeBitCast(dictionary, to: type)
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64, .uint, .float:
            throw .otherForm
        }
    }

    @inline(__always)
    private func readDictionary<Value>(
        at position: inout Int,
        _ readValue: (DecodingState, inout Int) throws(Malformation) -> Value
    ) throws(Malformation) -> [String: Value] {
        guard let extent = try keyedExtent(at: position) else {
            throw .otherForm
        }
        // An entry has at least two bytes; more are not reserved than a small table needs.
        var dictionary = [String: Value](minimumCapacity: min((extent.end - extent.start) / 2, 3))
        var next = extent.start
        while next < extent.end {
            let size = try variableLength(at: &next)
            let key = try text(at: next, size: size)
            next += size
            dictionary[key] = try readValue(self, &next)
        }
        guard next == extent.end else {
            throw .truncated
        }
        position = next
        return dictionary
    }
}
