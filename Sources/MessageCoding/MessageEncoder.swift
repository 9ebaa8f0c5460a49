/// Turns any `Encodable` value into bytes.
///
/// The form is compact and binary. Arrays of plain numbers and strings, at any depth, are one copy of their
/// memory. What a coder writes can be read by ``MessageDecoder`` on any machine with the same byte order.
///
///     let bytes = try MessageEncoder().encode(["a": 7, "b": 3])
///     let table = try MessageDecoder().decode([String: Int].self, from: bytes)
public struct MessageEncoder: Sendable {
    /// What is handed to the `encode(to:)` of the values.
    public var userInfo = [CodingUserInfoKey: any Sendable]()

    /// The depth and size at which encoding gives up.
    public var limits: MessageLimits

    /// Makes an encoder.
    ///
    /// - Parameter limits: The depth and size at which encoding gives up.
    public init(limits: MessageLimits = .default) {
        self.limits = limits
    }

    /// Encodes `value` into an array of its own.
    ///
    /// - Parameter value: The value to encode.
    /// - Returns: The message.
    /// - Throws: `EncodingError` if the value is nested more deeply or is larger than the limits allow, and what
    ///   the value's own `encode(to:)` throws.
    public func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, appendingTo: &bytes)
        return bytes
    }

    /// Encodes `value` behind the bytes that are there.
    ///
    /// A header can so stand before a message without a second copy. Spare capacity is used.
    ///
    /// - Parameters:
    ///   - value: The value to encode.
    ///   - bytes: Where the message is appended. If an error is thrown they are as before.
    /// - Throws: `EncodingError` if the value is nested more deeply or is larger than the limits allow, and what
    ///   the value's own `encode(to:)` throws.
    public func encode<T: Encodable>(_ value: T, appendingTo bytes: inout [UInt8]) throws {
        let start = bytes.count
        let state = EncodingState(takingOver: &bytes, limits: limits, userInfo: userInfo)
        do {
            try state.encode(value)
            try state.finish()
            if let maximum = limits.maximumByteCount, state.count - start > maximum {
                throw EncodingError.invalidValue(
                    value,
                    .init(
                        codingPath: [],
                        debugDescription: "\(T.self) takes \(state.count - start) bytes; "
                            + "the limit maximumByteCount is \(maximum)."
                    )
                )
            }
            state.finish(givingBack: &bytes, count: state.count)
        } catch {
            state.finish(givingBack: &bytes, count: start)
            throw error
        }
    }
}
