extension DecodingState {
    /// The entries of the keyed container at `position`; `nil` if there is something else.
    func keyedExtent(at position: Int) throws(Malformation) -> (start: Int, end: Int)? {
        switch try byte(at: position) {
        case Tag.keyed:
            let size = Int(try byte(at: position + 1))
            try require(size, at: position + 2)
            return (position + 2, position + 2 + size)
        case Tag.longKeyed:
            let end = try endOfValue(at: position)
            return (position + 9, end)
        default:
            return nil
        }
    }

    /// The items of the unkeyed container at `position`; `nil` if there is something else.
    func unkeyedExtent(at position: Int) throws(Malformation) -> (start: Int, end: Int, count: Int)? {
        let start: Int
        let end: Int
        let count: Int
        switch try byte(at: position) {
        case Tag.unkeyed:
            end = try endOfValue(at: position)
            start = position + 3
            count = Int(try byte(at: position + 2))
        case Tag.longUnkeyed:
            end = try endOfValue(at: position)
            start = position + 17
            count = try length(at: position + 9)
        default:
            return nil
        }
        // An item has at least one byte.
        guard count <= end - start else {
            throw .truncated
        }
        return (start, end, count)
    }

    /// Finds the value for a key of the keyed container from `start` to `end`.
    ///
    /// - Returns: Where the value begins, or `nil` if there is no such key.
    func find(_ key: some CodingKey, from start: Int, to end: Int) throws(Malformation) -> Int? {
        let first = contents.pointee.hintOwner == start ? contents.pointee.hint : start
        let result = withBytes(of: key.stringValue) { name -> Result<Int?, Malformation> in
            do throws(Malformation) {
                if let value = isNext(name, at: first), value < end {
                    return .success(value)
                }
                if let found = try search(name, from: first, to: end) {
                    return .success(found)
                }
                return .success(first > start ? try search(name, from: start, to: first) : nil)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Where the value begins if the entry at `position` has a short key that is equal to the name.
    @inline(__always)
    private func isNext(_ name: UnsafeRawBufferPointer, at position: Int) -> Int? {
        guard name.count < 0x80, name.count < end &- position, position >= 0,
            Int(base.load(fromByteOffset: position, as: UInt8.self)) == name.count,
            isEqual(name, at: position &+ 1)
        else {
            return nil
        }
        return position &+ 1 &+ name.count
    }

    private func search(
        _ name: UnsafeRawBufferPointer,
        from start: Int,
        to end: Int
    ) throws(Malformation) -> Int? {
        var position = start
        while position < end {
            let size = try variableLength(at: &position)
            try require(size, at: position)
            let value = position + size
            guard value < end else {
                throw .truncated
            }
            if size == name.count, isEqual(name, at: position) {
                return value
            }
            position = try endOfValue(at: value)
            guard position <= end else {
                throw .truncated
            }
        }
        return nil
    }

    /// Whether the bytes at `position`, as many as the name has, are the name's.
    @inline(__always)
    private func isEqual(_ name: UnsafeRawBufferPointer, at position: Int) -> Bool {
        guard let first = name.baseAddress else {
            return true
        }
        let there = base + position
        let count = name.count
        // What is left at the end is compared with some of what was compared before.
        if count >= 8 {
            var offset = 0
            while offset < count &- 8 {
                guard areEqual(UInt64.self, first + offset, there + offset) else {
                    return false
                }
                offset &+= 8
            }
            return areEqual(UInt64.self, first + (count &- 8), there + (count &- 8))
        }
        if count >= 4 {
            return areEqual(UInt32.self, first, there)
                && areEqual(UInt32.self, first + (count &- 4), there + (count &- 4))
        }
        for offset in 0..<count where !areEqual(UInt8.self, first + offset, there + offset) {
            return false
        }
        return true
    }

    @inline(__always)
    private func areEqual<Word: FixedWidthInteger & BitwiseCopyable>(
        _ type: Word.Type,
        _ one: UnsafeRawPointer,
        _ other: UnsafeRawPointer
    ) -> Bool {
        one.loadUnaligned(as: type) == other.loadUnaligned(as: type)
    }

    /// All keys of the keyed container from `start` to `end`.
    func keys(from start: Int, to end: Int) throws(Malformation) -> [String] {
        var keys: [String] = []
        var position = start
        while position < end {
            let size = try variableLength(at: &position)
            keys.append(try text(at: position, size: size))
            position = try endOfValue(at: position + size)
            guard position <= end else {
                throw .truncated
            }
        }
        return keys
    }

    /// The number of entries from `start` to `end`, every one of which is there.
    func entryCount(from start: Int, to end: Int) throws(Malformation) -> Int {
        var count = 0
        var position = start
        while position < end {
            let size = try variableLength(at: &position)
            try require(size, at: position)
            position = try endOfValue(at: position + size)
            count += 1
        }
        return count
    }

    // MARK: Errors

    /// The error that the caller of the decoder gets.
    func error(
        _ malformation: Malformation,
        expecting type: Any.Type,
        at position: Int,
        extra: PathExtension?,
        key: (any CodingKey)?
    ) -> DecodingError {
        var path = codingPath(extra)
        if let key {
            path.append(key)
        }
        let place = "at \(describe(path)), byte \(position)"
        func context(_ text: String) -> DecodingError.Context {
            .init(codingPath: path, debugDescription: text)
        }
        switch malformation {
        case .truncated, .otherForm:
            return .dataCorrupted(context("The message ends within a value of type \(type) \(place)."))
        case .unexpected(let tag) where tag == Tag.null || tag == Tag.wrappedNull:
            return .valueNotFound(type, context("Expected \(type), found nil \(place)."))
        case .unexpected(let tag) where tag <= Tag.longUnkeyed && !Tag.isUnused(tag):
            return .typeMismatch(type, context("Expected \(type), found \(Tag.name(of: tag)) \(place)."))
        case .unexpected(let tag):
            return .dataCorrupted(context("Expected \(type), found \(Tag.name(of: tag)) \(place)."))
        case .outOfRange:
            return .dataCorrupted(context("The integer \(place) does not fit into \(type)."))
        case .invalidText:
            return .dataCorrupted(
                context("The text \(place), part of a value of type \(type), is not UTF-8.")
            )
        case .invalidBoolean:
            return .dataCorrupted(context("A Boolean \(place) is neither 0 nor 1."))
        case .unknownElement(let code):
            return .dataCorrupted(
                context("Expected \(type), found numbers of the unknown kind \(code) \(place).")
            )
        case .tooDeep:
            return .dataCorrupted(
                context(
                    "A value of type \(type) is nested in more than \(maximumDepth) values, the limit "
                        + "maximumDepth, \(place)."
                )
            )
        }
    }
}

extension Tag {
    /// Whether no value begins with `tag`.
    static func isUnused(_ tag: UInt8) -> Bool {
        switch tag {
        case 0xC6, 0xC7, 0xDB: true
        default: tag > longUnkeyed
        }
    }
}
