internal import CProcessSupport

/// A protocol's witness table, as something that can travel.
///
/// A table that the compiler emitted is found through its conformance. One that was made at run time, for a conditional
/// conformance, is looked up again from the type and the protocol.
enum WitnessTableReference: Hashable, Sendable {
    case emitted(conformance: ImageLocation)
    case conformance(TypeReference, protocol: ImageLocation)

    /// Finds what identifies a witness table; `nil` if the word is no witness table, or belongs to none of the types.
    ///
    /// - Parameters:
    ///   - table: The table's address.
    ///   - types: The types, one of which, or a part of it, a table made at run time has to belong to.
    /// - Throws: `ClosureCodingError` if the type that it belongs to cannot travel.
    init?(_ table: UInt, among types: [UInt]) throws {
        // Word 0 of every witness table is its conformance's descriptor.
        let conformance = Memory(table).word(0)
        guard Self.isConformance(conformance) else { return nil }
        if Self.emittedTable(of: conformance) == table {
            guard let location = ImageLocation(conformance) else { return nil }
            self = .emitted(conformance: location)
            return
        }
        let protocolAddress = Self.indirectable(Memory(conformance), 0)
        guard let protocolPointer = UnsafeRawPointer(bitPattern: protocolAddress),
            let location = ImageLocation(protocolAddress)
        else { return nil }
        for type in Self.withArguments(types) {
            guard let pointer = UnsafeRawPointer(bitPattern: type) else { continue }
            guard let found = captureWitnessTable(pointer, protocolPointer) else { continue }
            if UInt(bitPattern: found) == table {
                self = .conformance(
                    try TypeReference(RuntimeType(metadata: pointer).type),
                    protocol: location
                )
                return
            }
        }
        return nil
    }

    /// The table's address in this process.
    func resolve() throws -> UInt {
        switch self {
        case .emitted(let location):
            let (_, address) = try location.resolve()
            guard Self.isConformance(address), let table = Self.emittedTable(of: address) else {
                throw ClosureCodingError.invalidCode("a conformance is not where it should be")
            }
            return table
        case .conformance(let reference, let location):
            let type = try reference.resolve()
            let (image, address) = try location.resolve()
            // A protocol is listed only in the image that declares it.
            guard image.hasRecord(.protocols, at: address),
                let pointer = UnsafeRawPointer(bitPattern: address)
            else {
                throw ClosureCodingError.invalidCode("a protocol's descriptor is not where it should be")
            }
            guard let table = captureWitnessTable(RuntimeType(type).pointer, pointer) else {
                throw ClosureCodingError.unresolvedType(
                    "\(type) does not have a conformance that it has at the sender"
                )
            }
            return UInt(bitPattern: table)
        }
    }

    private static func isConformance(_ address: UInt) -> Bool {
        guard let image = LoadedImages.containing(address) else { return false }
        return image.hasRecord(.conformances, at: address)
    }

    /// The table that the compiler emitted for a conformance, if it is used as it stands.
    ///
    /// A conformance's descriptor is: protocol (0), type (4), table (8), flags (12). The flag says that tables are made from
    /// this one at run time.
    private static func emittedTable(of conformance: UInt) -> UInt? {
        let memory = Memory(conformance)
        guard memory.uint32(12) & (1 << 17) == 0 else { return nil }
        let table = memory.relative(8)
        return table == 0 ? nil : table
    }

    /// The types and the types that they are made of: a table often belongs to an element's type.
    private static func withArguments(_ types: [UInt]) -> [UInt] {
        var all = types
        var index = 0
        while index < all.count, all.count < 64 {
            defer { index += 1 }
            guard let pointer = UnsafeRawPointer(bitPattern: all[index]) else { continue }
            let type = RuntimeType(metadata: pointer)
            guard type.descriptor != 0 else { continue }
            let descriptor = NominalDescriptor(type.descriptor)
            guard let words = type.genericArguments(descriptor), let layout = descriptor.genericLayout else {
                continue
            }
            for word in words.prefix(layout.typeCount) where !all.contains(word) { all.append(word) }
        }
        return all
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
        case 0: self = .emitted(conformance: try container.decode(ImageLocation.self))
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
