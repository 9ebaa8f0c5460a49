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
/// One of these is used for one call of `MessageDecoder.decode` and then for another; decoders and containers refer to it, and have the
/// number of their message, so that one that is used after its turn finds nothing to read. All reading goes through
/// functions that compare with `end` first.
struct DecodingState {
    /// What is in memory that stays where it is.
    struct Contents {
        var base = DecodingState.noAddress
        var end = 0
        var limits = MessageLimits.default
        var sharedUserInfo: [CodingUserInfoKey: any Sendable] = [:]
        /// Counts the messages.
        var message = 0

        /// The keys on the way to the value whose `init(from:)` runs.
        var path: [any CodingKey] = []
        /// How many values lie around the one whose `init(from:)` runs, and it.
        var depth = 0
        /// The type whose `init(from:)` runs, for error messages.
        var currentType: Any.Type = Never.self

        // Where the next entry of the keyed container at `hintOwner` begins, if keys are asked for in the order in
        // which they were written.
        var hintOwner = -1
        var hint = 0

        /// Something malformed that was found where nothing can be thrown.
        var lateMalformation: Malformation?

        /// Room for strings until there is an array for them; empty whenever nobody reads one.
        var stringRow = UnsafeMutablePointer<String>.allocate(capacity: 0)
        var stringRowCapacity = 0

        /// Memory that belongs to this state alone.
        var owned: [UInt8] = []
        /// States that somebody may read as long as this message is read.
        var inner: [DecodingState] = []

        // Here since a global that is set at run time takes a call to look at.
        let knownTypes = KnownType.table
        let dictionaries = StringKeyedDictionaries()
        let hasKnownSmallText = SmallText.isAsExpected

        /// The keyed containers that there are, and what they read.
        let containers = ContainerCache(noPlace: KeyedExtent.none)
    }

    let contents: UnsafeMutablePointer<Contents>

    // Stands for an address; nothing is ever read there.
    private static var noAddress: UnsafeRawPointer {
        UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    }

    @inline(__always)
    var base: UnsafeRawPointer { contents.pointee.base }
    @inline(__always)
    var end: Int { contents.pointee.end }
    @inline(__always)
    var message: Int { contents.pointee.message }
    @inline(__always)
    var depth: Int { contents.pointee.depth }
    @inline(__always)
    var maximumDepth: Int { contents.pointee.limits.maximumDepth }

    // MARK: Beginning and end

    init(
        _ bytes: UnsafeRawBufferPointer,
        limits: MessageLimits,
        userInfo: [CodingUserInfoKey: any Sendable]
    ) {
        if let spare = decodingStates.take() {
            contents = spare
        } else {
            contents = .allocate(capacity: 1)
            contents.initialize(to: Contents())
        }
        // An empty buffer may have no address; then nothing is ever read.
        if let address = bytes.baseAddress {
            contents.pointee.base = address
            contents.pointee.end = bytes.count
        }
        contents.pointee.limits = limits
        // Empty after each message; and counting a reference takes longer than to look.
        if !userInfo.isEmpty {
            contents.pointee.sharedUserInfo = userInfo
        }
        contents.pointee.hintOwner = -1
        contents.pointee.message += 1
    }

    /// A state that reads a value of its own, as if it lay within another.
    init(inside outer: DecodingState, extra: PathExtension?, owning bytes: [UInt8]) {
        let owned = bytes.withUnsafeBytes { bytes in
            DecodingState(
                bytes,
                limits: outer.contents.pointee.limits,
                userInfo: outer.contents.pointee.sharedUserInfo
            )
        }
        contents = owned.contents
        // The elements of a native array stay where they are until it is changed or released.
        contents.pointee.owned = bytes
        contents.pointee.depth = outer.depth
        contents.pointee.path = outer.codingPath(extra)
    }

    /// Ends the use of this state.
    ///
    /// Whoever kept a decoder finds another message's number.
    func discard() {
        contents.pointee.message += 1
        contents.pointee.base = Self.noAddress
        contents.pointee.end = 0
        contents.pointee.depth = 0
        contents.pointee.lateMalformation = nil
        if !contents.pointee.sharedUserInfo.isEmpty {
            contents.pointee.sharedUserInfo = [:]
        }
        if !contents.pointee.path.isEmpty {
            contents.pointee.path.removeAll(keepingCapacity: true)
        }
        shortenStringRow()
        if !contents.pointee.owned.isEmpty {
            contents.pointee.owned = []
        }
        while let inner = contents.pointee.inner.popLast() {
            inner.discard()
        }
        decodingStates.giveBack(contents)
    }

    /// The user information in the form that `Decoder` wants.
    var userInfo: [CodingUserInfoKey: Any] {
        contents.pointee.sharedUserInfo.mapValues { $0 }
    }

    func codingPath(_ extra: PathExtension?) -> [any CodingKey] {
        var path = contents.pointee.path
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
    @inline(__always)
    func endOfValue(at position: Int) throws(Malformation) -> Int {
        let tag = try byte(at: position)
        if tag == Tag.packed {
            var next = position + 1
            let (element, count) = try packedHeader(at: &next)
            return next + count &<< element.shift
        }
        return try endOfValue(at: position, tag)
    }

    @inline(never)
    private func endOfValue(at position: Int, _ tag: UInt8) throws(Malformation) -> Int {
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
        guard count <= (end - position) &>> element.shift else {
            throw .truncated
        }
        return (element, count)
    }
}

private let decodingStates = StatePool<DecodingState.Contents>()
