internal import Synchronization

#if !canImport(Darwin)
@_spi(Reflection) internal import Swift
#endif

extension DerivedDatatype {
    /// The fields of a structure or a tuple, as the compiler has laid them out.
    ///
    /// A structure that is a `BufferElement` travels as bytes, padding included, which is fast, and needs a receiver that is built alike. By this
    /// datatype it travels field by field, without what lies between: other languages receive it as a structure of their own, a form for all machines
    /// (`external32`) turns each number as it has to, and nothing leaks from the holes.
    ///
    /// ```swift
    /// struct Particle: BufferElement { var kind: Int8; var place: (Double, Double); var charge: Int16 }
    /// try world.send(particles.span, as: .structure(of: Particle.self), count: particles.count, to: 1)
    /// ```
    /// Fields may be numbers, truth values, complex numbers, and structures and tuples of these. The datatype is made once for each type, and kept; one
    /// behind the other they lie at the stride of the type, as the elements of an array do.
    ///
    /// - Parameter type: The type.
    /// - Returns: The datatype.
    /// - Throws: `MPIError` of class `type`, with the name of the field, if there is one that MPI has no datatype for, such as an object, a pointer, an
    ///   enumeration or an optional.
    ///
    /// Local · `MPI_Type_create_struct`, `MPI_Type_create_resized` (MPI 3.1 §4.1.2)
    public static func structure<Value>(of type: Value.Type) throws(MPIError) -> DerivedDatatype {
        let key = ObjectIdentifier(type)
        if let known = ReflectedDatatypes.known.withLock({ $0[key] }) { return known }
        try Runtime.initialize(.multiple)
        let made = try ReflectedDatatypes.make(type)
        // Somebody else may have made it meanwhile: then that one is the one.
        return ReflectedDatatypes.known.withLock { known in
            if let other = known[key] { return other }
            if known.isEmpty { Runtime.freeAtEnd { ReflectedDatatypes.known.withLock { $0 = [:] } } }
            known[key] = made
            return made
        }
    }
}

/// The datatypes of types that were looked into.
private enum ReflectedDatatypes {
    static let known = Mutex<[ObjectIdentifier: DerivedDatatype]>([:])

    private static let name: StaticString = "MPI_Type_create_struct"

    static func make<Value>(_ type: Value.Type) throws(MPIError) -> DerivedDatatype {
        if let number = try number(type) { return number }
        var fields: [DerivedDatatype.Field] = []
        if let obstacle = try append(fieldsOf: type, at: 0, path: "", to: &fields) {
            throw MPIError(
                .type,
                call: name,
                text: "\(Value.self) cannot travel field by field: \(obstacle), for which MPI has no datatype"
            )
        }
        guard !fields.isEmpty else {
            throw MPIError(.type, call: name, text: "\(Value.self) has no fields")
        }
        let stride = MemoryLayout<Value>.stride
        let made = try DerivedDatatype.structure(fields, extent: stride)
        let extent = try made.raw.extent().extent
        guard extent == stride else {
            throw MPIError(
                .type,
                call: name,
                text: "\(Value.self) lies every \(stride) bytes, and its datatype every \(extent)"
            )
        }
        return made
    }

    /// The datatype of a type that MPI knows as a whole.
    private static func number(_ type: Any.Type) throws(MPIError) -> DerivedDatatype? {
        guard let element = type as? any BufferElement.Type else { return nil }
        return try library(element)
    }

    private static func library<Element: BufferElement>(_ type: Element.Type) throws(MPIError)
        -> DerivedDatatype?
    {
        let datatype = Element.datatype
        // Bytes tell nothing of what is in them.
        if datatype == .bytes(datatype.elementLength) { return nil }
        return try .element(type)
    }

    #if canImport(Darwin)
    private static func append(
        fieldsOf type: Any.Type,
        at start: Int,
        path: String,
        to fields: inout [DerivedDatatype.Field]
    ) throws(MPIError) -> String? {
        throw MPIError(
            .notSupported,
            call: name,
            text: "the fields of \(type) cannot be found out here; name them, by structure(_:extent:)"
        )
    }
    #else
    /// Adds the fields of a structure or a tuple, and those of its fields; says which of them MPI cannot have, if there is one.
    private static func append(
        fieldsOf type: Any.Type,
        at start: Int,
        path: String,
        to fields: inout [DerivedDatatype.Field]
    ) throws(MPIError) -> String? {
        var found: [(name: String, offset: Int, type: Any.Type, kind: _MetadataKind)] = []
        _ = _forEachField(of: type) { name, offset, type, kind in
            found.append((String(cString: name), offset, type, kind))
            return true
        }
        for field in found {
            let place = path.isEmpty ? field.name : "\(path).\(field.name)"
            // Others have no fields to look into, and some no type that could be asked for anything.
            guard field.kind == .struct || field.kind == .tuple else {
                return "\(place) is \(field.kind == .class ? "an object" : "\(field.type)")"
            }
            if let number = try number(field.type) {
                fields.append(.init(number, byteOffset: start + field.offset))
                continue
            }
            let obstacle = try append(
                fieldsOf: field.type,
                at: start + field.offset,
                path: place,
                to: &fields
            )
            if let obstacle {
                // What a structure of the standard library consists of is nothing that a program has named.
                return obstacle.contains("Builtin.") ? "\(place) is \(field.type)" : obstacle
            }
        }
        return nil
    }
    #endif
}
