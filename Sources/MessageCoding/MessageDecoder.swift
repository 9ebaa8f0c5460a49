/// Turns the bytes of a ``MessageEncoder`` back into a value.
///
/// The bytes need not be trusted: whatever they are, the result is a value or an error, and memory stays in
/// proportion to their number.
///
///     let point = try MessageDecoder().decode(Point.self, from: bytes)
public struct MessageDecoder: Sendable {
    /// What is handed to the `init(from:)` of the values.
    public var userInfo = [CodingUserInfoKey: any Sendable]()

    /// The depth and size at which decoding gives up.
    public var limits: MessageLimits

    /// Makes a decoder.
    ///
    /// - Parameter limits: The depth and size at which decoding gives up.
    public init(limits: MessageLimits = .default) {
        self.limits = limits
    }

    /// Decodes a value from all of `bytes`.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - bytes: One message, with nothing behind it.
    /// - Returns: The value.
    /// - Throws: `DecodingError` with the coding path, the expected type and what was found, if the bytes are
    ///   malformed or truncated, are of another type, exceed the limits, or if some are left over; and what the
    ///   type's own `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        try bytes.withUnsafeBytes { bytes in
            try decode(type, from: bytes)
        }
    }

    /// Decodes a value from all of a span.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - bytes: One message, with nothing behind it.
    /// - Returns: The value.
    /// - Throws: `DecodingError` as in ``decode(_:from:)-([UInt8],_)``.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: RawSpan) throws -> T {
        try bytes.withUnsafeBytes { bytes in
            try decode(type, from: bytes)
        }
    }

    /// Decodes a value from all of a buffer.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - bytes: One message, with nothing behind it. It is not used after the return.
    /// - Returns: The value.
    /// - Throws: `DecodingError` if the bytes are malformed or truncated, are of another type, exceed the limits, or
    ///   if some are left over; and what the type's own `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: UnsafeRawBufferPointer) throws -> T {
        if let maximum = limits.maximumByteCount, bytes.count > maximum {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription: "A message for \(T.self) has \(bytes.count) bytes; "
                        + "the limit maximumByteCount is \(maximum)."
                )
            )
        }
        let state = DecodingState(bytes, limits: limits, userInfo: userInfo)
        // Whoever kept a decoder beyond this call finds it empty.
        defer { state.discard() }
        var position = 0
        let value = try state.decode(type, at: &position, upTo: bytes.count, extra: nil, key: nil)
        if let malformation = state.contents.pointee.lateMalformation {
            throw state.error(malformation, expecting: type, at: position, extra: nil, key: nil)
        }
        guard position == bytes.count else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription: "\(bytes.count - position) bytes are left over behind a value "
                        + "of type \(T.self), which ends at byte \(position)."
                )
            )
        }
        return value
    }
}
