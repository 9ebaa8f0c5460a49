/// What is wrong with bytes that are being read; becomes a `DecodingError` where the coding path is known.
enum Malformation: Error {
    case truncated
    case unexpected(tag: UInt8)
    case outOfRange
    case invalidText
    case invalidBoolean
    case unknownElement(UInt8)
    case tooDeep
    /// Not in the form that is read at once, but perhaps in the form of the type's own coding.
    case otherForm
}

/// The way from the top, or from the value whose `init(from:)` runs, to a container that was opened by hand.
final class PathExtension {
    let outer: PathExtension?
    let key: any CodingKey
    let depth: Int

    init(outer: PathExtension?, key: any CodingKey) {
        self.outer = outer
        self.key = key
        depth = (outer?.depth ?? 0) + 1
    }

    func append(to path: inout [any CodingKey]) {
        outer?.append(to: &path)
        path.append(key)
    }
}

/// The bytes that are being read.
///
/// One of these lives for one call of `MessageDecoder.decode`; decoders and containers refer to it. All
/// reading goes through functions that compare with `end` first.
final class DecodingState {
    private(set) var base: UnsafeRawPointer
    private(set) var end: Int
    let limits: MessageLimits
    let sharedUserInfo: [CodingUserInfoKey: any Sendable]

    /// The keys on the way to the value whose `init(from:)` runs.
    var path: [any CodingKey] = []
    /// How many values lie around the one whose `init(from:)` runs, and it.
    var depth: Int
    /// The type whose `init(from:)` runs, for error messages.
    var currentType: Any.Type = Never.self

    // Where the next entry of the keyed container at `hintOwner` begins, if keys are asked for in the order in
    // which they were written.
    var hintOwner = -1
    var hint = 0

    /// Something malformed that was found where nothing can be thrown.
    var lateMalformation: Malformation?

    /// Memory that belongs to this state alone.
    private let owned: UnsafeMutableRawPointer?

    init(
        _ bytes: UnsafeRawBufferPointer,
        limits: MessageLimits,
        userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        // An empty buffer may have no address; then nothing is ever read.
        base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        end = bytes.baseAddress == nil ? 0 : bytes.count
        self.limits = limits
        sharedUserInfo = userInfo
        depth = 0
        owned = nil
    }

    /// A state that reads a copy of one value, made by `write`.
    init(inside outer: DecodingState, extra: PathExtension?, copying bytes: [UInt8]) {
        let owned = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        UnsafeMutableRawBufferPointer(start: owned, count: bytes.count).copyBytes(from: bytes)
        self.owned = owned
        base = UnsafeRawPointer(owned)
        end = bytes.count
        limits = outer.limits
        sharedUserInfo = outer.sharedUserInfo
        depth = outer.depth
        path = outer.path
        extra?.append(to: &path)
    }

    deinit {
        owned?.deallocate()
    }

    /// Forgets the bytes.
    func invalidate() {
        end = 0
    }

    /// The user information in the form that `Decoder` wants.
    var userInfo: [CodingUserInfoKey: Any] {
        sharedUserInfo.mapValues { $0 }
    }

    func codingPath(_ extra: PathExtension?) -> [any CodingKey] {
        var path = path
        extra?.append(to: &path)
        return path
    }

    // MARK: Bytes

    @inline(__always)
    func byte(at position: Int) throws(Malformation) -> UInt8 {
        guard position < end, position >= 0 else {
            throw .truncated
        }
        return base.load(fromByteOffset: position, as: UInt8.self)
    }

    /// Checks that `size` bytes are there.
    @inline(__always)
    func require(_ size: Int, at position: Int) throws(Malformation) {
        guard size <= end &- position, position >= 0, size >= 0 else {
            throw .truncated
        }
    }

    /// A number of bytes, none of which may be missing, as a 64-bit length says it.
    @inline(__always)
    func length(at position: Int) throws(Malformation) -> Int {
        try require(8, at: position)
        guard let length = Int(exactly: base.loadUnaligned(fromByteOffset: position, as: UInt64.self)) else {
            throw .truncated
        }
        return length
    }

    /// Reads a number in groups of seven bits.
    @inline(__always)
    func variableLength(at position: inout Int) throws(Malformation) -> Int {
        let first = try byte(at: position)
        position += 1
        if first < 0x80 {
            return Int(first)
        }
        return try longVariableLength(first, at: &position)
    }

    private func longVariableLength(_ first: UInt8, at position: inout Int) throws(Malformation) -> Int {
        var result = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let byte = try byte(at: position)
            position += 1
            // The tenth group has room for one bit; a length in memory never needs it.
            guard shift < 63 else {
                throw .truncated
            }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                break
            }
            shift += 7
        }
        return Int(truncatingIfNeeded: result)
    }

    // MARK: Extents

    /// The end of the value at `position`, which has all its bytes.
    func endOfValue(at position: Int) throws(Malformation) -> Int {
        let tag = try byte(at: position)
        var next = position + 1
        let size: Int
        switch tag {
        case 0..<Tag.shortString, Tag.smallNegative..<Tag.null, Tag.null, Tag.no, Tag.yes:
            size = 0
        case Tag.shortString..<Tag.smallNegative:
            size = Int(tag & 0x1F)
        case Tag.wrappedNull:
            // A row of them ends with a nil.
            while try byte(at: next) == Tag.wrappedNull {
                next += 1
            }
            guard try byte(at: next) == Tag.null else {
                throw .unexpected(tag: try byte(at: next))
            }
            size = 1
        case Tag.float: size = 4
        case Tag.double: size = 8
        case Tag.positive..<Tag.widePositive: size = Int(tag & 7) + 1
        case Tag.widePositive, Tag.wideNegative: size = 16
        case Tag.string: size = try variableLength(at: &next)
        case Tag.packed:
            let (element, count) = try packedHeader(at: &next)
            size = count * element.size
        case Tag.keyed: size = 1 + Int(try byte(at: next))
        case Tag.unkeyed: size = 2 + Int(try byte(at: next))
        case Tag.longKeyed, Tag.longUnkeyed:
            let header = tag == Tag.longKeyed ? 8 : 16
            let length = try length(at: next)
            try require(header, at: next)
            try require(length, at: next + header)
            return next + header + length
        default:
            throw .unexpected(tag: tag)
        }
        try require(size, at: next)
        return next + size
    }

    /// Reads what stands before packed numbers, all of which are there.
    @inline(__always)
    func packedHeader(at position: inout Int) throws(Malformation) -> (element: PackedElement, count: Int) {
        let code = try byte(at: position)
        guard let element = PackedElement(rawValue: code) else {
            throw .unknownElement(code)
        }
        position += 1
        let count = try variableLength(at: &position)
        guard count <= (end - position) / element.size else {
            throw .truncated
        }
        return (element, count)
    }
}
