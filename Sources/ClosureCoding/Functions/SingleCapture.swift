/// What a closure's context word is if its only capture is one reference: the object itself, without a context.
enum SingleCapture {
    /// An array's storage, seen as what it belongs to.
    enum Storage {
        case empty
        case elements(any SingleArray.Type)
    }

    static func object(_ context: UInt) throws(ClosureCodingError) -> AnyObject {
        guard let pointer = UnsafeRawPointer(bitPattern: context) else {
            throw .unsupportedRuntime("a context is null")
        }
        return Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// The error whose box the context is; a box is what an `any Error` consists of.
    static func error(_ context: UInt) -> any Error {
        withUnsafePointer(to: context) {
            UnsafeRawPointer($0).assumingMemoryBound(to: (any Error).self).pointee
        }
    }

    /// A context that owns `error`.
    static func context(owning error: any Error) -> UInt {
        // The coercion keeps the box: a generic call would open it and pass what is inside.
        retained(error as any Error)
    }

    /// A context that owns `object`.
    static func context(owning object: AnyObject) -> UInt {
        UInt(bitPattern: Unmanaged.passRetained(object).toOpaque())
    }

    /// A context that owns the array's storage.
    static func context<Element>(owning array: [Element]) -> UInt {
        retained(array)
    }

    /// The word that a value consists of, with the reference that it counts given away.
    private static func retained<Value>(_ value: Value) -> UInt {
        withUnsafeTemporaryAllocation(of: Value.self, capacity: 1) { buffer in
            // Initialised and never deinitialised: the caller owns the reference.
            buffer.initializeElement(at: 0, to: value)
            return UnsafeRawBufferPointer(buffer).loadUnaligned(as: UInt.self)
        }
    }

    /// Whether the object is the storage of an array.
    static func storage(of object: AnyObject) -> Storage? {
        if object === emptyStorage.object { return .empty }
        let type = RuntimeType(Swift.type(of: object))
        guard type.kind == .nativeClass, type.descriptor == storageDescriptor else { return nil }
        guard let words = type.genericArguments(NominalDescriptor(type.descriptor)), let word = words.first,
            let metadata = UnsafeRawPointer(bitPattern: word)
        else { return nil }
        func open<Element>(_: Element.Type) -> any SingleArray.Type { [Element].self }
        return .elements(_openExistential(RuntimeType(metadata: metadata).type, do: open))
    }

    /// The object that all empty arrays share; it is never freed or changed.
    private struct SharedObject: @unchecked Sendable {
        // Immutable: the standard library's constant.
        let object: AnyObject
    }

    private static let emptyStorage = SharedObject(object: unsafeBitCast([Int](), to: AnyObject.self))

    private static let storageDescriptor: UInt = {
        let array = [Int](repeating: 0, count: 1)
        return RuntimeType(Swift.type(of: unsafeBitCast(array, to: AnyObject.self))).descriptor
    }()
}

/// An array, as what a storage object belongs to.
protocol SingleArray {
    static func array(storage: AnyObject) -> Self
    /// Reads an array from a payload and gives its storage away.
    static func context(_ value: Self) -> UInt
}

extension Array: SingleArray {
    static func array(storage: AnyObject) -> [Element] {
        unsafeBitCast(storage, to: [Element].self)
    }

    static func context(_ value: [Element]) -> UInt {
        SingleCapture.context(owning: value)
    }
}
