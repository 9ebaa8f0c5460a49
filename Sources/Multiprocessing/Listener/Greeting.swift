/// What both ends of a connection say first: 64 bytes.
///
/// magic 8 · version 1 · role 1 · has a key 1 · zero 5 · type 8 · size limit 8 · nonce 32; numbers are little-endian.
struct Greeting: Hashable {
    static let byteCount = 64
    static let nonceSize = 32
    private static let magic = Array("\u{7f}swiftMP".utf8)

    var version: UInt8
    var role: UInt8
    var hasKey: Bool
    /// The fingerprint of the type of the messages.
    var type: UInt64
    /// The size of the greatest message that this end takes.
    var maximumMessageSize: UInt64
    var nonce: [UInt8]

    /// Whether these bytes are the beginning of a greeting.
    static func mayBegin(with bytes: [UInt8]) -> Bool { magic.starts(with: bytes.prefix(magic.count)) }

    var bytes: [UInt8] {
        var bytes = Self.magic
        bytes += [version, role, hasKey ? 1 : 0, 0, 0, 0, 0, 0]
        for number in [type, maximumMessageSize] {
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        return bytes + nonce
    }

    init(version: UInt8, role: UInt8, hasKey: Bool, type: UInt64, maximumMessageSize: UInt64, nonce: [UInt8])
    {
        self.version = version
        self.role = role
        self.hasKey = hasKey
        self.type = type
        self.maximumMessageSize = maximumMessageSize
        self.nonce = nonce
    }

    /// Reads a greeting; `nil` if the bytes are none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, Self.mayBegin(with: bytes), bytes[10] <= 1,
            bytes[11..<16].allSatisfy({ $0 == 0 })
        else { return nil }
        func number(at start: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
        }
        self.init(
            version: bytes[8],
            role: bytes[9],
            hasKey: bytes[10] == 1,
            type: number(at: 16),
            maximumMessageSize: number(at: 24),
            nonce: Array(bytes[32...])
        )
    }
}
