internal import CProcessSupport

/// Takes objects of any class apart and puts them together again in another process of the same program.
///
/// All stored properties, of the class and of its superclasses, travel; each has to be `Codable`, or a function or something
/// else that a closure may capture. The new object is filled in place: no initializer runs.
///
///     final class Renderer: Process {
///         let scene: String
///         …
///     }
///     try ObjectCoding.encode(renderer, to: encoder)
///     // in another process
///     let renderer = try ObjectCoding.decode(from: decoder) as? Renderer
///
/// Properties that are `weak`, `unowned` or `lazy` make it fail with an error that names class and property, as do actors and
/// classes of other languages.
public enum ObjectCoding {
    /// Writes an object's class and its stored properties.
    ///
    /// - Parameters:
    ///   - object: An instance of a class that is written in Swift.
    ///   - encoder: Where to write it to.
    /// - Throws: `ClosureCodingError` that names the class and the property that cannot travel; or what a property's own
    ///   `encode(to:)` throws.
    public static func encode(_ object: AnyObject, to encoder: any Encoder) throws {
        try RuntimeProbe.check()
        let type: any AnyObject.Type = Swift.type(of: object)
        let plan = try ObjectPlan.plan(for: type)
        let writer = PayloadWriter(encoder)
        try writer.write(try TypeReference(type))
        try withExtendedLifetime(object) {
            let base = UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque())
            for property in plan.properties { try writer.write(property.shape, at: base + property.offset) }
        }
    }

    /// Makes an object of the class that was written, with the stored properties that were written.
    ///
    /// - Parameter decoder: Where it was written to.
    /// - Returns: A new object of the same class.
    /// - Throws: `ClosureCodingError` if the sender is another program or the bytes are damaged; or what a property's own
    ///   `init(from:)` throws.
    public static func decode(from decoder: any Decoder) throws -> AnyObject {
        try RuntimeProbe.check()
        let reader = try PayloadReader(decoder)
        let type = try reader.read(TypeReference.self).resolve()
        let plan = try ObjectPlan.plan(for: type)
        return try reader.makeObject(plan)
    }
}

extension PayloadReader {
    /// Allocates an object and reads its stored properties into place.
    fileprivate func makeObject(_ plan: ObjectPlan) throws -> AnyObject {
        let runtimeType = RuntimeType(plan.type)
        guard
            let object = captureAllocateObject(
                runtimeType.pointer,
                runtimeType.instanceSize,
                runtimeType.instanceAlignmentMask
            )
        else { throw ClosureCodingError.unsupportedRuntime("an object cannot be allocated") }
        do {
            try readElements(plan.properties, into: object)
        } catch {
            // Gives the memory back without running a `deinit`, which may expect an object that is complete.
            captureDeallocateUninitializedObject(
                object,
                runtimeType.instanceSize,
                runtimeType.instanceAlignmentMask
            )
            throw error
        }
        return Unmanaged<AnyObject>.fromOpaque(object).takeRetainedValue()
    }
}
