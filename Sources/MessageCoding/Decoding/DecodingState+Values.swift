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
        if let known = contents.pointee.knownTypes.find(T.self),
            known.pointee.levels <= 0
                || depth + (extra?.depth ?? 0) + known.pointee.levels <= maximumDepth
        {
            do throws(Malformation) {
                var next = position
                let value = try read(type, known, at: &next)
                guard next <= limit else {
                    throw .truncated
                }
                position = next
                return value
            } catch {
                // A container may be written otherwise; and if it is malformed, the general way finds out where.
                guard !known.pointee.isScalar else {
                    throw self.error(error, expecting: type, at: position, extra: extra, key: key())
                }
            }
        }
        return try decodeOpaque(type, at: &position, upTo: limit, extra: extra, key: key())
    }

    /// Reads a value of a known type.
    @inline(__always)
    private func read<T>(
        _ type: T.Type,
        _ known: UnsafePointer<KnownType>,
        at position: inout Int
    ) throws(Malformation) -> T {
        var memory = KnownType.Memory()
        try withUnsafeMutablePointer(to: &memory) { memory throws(Malformation) in
            try known.pointee.read(UnsafeMutableRawPointer(memory), self, &position)
        }
        return withUnsafeMutablePointer(to: &memory) { memory in
            UnsafeMutableRawPointer(memory).assumingMemoryBound(to: type).move()
        }
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
            bytes = try byte(at: position) == Tag.packed ? try longBytes(at: position) : nil
            guard next <= limit else {
                throw .truncated
            }
            guard depth + (extra?.depth ?? 0) < maximumDepth else {
                throw .tooDeep
            }
        } catch {
            throw self.error(error, expecting: type, at: position, extra: extra, key: key)
        }
        if let bytes, ByteCollection.isData(type) {
            position = next
            return try ByteCollection.make(type, of: bytes)
        }
        let outerCount = contents.pointee.path.count
        extra?.append(to: &contents.pointee.path)
        if let key {
            contents.pointee.path.append(key)
        }
        let outerDepth = depth
        let outerType = contents.pointee.currentType
        contents.pointee.currentType = type
        contents.pointee.depth += 1 + (extra?.depth ?? 0)
        defer {
            contents.pointee.depth = outerDepth
            contents.pointee.currentType = outerType
            while contents.pointee.path.count > outerCount {
                contents.pointee.path.removeLast()
            }
        }
        let decoder = ValueDecoder(state: self, position: position, isOptional: isOptional(type), extra: nil)
        let value =
            if contents.pointee.dictionaries.include(type) { try readDictionary(type, decoder) } else {
                try T(from: decoder)
            }
        position = next
        return value
    }

    /// Reads a dictionary with strings as keys.
    // Optionals of generic types have no place where every value comes by: their type would have to be looked up each time.
    @inline(never)
    private func readDictionary<T: Decodable>(_ type: T.Type, _ decoder: ValueDecoder) throws -> T {
        if let dictionary = type as? any ReadableDictionary.Type,
            let value = try dictionary.read(from: self, at: decoder.position) as? T
        {
            return value
        }
        return try T(from: decoder)
    }
}
