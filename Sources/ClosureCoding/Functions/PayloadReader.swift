internal import CProcessSupport

/// Reads what a `PayloadWriter` has written and revives function values.
///
/// Nothing that is read is believed: code has to lie in an executable segment of a known image, metadata has to be
/// metadata that the compiler emitted, and what fails to decode leaves nothing behind.
final class PayloadReader {
    private var container: any UnkeyedDecodingContainer
    private var images: [(name: String, identity: UInt64, image: LoadedImage)] = []
    private var depth = 0
    private var emptyElements = 0

    init(_ decoder: any Decoder) throws {
        container = try decoder.unkeyedContainer()
    }

    func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try container.decode(type)
    }

    private func readLocation() throws -> (location: ImageLocation, image: LoadedImage, address: UInt) {
        let index = Int(try container.decode(UInt32.self))
        guard index <= images.count else {
            throw ClosureCodingError.invalidCode("it refers to an unknown image")
        }
        if index == images.count {
            let name = try container.decode(String.self)
            let identity = try container.decode(UInt64.self)
            images.append((name, identity, try ImageLocation.loadedImage(name, identity: identity)))
        }
        let (name, identity, image) = images[index]
        let offset = try container.decode(UInt64.self)
        let address = image.loadBias &+ UInt(truncatingIfNeeded: offset)
        guard image.contains(address) else {
            throw ClosureCodingError.invalidCode("an address lies outside of its image")
        }
        return (ImageLocation(image: name, identity: identity, offset: offset), image, address)
    }

    /// Bounds the number of elements that a damaged count can ask for.
    func countElement() throws {
        emptyElements += 1
        guard emptyElements < 1 << 24 || !container.isAtEnd else {
            throw ClosureCodingError.invalidCode("a number of elements is larger than what there is to read")
        }
    }

    /// Reads any value whose type has a shape.
    func readValue<Value>(_ type: Value.Type) throws -> Value {
        let shape = try CaptureShape(of: type)
        return try readValue(shape, as: type)
    }

    private func readValue<Value>(_ shape: CaptureShape, as type: Value.Type) throws -> Value {
        let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        defer { pointer.deallocate() }
        try read(shape, into: UnsafeMutableRawPointer(pointer))
        return pointer.move()
    }

    /// Initialises the memory at `pointer` with a value; if that fails the memory is as uninitialised as before.
    func read(_ shape: CaptureShape, into pointer: UnsafeMutableRawPointer) throws {
        switch shape {
        case .codable(let type):
            try readCodable(type, into: pointer)
        case .object(let type):
            try readObject(type, into: pointer)
        case .function(let isAsync):
            pointer.storeBytes(of: try readFunction(isAsync: isAsync), as: FunctionWords.self)
        case .optionalFunction(let isAsync):
            let words =
                try read(Bool.self) ? try readFunction(isAsync: isAsync) : FunctionWords(code: 0, context: 0)
            pointer.storeBytes(of: words, as: FunctionWords.self)
        case .pointerToCode:
            pointer.storeBytes(of: try readCode(isAsync: false), as: UInt.self)
        case .tuple(let elements), .properties(let elements, _, _):
            try readElements(elements, into: pointer)
        case .metatype(let type):
            try readMetatype(type, into: pointer)
        case .dynamicSelf(let base):
            let type = try read(TypeReference.self).resolve()
            guard Self.isClass(type, below: base) else {
                throw ClosureCodingError.invalidCode("\(type) is no subclass of \(base)")
            }
            pointer.storeBytes(of: RuntimeType(type).pointer, as: UnsafeRawPointer.self)
        case .existential(let type):
            func open<Existential>(_: Existential.Type) throws {
                let value = try readExistential()
                guard let value = value as? Existential else {
                    throw ClosureCodingError.invalidCode("a \(Swift.type(of: value)) is no \(type)")
                }
                pointer.initializeMemory(as: Existential.self, to: value)
            }
            try _openExistential(type, do: open)
        case .container(let type):
            try nested { try readContainer(type, into: pointer) }
        case .bareCases(let count, let size):
            if size == 1 { pointer.storeBytes(of: try readCase(UInt8.self, count), as: UInt8.self) }
            if size == 2 { pointer.storeBytes(of: try readCase(UInt16.self, count), as: UInt16.self) }
        case .nothing:
            break
        }
    }

    private func readCase<Number: FixedWidthInteger & Decodable>(_ type: Number.Type, _ count: Int) throws
        -> Number
    {
        let number = try read(type)
        guard number < count else { throw ClosureCodingError.invalidCode("an enumeration has no such case") }
        return number
    }

    private func readCodable<Value: Codable>(_ type: Value.Type, into pointer: UnsafeMutableRawPointer) throws
    {
        pointer.initializeMemory(as: type, to: try container.decode(type))
    }

    private func readContainer<Value: PortableContainer>(
        _ type: Value.Type,
        into pointer: UnsafeMutableRawPointer
    ) throws {
        pointer.initializeMemory(as: type, to: try Value.read(from: self))
    }

    private func readObject<Value: Codable>(_ type: Value.Type, into pointer: UnsafeMutableRawPointer) throws
    {
        guard try read(Bool.self) else {
            try readCodable(type, into: pointer)
            return
        }
        guard let dynamicType = try read(TypeReference.self).resolve() as? any Decodable.Type,
            let value = try container.decode(dynamicType) as? Value
        else {
            throw ClosureCodingError.invalidCode("an object is not of the class that the closure captures")
        }
        pointer.initializeMemory(as: type, to: value)
    }

    /// Reads values into their places; if one fails, those before it are destroyed.
    func readElements(_ elements: [CaptureShape.Element], into pointer: UnsafeMutableRawPointer) throws {
        var count = 0
        do {
            for element in elements {
                try read(element.shape, into: pointer + element.offset)
                count += 1
            }
        } catch {
            for element in elements.prefix(count) { destroy(element, at: pointer + element.offset) }
            throw error
        }
    }

    private func readMetatype(_ metatype: Any.Type, into pointer: UnsafeMutableRawPointer) throws {
        let type = try read(TypeReference.self).resolve()
        // The instance type is word 1 of the metatype's metadata.
        guard let instance = UnsafeRawPointer(bitPattern: RuntimeType(metatype).memory.word(8)) else {
            return
        }
        let expected = RuntimeType(metadata: instance).type
        guard type == expected || Self.isClass(type, below: expected) else {
            throw ClosureCodingError.invalidCode("\(type) is not \(expected)")
        }
        pointer.storeBytes(of: RuntimeType(type).pointer, as: UnsafeRawPointer.self)
    }

    private static func isClass(_ type: Any.Type, below base: Any.Type) -> Bool {
        var current: RuntimeType? = RuntimeType(type)
        while let candidate = current, candidate.kind == .nativeClass {
            if candidate.type == base { return true }
            current = candidate.superclass
        }
        return false
    }

    private func readExistential() throws -> Any {
        let type = try read(TypeReference.self).resolve()
        let shape = try CaptureShape(of: type)
        func open<Value>(_ type: Value.Type) throws -> Any {
            try readValue(shape, as: type)
        }
        var value: Any?
        try nested { value = try _openExistential(type, do: open) }
        guard let value else { throw ClosureCodingError.invalidCode("a value is missing") }
        return value
    }

    private func destroy(_ type: Any.Type, at pointer: UnsafeMutableRawPointer) {
        func open<Value>(_ type: Value.Type) {
            pointer.assumingMemoryBound(to: type).deinitialize(count: 1)
        }
        _openExistential(type, do: open)
    }

    // MARK: - Functions

    /// Reads a function; the caller owns its context.
    func readFunction(isAsync: Bool) throws -> FunctionWords {
        var function = FunctionWords(code: 0, context: 0)
        try nested {
            function.code = try readCode(isAsync: isAsync)
            guard let tag = ContextTag(rawValue: try read(UInt8.self)) else {
                throw ClosureCodingError.invalidCode("its captures have an unknown form")
            }
            function.context = try readContext(tag)
        }
        return function
    }

    private func readCode(isAsync: Bool) throws -> UInt {
        let (_, image, address) = try readLocation()
        try FunctionWords.check(code: address, isAsync: isAsync, in: image)
        return address
    }

    private func readContext(_ tag: ContextTag) throws -> UInt {
        switch tag {
        case .none:
            return 0
        case .captures:
            return try readCaptures()
        case .emptyArray:
            return SingleCapture.context(owning: [Int]())
        case .array:
            let type = try read(TypeReference.self).resolve()
            guard let array = type as? any SingleArray.Type else {
                throw ClosureCodingError.invalidCode("\(type) is no array")
            }
            func open<Elements: SingleArray>(_ type: Elements.Type) throws -> UInt {
                Elements.context(try readValue(type))
            }
            return try open(array)
        case .object:
            let type = try read(TypeReference.self).resolve()
            guard RuntimeType(type).kind == .nativeClass, let decodable = type as? any Decodable.Type else {
                throw ClosureCodingError.invalidCode("\(type) is no class that is Codable")
            }
            return SingleCapture.context(owning: try container.decode(decodable) as AnyObject)
        case .error:
            guard let error = try readExistential() as? any Error else {
                throw ClosureCodingError.invalidCode("what should be an error is none")
            }
            return SingleCapture.context(owning: error)
        }
    }

    private func readCaptures() throws -> UInt {
        let (_, _, metadata) = try readLocation()
        let checked = try ContextPlan.check(metadata)
        var bindings: [UInt] = []
        for _ in 0..<checked.descriptor.bindingCount {
            if try read(Bool.self) {
                bindings.append(UInt(bitPattern: RuntimeType(try read(TypeReference.self).resolve()).pointer))
            } else {
                bindings.append(try read(WitnessTableReference.self).resolve())
            }
        }
        for (_, source) in checked.descriptor.sources {
            // What a parameter is read from has to be a type, not a witness table.
            if case .binding(let index) = source, bindings.indices.contains(index),
                Memory(bindings[index]).word(0) > 0x7ff
            {
                throw ClosureCodingError.invalidCode("a generic argument is no type")
            }
        }
        let explicit = try checked.descriptor.sources.filter { !$0.source.isBinding }.map { _ in
            try read(TypeReference.self).resolve()
        }
        let plan = try ContextPlan.plan(metadata: metadata, checked, bindings: bindings, explicit: explicit)
        return try makeContext(plan, bindings: bindings)
    }

    /// Allocates a context with the sender's metadata, which also knows how to destroy it, and decodes the captures
    /// into place.
    private func makeContext(_ plan: ContextPlan, bindings: [UInt]) throws -> UInt {
        guard let metadata = UnsafeRawPointer(bitPattern: plan.metadata),
            let context = captureAllocateObject(metadata, plan.size, plan.alignmentMask)
        else { throw ClosureCodingError.unsupportedRuntime("a context cannot be allocated") }
        for (index, word) in bindings.enumerated() {
            context.storeBytes(of: word, toByteOffset: ContextPlan.headerSize + 8 * index, as: UInt.self)
        }
        do {
            try readElements(plan.captures, into: context)
        } catch {
            captureDeallocateUninitializedObject(context, plan.size, plan.alignmentMask)
            throw error
        }
        return UInt(bitPattern: context)
    }

    private func destroy(_ element: CaptureShape.Element, at pointer: UnsafeMutableRawPointer) {
        if let type = element.type {
            destroy(type, at: pointer)
            return
        }
        switch element.shape {
        case .function, .optionalFunction:
            let context = FunctionWords(at: pointer).context
            if context != 0 { captureRelease(UnsafeMutableRawPointer(bitPattern: context)) }
        case .properties(let elements, _, _):
            for element in elements { destroy(element, at: pointer + element.offset) }
        default: break
        }
    }

    private func nested(_ body: () throws -> Void) throws {
        guard depth < PayloadWriter.depthLimit else {
            throw ClosureCodingError.invalidCode("its parts are nested too deeply")
        }
        depth += 1
        defer { depth -= 1 }
        try body()
    }
}
