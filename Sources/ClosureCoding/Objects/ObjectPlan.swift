internal import CProcessSupport
internal import Synchronization

/// Where the stored properties of a class lie and how they travel.
final class ObjectPlan: Sendable {
    let type: Any.Type
    let properties: [CaptureShape.Element]

    private static let plans = Mutex<[ObjectIdentifier: ObjectPlan]>([:])

    private static let managedBuffer = RuntimeType(ManagedBuffer<Int, Int>.self).descriptor

    static func plan(for type: Any.Type) throws -> ObjectPlan {
        let key = ObjectIdentifier(type)
        if let known = plans.withLock({ $0[key] }) { return known }
        let plan = try ObjectPlan(type)
        plans.withLock { $0[key] = plan }
        return plan
    }

    private init(_ type: Any.Type) throws(ClosureCodingError) {
        self.type = type
        let name = String(reflecting: type)
        let count = try Self.checkedCount(type, name)
        let runtimeType = RuntimeType(type)
        var properties: [CaptureShape.Element] = []
        var end = 16
        for index in 0..<count {
            var rawName: UnsafePointer<CChar>?
            var isStrong = false
            guard let metadata = captureFieldType(runtimeType.pointer, index, &rawName, &isStrong) else {
                throw .unsupportedObject(
                    "The class \(name) has a stored property whose type is not known at run time."
                )
            }
            let property = rawName.map { String(cString: $0) } ?? "?"
            captureFree(UnsafeMutableRawPointer(mutating: rawName))
            try Self.check(property: property, isStrong: isStrong, in: name)
            let propertyType = RuntimeType(metadata: metadata)
            let offset = captureFieldOffset(runtimeType.pointer, index)
            end = max(end, offset + propertyType.valueLayout.size)
            let place = "\(name) has the stored property “\(property)” of type"
            properties.append(
                CaptureShape.Element(
                    offset: offset,
                    type: propertyType.type,
                    shape: try CaptureShape(of: propertyType.type, in: place)
                )
            )
        }
        // What is stored behind the properties, or is not described, would be lost.
        guard end == runtimeType.instanceSize else {
            throw .unsupportedObject(
                "An object of the class \(name) takes \(runtimeType.instanceSize) bytes, but its stored properties "
                    + "\(end): something in it is not described at run time. Make the class Codable instead."
            )
        }
        self.properties = properties
    }

    private static func check(
        property: String,
        isStrong: Bool,
        in name: String
    ) throws(ClosureCodingError) {
        guard isStrong else {
            throw .unsupportedObject(
                "\(name).\(property) is a weak or unowned reference, which cannot travel to another process. "
                    + "Store a Codable value that identifies the object instead."
            )
        }
        guard !property.hasPrefix("$__lazy_storage_$_") else {
            throw .unsupportedObject(
                "\(name).\(property.dropFirst(18)) is a lazy property, which cannot travel to another process. "
                    + "Compute it in a method, or store an optional."
            )
        }
    }

    /// Makes sure that each class of the chain is described in full, and returns the number of stored properties.
    private static func checkedCount(_ type: Any.Type, _ name: String) throws(ClosureCodingError) -> Int {
        var declared = 0
        var current: RuntimeType? = RuntimeType(type)
        while let level = current {
            guard level.kind == .nativeClass, level.descriptor != 0 else {
                throw .unsupportedObject("\(name) is not a class that is written in Swift.")
            }
            let descriptor = NominalDescriptor(level.descriptor)
            guard descriptor.isClass, !descriptor.hasResilientSuperclass else {
                throw .unsupportedObject(
                    "\(name) inherits from a class of a library whose layout is only known at run time. "
                        + "Inherit from a class of this program."
                )
            }
            guard descriptor.classFieldCount == 0 || descriptor.fields != 0 else {
                throw .unsupportedObject(
                    "\(level.type) was compiled without reflection metadata. Compile it without "
                        + "`-disable-reflection-metadata`."
                )
            }
            guard !descriptor.isActor else {
                throw .unsupportedObject(
                    "\(name) is an actor, which belongs to one process. Send the values it works on."
                )
            }
            guard level.descriptor != managedBuffer else {
                throw .unsupportedObject(
                    "\(name) stores elements behind its properties, which are not described."
                )
            }
            declared += descriptor.classFieldCount
            current = level.superclass
        }
        let count = captureFieldCount(RuntimeType(type).pointer)
        guard count == declared else {
            throw .unsupportedObject(
                "\(name) declares \(declared) stored properties, of which \(count) are described."
            )
        }
        return count
    }
}
