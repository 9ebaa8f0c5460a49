/// What stands before every message on a connection: how long it is, and whether it is a value or plain bytes.
///
/// Eight bytes, little-endian: the length in the lower seven, the kind in the highest.
struct MessageHeader: Hashable {
    enum Kind: UInt8 {
        case value = 1
        case bytes = 2
    }

    static let byteCount = 8
    static let greatestCount = 1 << 55

    var kind: Kind
    var count: Int

    var bytes: [UInt8] {
        let number = UInt64(count) | UInt64(kind.rawValue) << 56
        return (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    init(kind: Kind, count: Int) {
        self.kind = kind
        self.count = count
    }

    /// Reads a header; `nil` if the bytes are none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, let kind = Kind(rawValue: bytes[7]) else { return nil }
        let number = (0..<7).reduce(0) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        guard number <= UInt64(Self.greatestCount) else { return nil }
        self.init(kind: kind, count: Int(number))
    }
}

/// A message of which a part has arrived.
///
/// It never asks for bytes behind its message, so that these stay in the system, where every thread that waits sees them.
struct MessageAssembly {
    private(set) var header: MessageHeader?
    private var headerBytes: [UInt8] = []
    private(set) var body: [UInt8] = []

    /// Whether nothing has arrived yet.
    var isEmpty: Bool { headerBytes.isEmpty }

    /// How many bytes are missing: of the header, or once that is there, of the message.
    var missing: Int {
        guard let header else { return MessageHeader.byteCount - headerBytes.count }
        return header.count - body.count
    }

    /// Takes a part of the header.
    ///
    /// - Throws: `ProcessingError` if it is no header, or announces more than `maximum` bytes.
    mutating func appendToHeader(_ bytes: some Collection<UInt8>, maximum: Int) throws(ProcessingError) {
        headerBytes += bytes
        guard headerBytes.count == MessageHeader.byteCount else { return }
        guard let header = MessageHeader(headerBytes) else {
            throw ProcessingError(.transport, "what arrives over the connection is no message")
        }
        guard header.count <= maximum else {
            throw ProcessingError(
                .tooLarge,
                "a message of \(header.count) bytes arrives, where at most \(maximum) are allowed (`maximumMessageSize`)"
            )
        }
        self.header = header
    }

    /// Reads a part of the body by way of `read`, which fills memory and says how much of it.
    ///
    /// Memory grows with what has arrived, since the length is only a claim.
    mutating func extendBody(by read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        let wanted = min(missing, max(1 << 20, body.count))
        body.reserveCapacity(body.count + wanted)
        var count = 0
        body.append(addingCapacity: wanted) { output in
            output.withUnsafeMutableBufferPointer { memory, initializedCount in
                count = read(UnsafeMutableRawBufferPointer(memory))
                initializedCount = max(0, count)
            }
        }
        return count
    }

    /// Takes the message, if all of it is there, and begins with the next one.
    mutating func take() -> [UInt8]? {
        guard header != nil, missing == 0 else { return nil }
        defer { self = MessageAssembly() }
        return body
    }
}
