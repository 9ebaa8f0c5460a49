internal import Synchronization

/// Makes a `Data` of bytes in one copy, without importing Foundation.
///
/// `Data` reads itself byte by byte, which takes milliseconds for what one copy does in microseconds. Only Foundation's own
/// type is built here, known by its mangled name, since any other type may have a coding of its own.
enum ByteCollection {
    /// Shorter ones read themselves.
    static let minimumCount = 48

    private static let mangledNames: Set<String> = ["10Foundation4DataV", "20FoundationEssentials4DataV"]

    /// The identity of `Data` once it has been met.
    private static let dataIdentity = Atomic<UInt>(0)

    /// Whether `type` is Foundation's `Data`.
    static func isData<T>(_ type: T.Type) -> Bool {
        let identity = UInt(bitPattern: ObjectIdentifier(type))
        let known = dataIdentity.load(ordering: .relaxed)
        guard known == 0 else {
            return known == identity
        }
        guard type is any RangeReplaceableCollection.Type, let name = _mangledTypeName(type),
            mangledNames.contains(name)
        else {
            return false
        }
        dataIdentity.store(identity, ordering: .relaxed)
        return true
    }

    /// A collection of `bytes`; `type` is `Data`.
    @inline(never)
    static func make<T>(_ type: T.Type, of bytes: UnsafeRawBufferPointer) throws -> T {
        guard let collection = type as? any RangeReplaceableCollection.Type,
            let value = fill(collection, with: bytes) as? T
        else {
            throw DecodingError.typeMismatch(
                type,
                .init(codingPath: [], debugDescription: "\(type) is no collection of bytes.")
            )
        }
        return value
    }

    private static func fill<Bytes: RangeReplaceableCollection>(
        _ type: Bytes.Type,
        with bytes: UnsafeRawBufferPointer
    ) -> Any? {
        guard Bytes.Element.self == UInt8.self else {
            return nil
        }
        var result = Bytes()
        result.append(contentsOf: bytes.assumingMemoryBound(to: Bytes.Element.self))
        return result
    }
}

extension DecodingState {
    /// The bytes of the packed numbers at `position`, if they are bytes and worth a look at the type; what is there has been checked.
    func longBytes(at position: Int) throws(Malformation) -> UnsafeRawBufferPointer? {
        var next = position + 1
        let (element, count) = try packedHeader(at: &next)
        guard element == .uint8, count >= ByteCollection.minimumCount else {
            return nil
        }
        return UnsafeRawBufferPointer(start: base + next, count: count)
    }
}
