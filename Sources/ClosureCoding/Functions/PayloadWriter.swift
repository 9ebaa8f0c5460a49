internal import CProcessSupport

/// Writes function values and what they capture into one unkeyed container, in a single pass.
///
/// Images are named once: a place in the program is the number of its image, and if that is one more than those
/// known so far, the image's name and identity; then the distance from where it is loaded.
final class PayloadWriter {
    private var container: any UnkeyedEncodingContainer
    private var images: [String] = []
    private var depth = 0

    static let depthLimit = 64

    init(_ encoder: any Encoder) {
        container = encoder.unkeyedContainer()
    }

    func write<Value: Encodable>(_ value: Value) throws {
        try container.encode(value)
    }

    func write(_ location: ImageLocation) throws {
        if let index = images.firstIndex(of: location.image) {
            try container.encode(UInt32(index))
        } else {
            try container.encode(UInt32(images.count))
            images.append(location.image)
            try container.encode(location.image)
            try container.encode(location.identity)
        }
        try container.encode(location.offset)
    }

    /// Writes any value whose type has a shape.
    func write<Value>(_ value: Value, as type: Value.Type) throws {
        let shape = try CaptureShape(of: type)
        try withUnsafePointer(to: value) { try write(shape, at: UnsafeRawPointer($0)) }
    }

    /// Writes the value that lies at `pointer`.
    func write(_ shape: CaptureShape, at pointer: UnsafeRawPointer) throws {
        switch shape {
        case .codable(let type):
            try writeCodable(type, at: pointer)
        case .object(let type):
            try writeObject(type, at: pointer)
        case .function(let isAsync):
            try write(FunctionWords(at: pointer), isAsync: isAsync)
        case .optionalFunction(let isAsync):
            let words = FunctionWords(at: pointer)
            try write(words.code != 0)
            if words.code != 0 { try write(words, isAsync: isAsync) }
        case .pointerToCode:
            try writeCode(Memory(pointer).word(0))
        case .tuple(let elements), .properties(let elements, _, _):
            for element in elements { try write(element.shape, at: pointer + element.offset) }
        case .metatype, .dynamicSelf:
            guard let metadata = UnsafeRawPointer(bitPattern: Memory(pointer).word(0)) else { return }
            try write(TypeReference(RuntimeType(metadata: metadata).type))
        case .existential(let type):
            func open<Existential>(_: Existential.Type) throws {
                try writeExistential(pointer.assumingMemoryBound(to: Existential.self).pointee as Any)
            }
            try _openExistential(type, do: open)
        case .container(let type):
            try nested { try type.write(at: pointer, to: self) }
        case .bareCases(_, let size):
            if size == 1 { try write(Memory(pointer).byte(0)) }
            if size == 2 { try write(Memory(pointer).uint16(0)) }
        case .nothing:
            break
        }
    }

    private func writeCodable<Value: Codable>(_ type: Value.Type, at pointer: UnsafeRawPointer) throws {
        try container.encode(pointer.assumingMemoryBound(to: type).pointee)
    }

    /// An instance of a subclass travels as what it is.
    private func writeObject<Value: Codable>(_ type: Value.Type, at pointer: UnsafeRawPointer) throws {
        let value = pointer.assumingMemoryBound(to: type).pointee
        let dynamicType = Swift.type(of: value as Any)
        let isSubclass = dynamicType != type
        try write(isSubclass)
        if isSubclass { try write(TypeReference(dynamicType)) }
        try container.encode(value)
    }

    private func writeExistential(_ value: Any) throws {
        let type = Swift.type(of: value)
        let shape = try CaptureShape(of: type)
        try write(TypeReference(type))
        try nested {
            func open<Value>(_: Value.Type) throws {
                guard let value = value as? Value else {
                    throw ClosureCodingError.captureNotCodable(type, in: CaptureShape.capturePlace)
                }
                try withUnsafePointer(to: value) { try write(shape, at: UnsafeRawPointer($0)) }
            }
            try _openExistential(type, do: open)
        }
    }

    // MARK: - Functions

    /// Writes a function: its code, a tag for the kind of context, and the context.
    func write(_ function: FunctionWords, isAsync: Bool) throws {
        try nested {
            guard let image = LoadedImages.containing(function.code) else {
                throw ClosureCodingError.unsupportedCapture(
                    "a function that is not part of the program's code"
                )
            }
            do {
                try FunctionWords.check(code: function.code, isAsync: isAsync, in: image)
            } catch {
                throw ClosureCodingError.unsupportedRuntime("a function value does not point to code")
            }
            try writeCode(function.code)
            guard function.context != 0 else {
                try write(ContextTag.none.rawValue)
                return
            }
            try writeContext(function, isAsync: isAsync)
        }
    }

    private func writeCode(_ code: UInt) throws {
        guard let location = ImageLocation(code) else {
            throw ClosureCodingError.unsupportedCapture("a function that is not part of the program's code")
        }
        try write(location)
    }

    private func writeContext(_ function: FunctionWords, isAsync: Bool) throws {
        let metadata = Memory(function.context).word(0)
        switch Memory(metadata).word(0) {
        case ContextPlan.contextKind:
            try writeCaptures(function, isAsync: isAsync)
        case ContextPlan.genericBoxKind:
            throw ClosureCodingError.variableBox("a variable that it shares with its surroundings")
        case ContextPlan.errorKind:
            try write(ContextTag.error.rawValue)
            try writeExistential(SingleCapture.error(function.context) as Any)
        case RuntimeType.Kind.nativeClass.rawValue:
            try writeSingleObject(function.context)
        case let kind:
            throw ClosureCodingError.unsupportedCapture(
                "a reference to an object of the runtime (kind \(String(kind, radix: 16))), such as a Task"
            )
        }
    }

    /// A closure that captures nothing but one reference has that object as its context.
    private func writeSingleObject(_ context: UInt) throws {
        let object = try SingleCapture.object(context)
        switch SingleCapture.storage(of: object) {
        case .empty:
            try write(ContextTag.emptyArray.rawValue)
        case .elements(let array):
            func open<Elements: SingleArray>(_ type: Elements.Type) throws {
                let shape = try CaptureShape(of: type)
                let reference = try TypeReference(type)
                try write(ContextTag.array.rawValue)
                try write(reference)
                let value = type.array(storage: object)
                try withUnsafePointer(to: value) { try write(shape, at: UnsafeRawPointer($0)) }
            }
            try open(array)
        case nil:
            let type: any AnyObject.Type = Swift.type(of: object)
            guard let codable = object as? any Codable else {
                throw ClosureCodingError.captureNotCodable(
                    type,
                    in: "The closure captures nothing but an instance of"
                )
            }
            try write(ContextTag.object.rawValue)
            try write(TypeReference(type))
            try container.encode(codable)
        }
    }

    private func writeCaptures(_ function: FunctionWords, isAsync: Bool) throws {
        let context = function.context
        let (plan, explicitTypes) = try ContextPlan.plan(forContext: context)
        // A box has one content and no bindings.
        if plan.captures.count == 1, plan.bindingCount == 0,
            VariableBox.isLikely(
                function,
                isAsync: isAsync,
                isLoadable: VariableBox.isLoadable(plan.captures[0].type)
            )
        {
            throw ClosureCodingError.variableBox("a variable that it shares with its surroundings")
        }
        try write(ContextTag.captures.rawValue)
        try write(plan.location)
        if plan.bindingCount > 0 { try writeBindings(plan, context) }
        for type in explicitTypes { try write(TypeReference(type)) }
        guard let base = UnsafeRawPointer(bitPattern: context) else { return }
        for capture in plan.captures { try write(capture.shape, at: base + capture.offset) }
    }

    private func writeBindings(_ plan: ContextPlan, _ context: UInt) throws {
        let words = (0..<plan.bindingCount).map { Memory(context).word(ContextPlan.headerSize + 8 * $0) }
        // Metadata has a small number as its first word, a witness table the address of its conformance.
        let types = words.filter { Memory($0).word(0) <= 0x7ff }
        for word in words {
            if let metadata = UnsafeRawPointer(bitPattern: word), types.contains(word) {
                try write(true)
                try write(TypeReference(RuntimeType(metadata: metadata).type))
            } else if let table = try WitnessTableReference(word, among: types) {
                try write(false)
                try write(table)
            } else {
                throw ClosureCodingError.unsupportedGenericContext(
                    "needs a conformance that is made at run time and cannot be found again"
                )
            }
        }
    }

    private func nested(_ body: () throws -> Void) throws {
        guard depth < Self.depthLimit else {
            throw ClosureCodingError.unsupportedCapture("functions nested more than \(Self.depthLimit) deep")
        }
        depth += 1
        defer { depth -= 1 }
        try body()
    }
}

/// What follows a function's code.
enum ContextTag: UInt8 {
    case none
    case captures
    case object
    case array
    case emptyArray
    case error
}
