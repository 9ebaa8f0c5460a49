/// A standard type that is written and read without going through its `Codable` conformance.
///
/// Nobody can give these types another conformance, so what is written is what theirs would have
/// written, or a packed form that they can read as well.
struct KnownType: Sendable {
    enum Shape: UInt8, Sendable {
        case unknown
        case scalar
        case array
        case contiguousArray
        case stringArray
        case dictionary
    }

    enum Scalar: UInt8, Sendable {
        case bool, int8, int16, int32, int64, int, uint8, uint16, uint32, uint64, uint
        case float, double, string
    }

    var shape: Shape
    var scalar: Scalar

    static let unknown = KnownType(shape: .unknown, scalar: .bool)

    /// What is known of `type`, found in a few nanoseconds.
    @inline(__always)
    static func of<T>(_ type: T.Type) -> KnownType {
        table.find(ObjectIdentifier(type))
    }

    private static let table = KnownTypeTable()
}

/// Type identities in an open-addressed table that never changes.
private struct KnownTypeTable: Sendable {
    private struct Slot {
        var type: ObjectIdentifier?
        var known: KnownType
    }

    private static let slotCount = 256
    private var slots: [Slot]

    init() {
        slots = Array(repeating: Slot(type: nil, known: .unknown), count: Self.slotCount)
        insertNumber(Bool.self, .bool)
        insertNumber(Int8.self, .int8)
        insertNumber(Int16.self, .int16)
        insertNumber(Int32.self, .int32)
        insertNumber(Int64.self, .int64)
        insertNumber(Int.self, .int)
        insertNumber(UInt8.self, .uint8)
        insertNumber(UInt16.self, .uint16)
        insertNumber(UInt32.self, .uint32)
        insertNumber(UInt64.self, .uint64)
        insertNumber(UInt.self, .uint)
        insertNumber(Float.self, .float)
        insertNumber(Double.self, .double)
        insert(String.self, .init(shape: .scalar, scalar: .string))
        insert([String].self, .init(shape: .stringArray, scalar: .string))
        insert([String: Int].self, .init(shape: .dictionary, scalar: .int))
        insert([String: Double].self, .init(shape: .dictionary, scalar: .double))
        insert([String: String].self, .init(shape: .dictionary, scalar: .string))
        insert([String: Bool].self, .init(shape: .dictionary, scalar: .bool))
    }

    @inline(__always)
    private static func slot(of type: ObjectIdentifier) -> Int {
        let address = UInt(bitPattern: type)
        return Int(truncatingIfNeeded: ((address >> 3) ^ (address >> 11)) & UInt(slotCount - 1))
    }

    @inline(__always)
    func find(_ type: ObjectIdentifier) -> KnownType {
        slots.withUnsafeBufferPointer { slots in
            var index = Self.slot(of: type)
            // The table is never full, so that an empty slot ends the search.
            while let found = slots[index].type {
                if found == type {
                    return slots[index].known
                }
                index = (index + 1) & (Self.slotCount - 1)
            }
            return .unknown
        }
    }

    private mutating func insertNumber<Number>(_ type: Number.Type, _ scalar: KnownType.Scalar) {
        insert(type, .init(shape: .scalar, scalar: scalar))
        insert([Number].self, .init(shape: .array, scalar: scalar))
        insert(ContiguousArray<Number>.self, .init(shape: .contiguousArray, scalar: scalar))
    }

    private mutating func insert<T>(_ type: T.Type, _ known: KnownType) {
        var index = Self.slot(of: ObjectIdentifier(type))
        while slots[index].type != nil {
            index = (index + 1) & (Self.slotCount - 1)
        }
        slots[index] = Slot(type: ObjectIdentifier(type), known: known)
    }
}

/// Whether `type` is some `Optional`, by the kind that the Swift ABI gives to its metadata.
@inline(__always)
func isOptional<T>(_ type: T.Type) -> Bool {
    let optionalKind: UInt = 0x202
    return unsafeBitCast(type as Any.Type, to: UnsafePointer<UInt>.self).pointee == optionalKind
}
