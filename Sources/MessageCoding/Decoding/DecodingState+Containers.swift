extension DecodingState {
    /// The entries of the keyed container at `position`; `nil` if there is something else.
    func keyedExtent(at position: Int) throws(Malformation) -> (start: Int, end: Int)? {
        switch try byte(at: position) {
        case Tag.keyed:
            let end = try endOfValue(at: position)
            return (position + 2, end)
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

    @inline(__always)
    private func isEqual(_ name: UnsafeRawBufferPointer, at position: Int) -> Bool {
        var index = 0
        while index + 8 <= name.count {
            let word = name.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word == base.loadUnaligned(fromByteOffset: position + index, as: UInt64.self) else {
                return false
            }
            index += 8
        }
        while index < name.count {
            guard name[index] == base.load(fromByteOffset: position + index, as: UInt8.self) else {
                return false
            }
            index += 1
        }
        return true
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
