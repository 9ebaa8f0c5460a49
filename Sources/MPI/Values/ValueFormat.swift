internal import MessageCoding

/// How a value looks as a message: a mark, the fingerprint of its type, then the encoded value.
///
/// The mark tells a value from a buffer, whichever of them a receiver expects, and says which version of the format it is. A
/// failure looks the same, with another mark: it takes the place of a value that a rank could not contribute to a collective
/// operation.
enum ValueFormat {
    static let headerLength = 16
    // No number that a program is likely to send: as a Double it is a negative NaN with a payload.
    private static let mark: UInt64 = 0xFFF5_9D4D_5049_7600
    private static let failure: UInt64 = 0x0000_0000_0000_0080
    private static let version: UInt64 = 1

    static let valueMark = (mark | version).littleEndian
    static let failureMark = (mark | failure | version).littleEndian
    private static let encoder = MessageEncoder()
    private static let decoder = MessageDecoder()

    // MARK: Writing

    /// Appends a value as a message.
    @inline(__always)
    static func append<Value: Encodable>(_ value: Value, to bytes: inout [UInt8]) throws {
        appendHeader(valueMark, TypeFingerprint.of(Value.self).rawValue, &bytes)
        try encoder.encode(value, appendingTo: &bytes)
    }

    /// Appends word of a failure in the place of a value.
    static func append(failure error: any Error, ofRank rank: Int, to bytes: inout [UInt8]) {
        appendHeader(failureMark, UInt64(rank), &bytes)
        bytes.append(contentsOf: String(describing: error).utf8.prefix(64 << 10))
    }

    private static func appendHeader(_ mark: UInt64, _ word: UInt64, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: (mark, word.littleEndian)) { bytes.append(contentsOf: $0) }
    }

    // MARK: Reading

    /// Whether memory that was received as a buffer begins like a value.
    @inline(__always)
    static func isValue(_ address: UnsafeRawPointer?, _ byteCount: Int) -> Bool {
        guard byteCount >= headerLength, let address else { return false }
        return address.loadUnaligned(as: UInt64.self) == valueMark
    }

    /// Whether bytes begin like a value or a failure, of whatever version.
    static func hasMark(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= headerLength else { return false }
        return bytes.loadUnaligned(as: UInt64.self).littleEndian & ~0xFF == mark
    }

    /// Reads a value from a message.
    ///
    /// The C function that received the message, and the rank that sent it, are for errors.
    @inline(__always)
    static func read<Value: Decodable>(
        _ type: Value.Type,
        from bytes: UnsafeRawBufferPointer,
        _ name: StaticString,
        rank: Int
    ) throws -> Value {
        guard bytes.count >= headerLength, bytes.loadUnaligned(as: UInt64.self) == valueMark,
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
                == TypeFingerprint.of(type).rawValue
        else { throw explain(String(reflecting: type), bytes, name, rank) }
        return try decoder.decode(type, from: UnsafeRawBufferPointer(rebasing: bytes[headerLength...]))
    }

    /// The failure that a message reports, if it does not carry a value.
    static func failure(in bytes: UnsafeRawBufferPointer, _ name: StaticString) -> MPIError? {
        guard bytes.count >= headerLength, bytes.loadUnaligned(as: UInt64.self) == failureMark else {
            return nil
        }
        let rank = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
        let text = String(decoding: bytes[headerLength...], as: UTF8.self)
        return MPIError(.remoteFailure, call: name, text: "rank \(rank) failed: \(text)")
    }

    /// Says why a message is not the value that was expected.
    @inline(never)
    private static func explain(
        _ expected: String,
        _ bytes: UnsafeRawBufferPointer,
        _ name: StaticString,
        _ rank: Int
    ) -> any Error {
        if let failure = failure(in: bytes, name) { return failure }
        let found = bytes.count >= headerLength ? bytes.loadUnaligned(as: UInt64.self).littleEndian : 0
        if found == valueMark.littleEndian {
            let word = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
            let sent =
                TypeFingerprint(rawValue: word).knownName ?? "another type, which this rank has not met"
            return MPIError(
                .mismatch,
                call: name,
                text: "expected a value of type \(expected); rank \(rank) sent one of type \(sent)"
            )
        }
        if found & ~0xFF == mark {
            return MPIError(
                .mismatch,
                call: name,
                text: """
                    expected a value of type \(expected); rank \(rank) sent it in format \(found & 0x7F), and this rank \
                    reads format \(version): the ranks run different versions of the library
                    """
            )
        }
        return MPIError(
            .mismatch,
            call: name,
            text: """
                expected a value of type \(expected); rank \(rank) sent a buffer of \(bytes.count) bytes, \
                which receive(into:) takes
                """
        )
    }
}
