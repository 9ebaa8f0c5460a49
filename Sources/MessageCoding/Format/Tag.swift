/// The first byte of every value.
///
/// A value is a tag and what the tag says follows it, so the extent of any value is known without
/// knowing its type: containers carry their length, everything else has a length of its own.
///
///     00–7F  the integers 0…127                   DA     string: varint length, UTF-8
///     80–9F  string of 0…31 bytes                 DC     packed: element, varint count, memory
///     A0–BF  the integers -1…-32                  DD DE  keyed: length in 1 or 8 bytes, entries
///     C0     nil                                  DF E0  unkeyed: length and count in 1 or 8 bytes
///     C1     one more optional around a nil              each, values
///     C2 C3  false, true
///     C4 C5  Float, Double                        An entry of a keyed container is a varint
///     C8–CF  n in 1…8 bytes                       length, the key's UTF-8, and a value.
///     D0–D7  -1 - n, n in 1…8 bytes
///     D8 D9  n and -1 - n in 16 bytes             All numbers are little-endian.
enum Tag {
    static let shortString: UInt8 = 0x80
    static let smallNegative: UInt8 = 0xA0
    static let null: UInt8 = 0xC0
    static let wrappedNull: UInt8 = 0xC1
    static let no: UInt8 = 0xC2
    static let yes: UInt8 = 0xC3
    static let float: UInt8 = 0xC4
    static let double: UInt8 = 0xC5
    static let positive: UInt8 = 0xC8
    static let negative: UInt8 = 0xD0
    static let widePositive: UInt8 = 0xD8
    static let wideNegative: UInt8 = 0xD9
    static let string: UInt8 = 0xDA
    static let packed: UInt8 = 0xDC
    static let keyed: UInt8 = 0xDD
    static let longKeyed: UInt8 = 0xDE
    static let unkeyed: UInt8 = 0xDF
    static let longUnkeyed: UInt8 = 0xE0

    /// Strings shorter than this have their length in the tag.
    static let shortStringLimit = 32

    /// What an error message calls the value that begins with `tag`.
    static func name(of tag: UInt8) -> String {
        switch tag {
        case 0..<shortString, smallNegative..<null, positive...wideNegative: "an integer"
        case shortString..<smallNegative, string: "a string"
        case null, wrappedNull: "nil"
        case no, yes: "a Boolean"
        case float: "a Float"
        case double: "a Double"
        case packed: "an array of plain numbers"
        case keyed, longKeyed: "a keyed container"
        case unkeyed, longUnkeyed: "an unkeyed container"
        default: "the unknown tag \(tag)"
        }
    }
}

/// The number types whose arrays travel as their memory.
enum PackedElement: UInt8, Sendable {
    case bool = 1
    case int8
    case int16
    case int32
    case int64
    case uint8
    case uint16
    case uint32
    case uint64
    case float
    case double

    /// Bytes of one element.
    @inline(__always)
    var size: Int { 1 &<< shift }

    /// The size's logarithm: to divide by the size takes longer.
    @inline(__always)
    var shift: Int {
        switch self {
        case .bool, .int8, .uint8: 0
        case .int16, .uint16: 1
        case .int32, .uint32, .float: 2
        case .int64, .uint64, .double: 3
        }
    }
}

#if !(_endian(little))
#error("MessageCoding copies the memory of numbers and is written for little-endian machines.")
#endif

/// A number type whose arrays travel as their memory.
///
/// Only this module conforms types to it, each of them a standard type without padding.
protocol PackedNumber: PlainValue, BitwiseCopyable, Codable, Sendable {
    static var packedElement: PackedElement { get }
}

extension Bool: PackedNumber { static var packedElement: PackedElement { .bool } }
extension Int8: PackedNumber { static var packedElement: PackedElement { .int8 } }
extension Int16: PackedNumber { static var packedElement: PackedElement { .int16 } }
extension Int32: PackedNumber { static var packedElement: PackedElement { .int32 } }
extension Int64: PackedNumber { static var packedElement: PackedElement { .int64 } }
extension UInt8: PackedNumber { static var packedElement: PackedElement { .uint8 } }
extension UInt16: PackedNumber { static var packedElement: PackedElement { .uint16 } }
extension UInt32: PackedNumber { static var packedElement: PackedElement { .uint32 } }
extension UInt64: PackedNumber { static var packedElement: PackedElement { .uint64 } }
extension Float: PackedNumber { static var packedElement: PackedElement { .float } }
extension Double: PackedNumber { static var packedElement: PackedElement { .double } }

// A 32-bit machine has a smaller `Int`; its arrays are packed as what they are, and read elsewhere
// element by element.
extension Int: PackedNumber {
    static var packedElement: PackedElement { MemoryLayout<Int>.size == 8 ? .int64 : .int32 }
}
extension UInt: PackedNumber {
    static var packedElement: PackedElement { MemoryLayout<UInt>.size == 8 ? .uint64 : .uint32 }
}
