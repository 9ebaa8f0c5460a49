/// What a coder accepts before it gives up.
///
/// Lengths and counts inside a message need no limit of their own: they are compared with the bytes that
/// are there before anything is allocated.
///
///     let decoder = MessageDecoder(limits: MessageLimits(maximumByteCount: 1 << 20))
public struct MessageLimits: Hashable, Sendable {
    /// How many values may lie within one another.
    ///
    /// A value that holds itself, or a message made to exhaust the stack, ends here with an error.
    public var maximumDepth: Int

    /// The greatest size of a message in bytes; `nil` for any.
    public var maximumByteCount: Int?

    /// A depth of 128 and any size.
    public static var `default`: MessageLimits { MessageLimits() }

    /// Makes limits.
    ///
    /// - Parameters:
    ///   - maximumDepth: How many values may lie within one another. Greater values need a greater stack,
    ///     by about a kilobyte a level.
    ///   - maximumByteCount: The greatest size of a message in bytes; `nil` for any.
    public init(maximumDepth: Int = 128, maximumByteCount: Int? = nil) {
        self.maximumDepth = maximumDepth
        self.maximumByteCount = maximumByteCount
    }
}
