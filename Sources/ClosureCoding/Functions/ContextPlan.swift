internal import CProcessSupport
internal import Synchronization

/// Where each captured value lies in a context and how it travels: everything that is the same for all contexts with
/// one metadata and one set of bindings.
///
/// A context is a heap object: metadata (0), reference count (8), a word per binding from 16 on, then the captures in order,
/// each aligned. Its metadata has the kind 0x400 in word 0, the offset of what follows the header as 32 bits at 8,
/// and in word 2 the address of the capture descriptor.
final class ContextPlan: Sendable {
    static let contextKind: UInt = 0x400
    static let genericBoxKind: UInt = 0x500
    static let errorKind: UInt = 0x501
    static let headerSize = 16

    let metadata: UInt
    let location: ImageLocation
    let bindingCount: Int
    /// The generic parameters whose types travel beside the bindings.
    let explicitParameters: [GenericArguments.Parameter]
    let captures: [CaptureShape.Element]
    let size: Int
    let alignmentMask: Int

    private struct Key: Hashable {
        let metadata: UInt
        let words: [UInt]
    }

    private static let plans = Mutex<[Key: ContextPlan]>([:])
    private static let descriptors = Mutex<[UInt: CheckedMetadata]>([:])

    /// Context metadata that has been found to be one, with its descriptor.
    struct CheckedMetadata: Sendable {
        let descriptor: CaptureDescriptor
        let image: LoadedImage
        let location: ImageLocation
    }

    /// Checks that context metadata lies at `address` and reads its descriptor.
    static func check(_ address: UInt) throws -> CheckedMetadata {
        if let known = descriptors.withLock({ $0[address] }) { return known }
        guard let image = LoadedImages.containing(address), address % 8 == 0,
            image.contains(address, count: 24),
            let location = ImageLocation(address)
        else { throw ClosureCodingError.invalidCode("the metadata of its captures lies in no image") }
        let memory = Memory(address)
        guard memory.word(0) == contextKind else {
            throw ClosureCodingError.invalidCode("the metadata of its captures has an unknown kind")
        }
        let descriptorAddress = memory.word(16)
        guard descriptorAddress != 0, memory.uint32(8) == UInt32(headerSize) else {
            throw ClosureCodingError.unsupportedRuntime(
                "the program has no metadata about captures (was it compiled with -disable-reflection-metadata?)"
            )
        }
        guard image.hasRecord(.captures, at: descriptorAddress) else {
            throw ClosureCodingError.invalidCode("the description of its captures is not where it should be")
        }
        let descriptor = try CaptureDescriptor(at: descriptorAddress, in: image)
        let checked = CheckedMetadata(descriptor: descriptor, image: image, location: location)
        descriptors.withLock { $0[address] = checked }
        return checked
    }

    /// The plan for a context of this process.
    static func plan(forContext context: UInt) throws -> (plan: ContextPlan, explicitTypes: [Any.Type]) {
        let memory = Memory(context)
        let checked = try check(memory.word(0))
        let bindings = (0..<checked.descriptor.bindingCount).map { memory.word(headerSize + 8 * $0) }
        guard bindings.allSatisfy({ $0 > 0xffff && $0 % 8 == 0 }) else {
            throw ClosureCodingError.unsupportedGenericContext("uses a parameter pack or a value parameter")
        }
        guard checked.descriptor.needsExplicitArguments else {
            return (try plan(metadata: memory.word(0), checked, bindings: bindings, explicit: []), [])
        }
        var types: [Any.Type] = []
        for (parameter, source) in checked.descriptor.sources where !source.isBinding {
            guard let metadata = try metadata(source, of: context, checked.descriptor, bindings) else {
                throw ClosureCodingError.unsupportedGenericContext(
                    "the type of its parameter \(parameter.depth).\(parameter.index) cannot be found"
                )
            }
            types.append(RuntimeType(metadata: metadata).type)
        }
        return (try plan(metadata: memory.word(0), checked, bindings: bindings, explicit: types), types)
    }

    /// The plan for a context that is about to be made.
    static func plan(
        metadata: UInt,
        _ checked: CheckedMetadata,
        bindings: [UInt],
        explicit: [Any.Type]
    ) throws -> ContextPlan {
        let explicitWords = explicit.map { UInt(bitPattern: RuntimeType($0).pointer) }
        let key = Key(metadata: metadata, words: bindings + explicitWords)
        if let known = plans.withLock({ $0[key] }) { return known }
        let plan = try ContextPlan(metadata, checked, bindings: bindings, explicit: explicitWords)
        plans.withLock { $0[key] = plan }
        return plan
    }

    private init(_ metadata: UInt, _ checked: CheckedMetadata, bindings: [UInt], explicit: [UInt]) throws {
        let descriptor = checked.descriptor
        self.metadata = metadata
        location = checked.location
        bindingCount = descriptor.bindingCount
        let explicitSources = descriptor.sources.filter { !$0.source.isBinding }
        explicitParameters = explicitSources.map(\.parameter)
        guard explicit.count == explicitSources.count else {
            throw ClosureCodingError.invalidCode("its generic arguments are incomplete")
        }
        var values: [GenericArguments.Parameter: UnsafeRawPointer] = [:]
        for (parameter, word) in zip(explicitParameters, explicit) {
            values[parameter] = UnsafeRawPointer(bitPattern: word)
        }
        for (parameter, source) in descriptor.sources {
            guard case .binding(let index) = source, bindings.indices.contains(index) else { continue }
            values[parameter] = UnsafeRawPointer(bitPattern: bindings[index])
        }
        let arguments = GenericArguments(values)

        var offset = Self.headerSize + 8 * bindings.count
        var alignmentMask = 7
        var captures: [CaptureShape.Element] = []
        for name in descriptor.captures {
            let (shape, type) = try Self.shape(of: name, descriptor, arguments)
            let layout = shape.layout(type)
            offset = (offset + layout.alignment - 1) & ~(layout.alignment - 1)
            captures.append(CaptureShape.Element(offset: offset, type: type, shape: shape))
            offset += layout.size
            alignmentMask = max(alignmentMask, layout.alignment - 1)
        }
        self.captures = captures
        size = offset
        self.alignmentMask = alignmentMask
    }

    private static func shape(
        of name: CaptureName,
        _ descriptor: CaptureDescriptor,
        _ arguments: GenericArguments
    ) throws -> (CaptureShape, Any.Type?) {
        if let shape = try CaptureShape.shape(of: name, arguments) { return shape }
        if name.mayBeGeneric, descriptor.bindingCount > 0 || !descriptor.sources.isEmpty {
            throw ClosureCodingError.unsupportedGenericContext(
                "captures \(name.description), whose type depends on generic parameters in a way that cannot be followed"
            )
        }
        throw name.unresolvedError
    }

    /// Finds a generic parameter's metadata in a context of this process.
    private static func metadata(
        _ source: MetadataSource,
        of context: UInt,
        _ descriptor: CaptureDescriptor,
        _ bindings: [UInt]
    ) throws -> UnsafeRawPointer? {
        switch source {
        case .binding(let index):
            return bindings.indices.contains(index) ? UnsafeRawPointer(bitPattern: bindings[index]) : nil
        case .argument(let index, let inner):
            guard let metadata = try metadata(inner, of: context, descriptor, bindings) else { return nil }
            // The object may be an instance of a subclass; the arguments are those of the class that has any.
            var type: RuntimeType? = RuntimeType(metadata: metadata)
            while let current = type {
                let nominal = NominalDescriptor(current.descriptor)
                if current.descriptor != 0, nominal.isGeneric {
                    guard let words = current.genericArguments(nominal), words.indices.contains(index)
                    else { return nil }
                    return UnsafeRawPointer(bitPattern: words[index])
                }
                type = current.superclass
            }
            return nil
        case .reference(let index):
            guard descriptor.captures.indices.contains(index) else { return nil }
            // The captures before it have to have types that do not depend on what is being looked for.
            var offset = headerSize + 8 * bindings.count
            for name in descriptor.captures[..<index] {
                guard !name.mayBeGeneric else { return nil }
                let (shape, type) = try shape(of: name, descriptor, GenericArguments())
                let layout = shape.layout(type)
                offset = (offset + layout.alignment - 1) & ~(layout.alignment - 1)
                offset += layout.size
            }
            offset = (offset + 7) & ~7
            guard let object = UnsafeRawPointer(bitPattern: Memory(context).word(offset)) else { return nil }
            return UnsafeRawPointer(bitPattern: Memory(object).word(0))
        }
    }
}
