internal import CProcessSupport
internal import Synchronization

/// A type, as something that can travel to another process of the same program.
///
/// A type that has a name which means the same everywhere travels by it. Private and local types have none; they
/// travel as the place of their descriptor in the program, with their generic arguments.
///
///     let reference = try TypeReference(Worker.self)       // in one process
///     let type = try reference.resolve()                   // in another one
public struct TypeReference: Hashable, Sendable {
    indirect enum Form: Hashable, Sendable {
        case named(String)
        case nominal(ImageLocation, types: [TypeReference], tables: [WitnessTableReference])
        case metatype(TypeReference)
    }

    let form: Form

    private static let references = Mutex<[ObjectIdentifier: TypeReference]>([:])
    private static let types = Mutex<[TypeReference: ResolvedType]>([:])

    private struct ResolvedType: Sendable {
        let type: Any.Type
    }

    /// Finds a form in which the type can travel.
    ///
    /// - Parameter type: Any type.
    /// - Throws: `ClosureCodingError` if the type cannot be found again by another process of this program.
    public init(_ type: Any.Type) throws {
        let key = ObjectIdentifier(type)
        if let known = Self.references.withLock({ $0[key] }) {
            self = known
            return
        }
        form = try Self.form(of: type)
        let reference = self
        Self.references.withLock { $0[key] = reference }
    }

    init(form: Form) {
        self.form = form
    }

    private static func form(of type: Any.Type) throws -> Form {
        if let name = _mangledTypeName(type), isPortable(name), resolve(name: name) == type {
            return .named(name)
        }
        let runtimeType = RuntimeType(type)
        if runtimeType.kind == .metatype,
            let instance = UnsafeRawPointer(bitPattern: runtimeType.memory.word(8))
        {
            return .metatype(try TypeReference(RuntimeType(metadata: instance).type))
        }
        let descriptor = NominalDescriptor(runtimeType.descriptor)
        guard runtimeType.descriptor != 0, let location = ImageLocation(runtimeType.descriptor),
            descriptor.isNominal, let layout = descriptor.genericLayout,
            let words = runtimeType.genericArguments(descriptor)
        else {
            throw ClosureCodingError.unresolvedType(
                "The type \(String(reflecting: type)) cannot be named in another process"
            )
        }
        let typeWords = Array(words.prefix(layout.typeCount))
        let types = try typeWords.compactMap { UnsafeRawPointer(bitPattern: $0) }.map {
            try TypeReference(RuntimeType(metadata: $0).type)
        }
        let tables = try words.dropFirst(layout.typeCount).map { word in
            guard let table = try WitnessTableReference(word, among: typeWords) else {
                throw ClosureCodingError.unresolvedType(
                    "The type \(String(reflecting: type)) depends on a conformance that cannot be found again"
                )
            }
            return table
        }
        return .nominal(location, types: types, tables: tables)
    }

    /// The type in this process.
    ///
    /// - Returns: The very type that the sender referred to.
    /// - Throws: `ClosureCodingError` if the sender is another program or the reference is damaged.
    public func resolve() throws -> Any.Type {
        if let known = Self.types.withLock({ $0[self] }) { return known.type }
        let type = try resolveForm()
        Self.types.withLock { $0[self] = ResolvedType(type: type) }
        return type
    }

    private func resolveForm() throws -> Any.Type {
        switch form {
        case .named(let name):
            guard Self.isPortable(name), let type = Self.resolve(name: name) else {
                throw ClosureCodingError.unresolvedType(
                    "No type of this program has the mangled name “\(name)”"
                )
            }
            return type
        case .metatype(let instance):
            func open<Instance>(_: Instance.Type) -> Any.Type { Instance.Type.self }
            return _openExistential(try instance.resolve(), do: open)
        case .nominal(let location, let types, let tables):
            return try Self.resolve(location, types: types, tables: tables)
        }
    }

    private static func resolve(
        _ location: ImageLocation,
        types: [TypeReference],
        tables: [WitnessTableReference]
    ) throws -> Any.Type {
        let (image, address) = try location.resolve()
        guard image.hasRecord(.types, at: address) else {
            throw ClosureCodingError.invalidCode("a type's descriptor is not where it should be")
        }
        let descriptor = NominalDescriptor(address)
        guard descriptor.isNominal, let layout = descriptor.genericLayout, layout.typeCount == types.count,
            layout.argumentCount == types.count + tables.count,
            image.segment(of: descriptor.accessor)?.isExecutable == true,
            let accessor = UnsafeRawPointer(bitPattern: descriptor.accessor)
        else { throw ClosureCodingError.invalidCode("a type's generic arguments do not fit it") }
        var words: [UnsafeRawPointer?] = try types.map { RuntimeType(try $0.resolve()).pointer }
        words += try tables.map { UnsafeRawPointer(bitPattern: try $0.resolve()) }
        guard let metadata = captureTypeFromAccessor(accessor, words, words.count) else {
            throw ClosureCodingError.unresolvedType(
                "The type \(descriptor.name) cannot be made in this process"
            )
        }
        return RuntimeType(metadata: metadata).type
    }

    /// Whether a mangled name has only characters that mean the same in every process.
    private static func isPortable(_ name: String) -> Bool {
        let bytes = name.utf8
        guard !bytes.isEmpty, bytes.count <= 4096, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x24 })
        else { return false }
        // A pack's expansion, which no type has that is complete: the runtime would end the process.
        return !zip(bytes, bytes.dropFirst()).contains { $0 == (0x51, 0x70) }
    }

    private static func resolve(name: String) -> Any.Type? {
        var name = name
        return name.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                captureTypeByMangledName(characters.baseAddress, characters.count, nil, 0, nil, 0)
            }
        }.map { RuntimeType(metadata: $0).type }
    }
}

extension TypeReference: CustomStringConvertible {
    /// The type's name if it can be resolved here, else its mangled name or place.
    public var description: String {
        if let type = try? resolve() { return String(reflecting: type) }
        switch form {
        case .named(let name): return name
        case .nominal(let location, _, _): return "\(location.image)+\(location.offset)"
        case .metatype(let instance): return "\(instance).Type"
        }
    }
}

extension TypeReference: Codable {
    /// Reads a reference; the type itself is looked up by `resolve()`.
    ///
    /// - Parameter decoder: Where it was written to.
    /// - Throws: What the decoder throws, or `ClosureCodingError` for an unknown form.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        switch try container.decode(UInt8.self) {
        case 0: form = .named(try container.decode(String.self))
        case 1:
            let location = try container.decode(ImageLocation.self)
            let types = try container.decode([TypeReference].self)
            form = .nominal(
                location,
                types: types,
                tables: try container.decode([WitnessTableReference].self)
            )
        case 2: form = .metatype(try container.decode(TypeReference.self))
        default: throw ClosureCodingError.invalidCode("a type of an unknown form")
        }
    }

    /// Writes the reference.
    ///
    /// - Parameter encoder: Where to write it to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        switch form {
        case .named(let name):
            try container.encode(0 as UInt8)
            try container.encode(name)
        case .nominal(let location, let types, let tables):
            try container.encode(1 as UInt8)
            try container.encode(location)
            try container.encode(types)
            try container.encode(tables)
        case .metatype(let instance):
            try container.encode(2 as UInt8)
            try container.encode(instance)
        }
    }
}
