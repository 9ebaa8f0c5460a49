extension CaptureShape {
    /// The shape that a mangled name stands for, and its type if it has one at run time; `nil` if it cannot be resolved.
    ///
    /// An optimised program leaves out the metadata of types that it does not need, of all that are not public. What
    /// remains is the description of their stored properties, which is enough to take apart and put together plain
    /// structures and enumerations without payloads.
    static func shape(
        of name: CaptureName,
        _ arguments: GenericArguments,
        depth: Int = 0
    ) throws(ClosureCodingError) -> (CaptureShape, Any.Type?)? {
        switch name.form {
        case .function(let isAsync): return (.function(isAsync: isAsync), nil)
        case .optionalFunction(let isAsync): return (.optionalFunction(isAsync: isAsync), nil)
        case .pointerToCode: return (.pointerToCode, nil)
        case .thinMetatype: return (.nothing, nil)
        case .variableBox: throw .variableBox("a variable that it shares with its surroundings")
        case .weakReference: throw .variableBox("a weak or unowned reference")
        case .nonEscapingFunction:
            throw .unsupportedCapture("a function that lives only during a call (it is not `@escaping`)")
        case .unsupported: throw .unsupportedCapture(name.description)
        case .dynamicSelf(let length):
            guard let type = arguments.resolve(name, length: length) else { return nil }
            return (.dynamicSelf(type), nil)
        case .type(let length):
            if let type = arguments.resolve(name, length: length) {
                return (try CaptureShape(of: type), type)
            }
            guard let address = name.symbolicDescriptor, depth < 32,
                let shape = try shape(ofDescriptor: address, depth: depth)
            else { return nil }
            return (shape, nil)
        }
    }

    /// The shape of a nominal type of which only the descriptor is left.
    ///
    /// Its description of fields is: two relative pointers, 16 bits kind (0 structure, 2 and 3 enumerations), 16 bits size of a
    /// record, 32 bits number of records; a record is 32 bits flags and relative pointers to the mangled name
    /// of its type and to its own name.
    private static func shape(ofDescriptor address: UInt, depth: Int) throws(ClosureCodingError)
        -> CaptureShape?
    {
        let descriptor = NominalDescriptor(address)
        guard let image = LoadedImages.containing(address), image.contains(address, count: 28),
            descriptor.isNominal, !descriptor.isClass, !descriptor.isGeneric, descriptor.accessor == 0,
            image.contains(descriptor.fields, count: 16)
        else { return nil }
        let fields = Memory(descriptor.fields)
        let count = Int(fields.uint32(12))
        let recordSize = Int(fields.uint16(10))
        guard recordSize >= 12, image.contains(descriptor.fields, count: UInt(16 + count * recordSize)) else {
            return nil
        }
        let records = (0..<count).map { Memory(fields.address + UInt(16 + $0 * recordSize)) }
        if descriptor.isEnumeration {
            guard records.allSatisfy({ $0.int32(4) == 0 }), count < 0x10000 else { return nil }
            return .bareCases(count, size: count < 2 ? 0 : count <= 0x100 ? 1 : 2)
        }
        var elements: [Element] = []
        var size = 0
        var alignment = 1
        for record in records {
            guard let name = CaptureName(at: record.relative(4), in: image),
                let (shape, type) = try shape(of: name, GenericArguments(), depth: depth + 1)
            else { return nil }
            let layout = shape.layout(type)
            size = (size + layout.alignment - 1) & ~(layout.alignment - 1)
            elements.append(Element(offset: size, type: type, shape: shape))
            size += layout.size
            alignment = max(alignment, layout.alignment)
        }
        return .properties(elements, size: size, alignment: alignment)
    }
}
