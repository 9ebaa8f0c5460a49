internal import CProcessSupport

/// A type's metadata, read as the compiler lays it out.
///
/// Word 0 is the kind; classes have 0 there (or, if another language is involved, an address). Structures and
/// enumerations have their descriptor in word 1 and their generic arguments from word 2 on. Classes have: word 1
/// the superclass, then the 32-bit fields flags (16), address point (20), instance size (24), alignment mask (28,
/// 16 bits), class size (32), class address point (36), and the descriptor in word 5.
struct RuntimeType {
    enum Kind: UInt {
        case nativeClass = 0
        case structure = 0x200
        case enumeration = 0x201
        case optional = 0x202
        case tuple = 0x301
        case function = 0x302
        case existential = 0x303
        case metatype = 0x304
        case existentialMetatype = 0x306
        case extendedExistential = 0x307
    }

    let type: Any.Type

    init(_ type: Any.Type) {
        self.type = type
    }

    /// The type whose metadata lies at a checked address.
    init(metadata: UnsafeRawPointer) {
        type = unsafeBitCast(metadata, to: Any.Type.self)
    }

    var pointer: UnsafeRawPointer { unsafeBitCast(type, to: UnsafeRawPointer.self) }
    var memory: Memory { Memory(pointer) }
    var kind: Kind? { Kind(rawValue: memory.word(0)) }

    /// The address of the nominal type's descriptor; 0 if it has none.
    var descriptor: UInt {
        switch kind {
        case .structure, .enumeration, .optional: memory.word(8)
        case .nativeClass: memory.word(40)
        default: 0
        }
    }

    /// The superclass of a class, if it has one.
    var superclass: RuntimeType? {
        guard kind == .nativeClass, let pointer = UnsafeRawPointer(bitPattern: memory.word(8)) else {
            return nil
        }
        return RuntimeType(metadata: pointer)
    }

    var instanceSize: Int { Int(memory.uint32(24)) }
    var instanceAlignmentMask: Int { Int(memory.uint16(28)) }

    /// Size and alignment of a value of the type.
    var valueLayout: (size: Int, alignment: Int) {
        func open<Value>(_: Value.Type) -> (size: Int, alignment: Int) {
            (MemoryLayout<Value>.size, MemoryLayout<Value>.alignment)
        }
        return _openExistential(type, do: open)
    }

    /// The words that the type's generic arguments occupy: type metadata, then witness tables.
    func genericArguments(_ descriptor: NominalDescriptor) -> [UInt]? {
        guard let layout = descriptor.genericLayout else { return nil }
        let start: Int
        switch kind {
        case .structure, .enumeration, .optional: start = 16
        case .nativeClass:
            guard let offset = descriptor.immediateMembersOffset else { return nil }
            start = offset
        default: return nil
        }
        return (0..<layout.argumentCount).map { memory.word(start + 8 * $0) }
    }
}

/// What a function type's metadata says: flags in word 1.
struct FunctionTypeFlags {
    let rawValue: UInt

    init?(_ type: RuntimeType) {
        guard type.kind == .function else { return nil }
        rawValue = type.memory.word(8)
    }

    /// Swift's own convention: code pointer and context.
    var isThick: Bool { rawValue & 0x00ff_0000 == 0 }
    var isAsync: Bool { rawValue & 0x2000_0000 != 0 }
    var isDifferentiable: Bool { rawValue & 0x0800_0000 != 0 }
    var isEscaping: Bool { rawValue & 0x0400_0000 != 0 }
}

/// The descriptor of a nominal type: flags (0), parent (4), name (8), accessor (12), fields (16), then what each kind
/// of type adds; for a generic type a header follows with, after two relative pointers, four 16-bit numbers:
/// parameters, requirements, key arguments, flags; then one byte per parameter.
struct NominalDescriptor {
    struct GenericLayout {
        let typeCount: Int
        let argumentCount: Int
    }

    let memory: Memory

    init(_ address: UInt) {
        memory = Memory(address)
    }

    private var flags: UInt32 { memory.uint32(0) }
    private var kind: UInt32 { flags & 0x1f }
    var isClass: Bool { kind == 16 }
    var isEnumeration: Bool { kind == 18 }
    var isNominal: Bool { (16...18).contains(kind) }
    var isGeneric: Bool { flags & 0x80 != 0 }
    var hasResilientSuperclass: Bool { isClass && flags & (1 << 29) != 0 }
    /// Bit 7 of what is particular to a kind of type says that a class is an actor.
    var isActor: Bool { isClass && flags & (1 << 23) != 0 }
    private var areImmediateMembersNegative: Bool { isClass && flags & (1 << 28) != 0 }

    /// The function that gives the type's metadata.
    var accessor: UInt { memory.relative(12) }
    /// The reflection record with the stored properties; 0 if the module was compiled without.
    var fields: UInt { memory.relative(16) }
    /// How many stored properties a class declares itself.
    var classFieldCount: Int { Int(memory.uint32(36)) }

    var name: String {
        guard let pointer = UnsafePointer<CChar>(bitPattern: memory.relative(8)) else { return "?" }
        return String(cString: pointer)
    }

    /// The offset in bytes, from a class's metadata, of what the class itself adds to it.
    var immediateMembersOffset: Int? {
        guard isClass, !hasResilientSuperclass else { return nil }
        if areImmediateMembersNegative { return -8 * Int(memory.uint32(24)) }
        return 8 * (Int(memory.uint32(28)) - Int(memory.uint32(32)))
    }

    /// `nil` if the type has parameter packs, values as parameters or others that are not plain types.
    var genericLayout: GenericLayout? {
        guard isGeneric else { return GenericLayout(typeCount: 0, argumentCount: 0) }
        let header = isClass ? 44 : 28
        let parameters = Int(memory.uint16(header + 8))
        let arguments = Int(memory.uint16(header + 12))
        var types = 0
        for index in 0..<parameters {
            let parameter = memory.byte(header + 16 + index)
            guard parameter & 0x3f == 0 else { return nil }
            if parameter & 0x80 != 0 { types += 1 }
        }
        guard types <= arguments else { return nil }
        return GenericLayout(typeCount: types, argumentCount: arguments)
    }
}
