/// How a plain type is written and read by code that knows it only at run time.
///
/// The functions are compiled for the one type, down to the scalars in it.
struct KnownType: Sendable {
    /// Room for a value of any known type.
    struct Memory {
        private var words: (UInt64, UInt64) = (0, 0)
    }

    /// How many values lie within one another in one of the type.
    let levels: Int
    /// Writes the value at an address.
    let write: @Sendable (UnsafeRawPointer, EncodingState) -> Void
    /// Reads a value into memory that has none yet.
    let read: @Sendable (UnsafeMutableRawPointer, DecodingState, inout Int) throws(Malformation) -> Void

    @inline(__always)
    init<Plain: PlainValue>(_ type: Plain.Type) {
        precondition(MemoryLayout<Plain>.size <= MemoryLayout<Memory>.size)
        levels = Plain.levels
        write = { address, state in
            address.assumingMemoryBound(to: Plain.self).pointee.write(to: state)
        }
        read = { address, state, position throws(Malformation) in
            let value = try Plain.read(from: state, at: &position)
            address.initializeMemory(as: Plain.self, to: value)
        }
    }

    /// Whether its values have no others in them.
    var isScalar: Bool { levels < 0 }

    /// All known types.
    static let table = KnownTypeTable()
}

/// Type identities in an open-addressed table that never changes.
struct KnownTypeTable: Sendable {
    private struct Slot {
        var type: ObjectIdentifier?
        /// Allocated once and never freed, as the table is never.
        var known: UnsafePointer<KnownType>?
    }

    private static let slotCount = 256
    // Filled by `init`, then only read.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Slot>

    fileprivate init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(), count: Self.slotCount)
        insertNumber(Bool.self)
        insertNumber(Int8.self)
        insertNumber(Int16.self)
        insertNumber(Int32.self)
        insertNumber(Int64.self)
        insertNumber(Int.self)
        insertNumber(UInt8.self)
        insertNumber(UInt16.self)
        insertNumber(UInt32.self)
        insertNumber(UInt64.self)
        insertNumber(UInt.self)
        insertNumber(Float.self)
        insertNumber(Double.self)
        insert(String.self)
        insert([String].self)
        insertTables(of: Int.self)
        insertTables(of: Double.self)
        insertTables(of: String.self)
        insert([String: Bool].self)
    }

    @inline(__always)
    private static func slot(of type: ObjectIdentifier) -> Int {
        let address = UInt(bitPattern: type)
        return Int(truncatingIfNeeded: ((address >> 3) ^ (address >> 11)) & UInt(slotCount - 1))
    }

    /// What is known of `type`, found in a few nanoseconds.
    @inline(__always)
    func find<T>(_ type: T.Type) -> UnsafePointer<KnownType>? {
        let type = ObjectIdentifier(type)
        var index = Self.slot(of: type)
        // The table is never full, so that an empty slot ends the search.
        while let found = slots[index].type {
            if found == type {
                return slots[index].known
            }
            index = (index + 1) & (Self.slotCount - 1)
        }
        return nil
    }

    @inline(__always)
    private func insertNumber<Number: PackedNumber>(_ type: Number.Type) {
        insert(type)
        insert([Number].self)
        insert(ContiguousArray<Number>.self)
    }

    /// The tables, and tables of tables, that programs are likely to have.
    @inline(__always)
    private func insertTables<Value: PlainValue>(of type: Value.Type) {
        insert([[Value]].self)
        insert([String: Value].self)
        insert([String: [Value]].self)
        insert([[String: Value]].self)
        insert([String: [String: Value]].self)
        insert([String: [String: [Value]]].self)
    }

    @inline(__always)
    private func insert<Plain: PlainValue>(_ type: Plain.Type) {
        var index = Self.slot(of: ObjectIdentifier(type))
        while slots[index].type != nil {
            index = (index + 1) & (Self.slotCount - 1)
        }
        let known = UnsafeMutablePointer<KnownType>.allocate(capacity: 1)
        known.initialize(to: KnownType(type))
        slots[index] = Slot(type: ObjectIdentifier(type), known: UnsafePointer(known))
    }
}

/// Whether `type` is some `Optional`, by the kind that the Swift ABI gives to its metadata.
@inline(__always)
func isOptional<T>(_ type: T.Type) -> Bool {
    let optionalKind: UInt = 0x202
    return unsafeBitCast(type as Any.Type, to: UnsafePointer<UInt>.self).pointee == optionalKind
}
