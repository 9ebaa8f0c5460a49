/// How a value of some type is written and read, decided once per type.
///
/// A `Codable` type decides for itself. What cannot be Codable in Swift but is made of parts that can travel (functions,
/// tuples, metatypes, existential values, and the standard containers of those) is taken apart here.
// Unchecked because metatypes with conformances count as non-Sendable: the values are immutable, nothing needs a lock.
indirect enum CaptureShape: @unchecked Sendable {
    /// A `Codable` value type.
    case codable(any Codable.Type)
    /// An instance of a `Codable` class, or of a subclass.
    case object(any Codable.Type)
    /// A Swift function: two words.
    case function(isAsync: Bool)
    /// A Swift function or `nil`, which is a null code word.
    case optionalFunction(isAsync: Bool)
    /// A C function pointer.
    case pointerToCode
    /// A tuple's elements with their offsets.
    case tuple([Element])
    /// The metadata pointer of a type of which the associated type is the metatype.
    case metatype(Any.Type)
    /// The metadata pointer of a class or of one of its subclasses.
    case dynamicSelf(Any.Type)
    /// A value or type behind a protocol.
    case existential(Any.Type)
    /// A standard container whose elements are not all `Codable`.
    case container(any PortableContainer.Type)
    /// A structure without metadata at run time, by its stored properties.
    case properties([Element], size: Int, alignment: Int)
    /// An enumeration without payloads and without metadata at run time: so many cases, in so many bytes.
    case bareCases(Int, size: Int)
    /// Something that takes no space.
    case nothing

    struct Element: Sendable {
        let offset: Int
        /// `nil` for what has no type at run time, which the shape says how to destroy.
        let type: Any.Type?
        let shape: CaptureShape
    }

    /// Size and alignment of what has this shape; `type` is its type, if it has one at run time.
    func layout(_ type: Any.Type?) -> (size: Int, alignment: Int) {
        if let type { return RuntimeType(type).valueLayout }
        switch self {
        case .function, .optionalFunction: return (16, 8)
        case .dynamicSelf, .pointerToCode: return (8, 8)
        case .properties(_, let size, let alignment): return (size, alignment)
        case .bareCases(_, let size): return (size, max(size, 1))
        default: return (0, 1)
        }
    }

    /// The shape of a type.
    ///
    /// - Parameters:
    ///   - type: Any type.
    ///   - place: What is to be encoded, for the message: “The closure captures a value of type”.
    /// - Throws: `ClosureCodingError` that names the type, or the part of it, that cannot travel.
    init(of type: Any.Type, in place: String = CaptureShape.capturePlace) throws(ClosureCodingError) {
        let runtimeType = RuntimeType(type)
        if let codable = type as? any Codable.Type {
            self = runtimeType.kind == .nativeClass ? .object(codable) : .codable(codable)
            return
        }
        switch runtimeType.kind {
        case .function:
            self = try Self.function(runtimeType)
        case .tuple:
            // Word 1 is the number of elements, word 2 their labels; then a type and an offset for each.
            let memory = runtimeType.memory
            var elements: [Element] = []
            for index in 0..<Int(memory.word(8)) {
                guard let metadata = UnsafeRawPointer(bitPattern: memory.word(24 + 16 * index)) else {
                    continue
                }
                let type = RuntimeType(metadata: metadata).type
                // The offset is 32 bits wide, the rest of the word is padding.
                let offset = Int(memory.uint32(32 + 16 * index))
                elements.append(
                    Element(offset: offset, type: type, shape: try CaptureShape(of: type, in: place))
                )
            }
            self = .tuple(elements)
        case .metatype:
            self = .metatype(type)
        case .existential, .extendedExistential, .existentialMetatype:
            self = .existential(type)
        default:
            guard let container = type as? any PortableContainer.Type else {
                throw .captureNotCodable(type, in: place)
            }
            try container.checkElements(in: place)
            self = .container(container)
        }
    }

    private static func function(_ type: RuntimeType) throws(ClosureCodingError) -> CaptureShape {
        guard let flags = FunctionTypeFlags(type), !flags.isDifferentiable else {
            throw .unsupportedCapture("a differentiable function, \(String(reflecting: type.type))")
        }
        if flags.isThick { return .function(isAsync: flags.isAsync) }
        guard flags.rawValue & 0x00ff_0000 == 0x0003_0000 else {
            throw .unsupportedCapture("a function of a foreign convention, \(String(reflecting: type.type))")
        }
        return .pointerToCode
    }

    static let capturePlace = "The closure captures a value of type"
}

/// The standard containers whose elements may be functions, tuples or existential values.
protocol PortableContainer {
    static func checkElements(in place: String) throws(ClosureCodingError)
    static func write(at pointer: UnsafeRawPointer, to writer: PayloadWriter) throws
    static func read(from reader: PayloadReader) throws -> Self
}

extension Optional: PortableContainer {
    static func checkElements(in place: String) throws(ClosureCodingError) {
        _ = try CaptureShape(of: Wrapped.self, in: place)
    }

    static func write(at pointer: UnsafeRawPointer, to writer: PayloadWriter) throws {
        guard let value = pointer.assumingMemoryBound(to: Self.self).pointee else {
            try writer.write(false)
            return
        }
        try writer.write(true)
        try writer.write(value, as: Wrapped.self)
    }

    static func read(from reader: PayloadReader) throws -> Wrapped? {
        try reader.read(Bool.self) ? try reader.readValue(Wrapped.self) : nil
    }
}

extension Array: PortableContainer {
    static func checkElements(in place: String) throws(ClosureCodingError) {
        _ = try CaptureShape(of: Element.self, in: place)
    }

    static func write(at pointer: UnsafeRawPointer, to writer: PayloadWriter) throws {
        let elements = pointer.assumingMemoryBound(to: Self.self).pointee
        try writer.write(elements.count)
        for element in elements { try writer.write(element, as: Element.self) }
    }

    static func read(from reader: PayloadReader) throws -> [Element] {
        let count = try reader.read(Int.self)
        guard count >= 0 else { throw ClosureCodingError.invalidCode("a negative number of elements") }
        var elements: [Element] = []
        elements.reserveCapacity(Swift.min(count, 1024))
        for _ in 0..<count {
            // What takes no space in the payload must not fill the memory.
            try reader.countElement()
            elements.append(try reader.readValue(Element.self))
        }
        return elements
    }
}

extension Dictionary: PortableContainer {
    static func checkElements(in place: String) throws(ClosureCodingError) {
        _ = try CaptureShape(of: Key.self, in: place)
        _ = try CaptureShape(of: Value.self, in: place)
    }

    static func write(at pointer: UnsafeRawPointer, to writer: PayloadWriter) throws {
        let entries = pointer.assumingMemoryBound(to: Self.self).pointee
        try writer.write(entries.count)
        for (key, value) in entries {
            try writer.write(key, as: Key.self)
            try writer.write(value, as: Value.self)
        }
    }

    static func read(from reader: PayloadReader) throws -> [Key: Value] {
        let count = try reader.read(Int.self)
        guard count >= 0 else { throw ClosureCodingError.invalidCode("a negative number of entries") }
        var entries: [Key: Value] = [:]
        for _ in 0..<count {
            try reader.countElement()
            let key = try reader.readValue(Key.self)
            entries[key] = try reader.readValue(Value.self)
        }
        return entries
    }
}
