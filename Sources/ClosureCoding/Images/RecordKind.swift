internal import CProcessSupport

/// A kind of metadata record that the compiler lists in a section of its own.
///
/// The lists are what received offsets are checked against: whatever a message claims to be a descriptor has to
/// be one that the compiler emitted.
enum RecordKind: Hashable, Sendable {
    /// `swift5_protocols`: a list of relative references.
    case protocols
    /// `swift5_protocol_conformances`: a list of relative references.
    case conformances
    /// `swift5_type_metadata`: a list of relative references with the kind of reference in the low two bits.
    case types
    /// `swift5_capture`: the capture descriptors themselves, one after the other.
    case captures

    struct Section: Sendable {
        let start: UInt
        let length: UInt
    }

    struct Sections: Sendable {
        let protocols: Section
        let conformances: Section
        let types: Section
        let captures: Section

        subscript(_ kind: RecordKind) -> Section {
            switch kind {
            case .protocols: protocols
            case .conformances: conformances
            case .types: types
            case .captures: captures
            }
        }
    }

    /// The sections of all images that the Swift runtime knows now; empty if its records have a form unknown here.
    static var sections: [Sections] {
        var capacity = 64
        while true {
            var count = 0
            let entries = [CaptureSections](unsafeUninitializedCapacity: capacity) { buffer, initialized in
                count = captureSections(buffer.baseAddress, capacity)
                initialized = min(count, capacity)
                if count == Int(bitPattern: UInt.max) { initialized = 0 }
            }
            if count == Int(bitPattern: UInt.max) { return [] }
            if count <= capacity { return entries.map(Sections.init) }
            capacity = count + 16
        }
    }

    /// The addresses of the records in a section of `image`.
    func read(_ section: Section, in image: LoadedImage) -> [UInt] {
        guard section.length > 0, image.contains(section.start, count: section.length) else { return [] }
        let memory = Memory(section.start)
        if self == .captures { return Self.captureDescriptors(memory, length: Int(section.length)) }
        var addresses: [UInt] = []
        addresses.reserveCapacity(Int(section.length) / 4)
        for position in stride(from: 0, to: Int(section.length) - 3, by: 4) {
            let value = memory.int32(position)
            // Bit 0 of protocols and bits 0 and 1 of types and conformances say whether the reference is indirect.
            let isIndirect = value & 1 != 0
            let target = memory.address &+ UInt(bitPattern: position) &+ UInt(bitPattern: Int(value & ~3))
            if !isIndirect { addresses.append(target) }
        }
        return addresses
    }

    /// A descriptor is three counts, a relative pointer per capture and two per metadata source; the section holds
    /// nothing else, except that the linker may pad with zeros, which read as descriptors of nothing.
    private static func captureDescriptors(_ memory: Memory, length: Int) -> [UInt] {
        var addresses: [UInt] = []
        var position = 0
        while position + 12 <= length {
            let captures = Int(memory.uint32(position))
            let sources = Int(memory.uint32(position + 4))
            let size = 12 + 4 * captures + 8 * sources
            guard captures < 0x10000, sources < 0x10000, position + size <= length else { break }
            addresses.append(memory.address + UInt(position))
            position += size
        }
        return addresses
    }
}

extension RecordKind.Section {
    fileprivate init(_ section: CaptureSection) {
        start = UInt(section.start)
        length = UInt(section.length)
    }
}

extension RecordKind.Sections {
    fileprivate init(_ sections: CaptureSections) {
        protocols = RecordKind.Section(sections.protocols)
        conformances = RecordKind.Section(sections.conformances)
        types = RecordKind.Section(sections.types)
        captures = RecordKind.Section(sections.captures)
    }
}

/// Reads at an address that has been checked.
struct Memory {
    let address: UInt

    init(_ address: UInt) {
        self.address = address
    }

    init(_ pointer: UnsafeRawPointer) {
        address = UInt(bitPattern: pointer)
    }

    @inline(__always)
    func load<Value: BitwiseCopyable>(_ offset: Int, as type: Value.Type) -> Value? {
        UnsafeRawPointer(bitPattern: address &+ UInt(bitPattern: offset))?.loadUnaligned(as: type)
    }

    func int32(_ offset: Int) -> Int32 { load(offset, as: Int32.self) ?? 0 }
    func uint32(_ offset: Int) -> UInt32 { load(offset, as: UInt32.self) ?? 0 }
    func uint16(_ offset: Int) -> UInt16 { load(offset, as: UInt16.self) ?? 0 }
    func byte(_ offset: Int) -> UInt8 { load(offset, as: UInt8.self) ?? 0 }
    func word(_ offset: Int) -> UInt { load(offset, as: UInt.self) ?? 0 }

    /// Where the 32-bit relative pointer at `offset` points; 0 if it is null.
    func relative(_ offset: Int) -> UInt {
        let distance = int32(offset)
        guard distance != 0 else { return 0 }
        return address &+ UInt(bitPattern: offset) &+ UInt(bitPattern: Int(distance))
    }
}
