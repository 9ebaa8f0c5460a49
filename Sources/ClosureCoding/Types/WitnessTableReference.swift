internal import CProcessSupport

/// A protocol's witness table, as something that can travel.
///
/// A table that the compiler emitted lies in an image. One that was made at run time, for a conditional
/// conformance, is looked up again from the type and the protocol.
enum WitnessTableReference: Hashable, Sendable {
    case emitted(ImageLocation)
    case conformance(TypeReference, protocol: ImageLocation)

    /// Finds what identifies a witness table.
    ///
    /// - Parameter types: The types, one of which a table made at run time has to belong to.
    /// - Returns: `nil` if the word is no witness table, or belongs to none of the types.
    init?(_ table: UInt, among types: [UInt]) throws {
        if let image = LoadedImages.containing(table) {
            guard image.contains(table, count: 8), let location = ImageLocation(table) else { return nil }
            let conformance = Memory(table).word(0)
            guard let owner = LoadedImages.containing(conformance),
                owner.hasRecord(.conformances, at: conformance)
            else { return nil }
            self = .emitted(location)
            return
        }
        // Word 0 of every witness table is its conformance's descriptor, which begins with the protocol.
        let conformance = Memory(table).word(0)
        guard let owner = LoadedImages.containing(conformance), owner.hasRecord(.conformances, at: conformance)
        else { return nil }
        let protocolAddress = Self.indirectable(Memory(conformance), 0)
        guard let protocolPointer = UnsafeRawPointer(bitPattern: protocolAddress),
            let location = ImageLocation(protocolAddress)
        else { return nil }
        for type in types {
            guard let pointer = UnsafeRawPointer(bitPattern: type) else { continue }
            guard let found = captureWitnessTable(pointer, protocolPointer) else { continue }
            if UInt(bitPattern: found) == table {
                self = .conformance(try TypeReference(RuntimeType(metadata: pointer).type), protocol: location)
                return
            }
        }
        return nil
    }

    /// The table's address in this process.
    func resolve() throws -> UInt {
        switch self {
        case .emitted(let location):
            let (image, address) = try location.resolve()
            guard address % 8 == 0, image.contains(address, count: 8) else {
                throw ClosureCodingError.invalidCode("a witness table lies outside of its image")
            }
            let conformance = Memory(address).word(0)
            guard let owner = LoadedImages.containing(conformance), owner.hasRecord(.conformances, at: conformance)
            else { throw ClosureCodingError.invalidCode("a witness table belongs to no conformance") }
            return address
        case .conformance(let reference, let location):
            let type = try reference.resolve()
            let (image, address) = try location.resolve()
            // A protocol is listed only in the image that declares it.
            guard image.hasRecord(.protocols, at: address), let pointer = UnsafeRawPointer(bitPattern: address) else {
                throw ClosureCodingError.invalidCode("a protocol's descriptor is not where it should be")
            }
            guard let table = captureWitnessTable(RuntimeType(type).pointer, pointer) else {
                throw ClosureCodingError.unresolvedType("\(type) does not have a conformance that it has at the sender")
            }
            return UInt(bitPattern: table)
        }
    }

    /// Follows a relative pointer whose lowest bit says that it leads to another pointer.
    private static func indirectable(_ memory: Memory, _ offset: Int) -> UInt {
        let value = memory.int32(offset)
        let target = memory.address &+ UInt(bitPattern: offset) &+ UInt(bitPattern: Int(value & ~1))
        return value & 1 == 0 ? target : Memory(target).word(0)
    }
}

extension WitnessTableReference: Codable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        switch try container.decode(UInt8.self) {
        case 0: self = .emitted(try container.decode(ImageLocation.self))
        case 1:
            let type = try container.decode(TypeReference.self)
            self = .conformance(type, protocol: try container.decode(ImageLocation.self))
        default: throw ClosureCodingError.invalidCode("a witness table of an unknown form")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        switch self {
        case .emitted(let location):
            try container.encode(0 as UInt8)
            try container.encode(location)
        case .conformance(let type, let location):
            try container.encode(1 as UInt8)
            try container.encode(type)
            try container.encode(location)
        }
    }
}
