/// A secret that both ends of a connection must know.
///
/// Whoever knows it can connect, and messages are checked by nothing else: so it should be long and random, and travel
/// over a safe way, for example in a file that only its owner can read. It does not show in descriptions.
///
/// As `authkey` in Python's multiprocessing.
public struct AuthenticationKey: Hashable, Sendable, Codable, CustomStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    /// A key of given bytes.
    ///
    /// - Parameter bytes: The secret; an empty one is refused by `Listener` and `Client`.
    public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// A key that is the UTF-8 of a text.
    ///
    /// - Parameter text: The secret.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// A new key of 32 bytes from the system's source of random numbers.
    ///
    /// - Returns: The key.
    public static func random() -> AuthenticationKey { AuthenticationKey(randomBytes(count: 32)) }

    /// Calls a closure with the secret, so that it can be stored.
    ///
    /// - Parameter use: What to do with the bytes.
    /// - Returns: What the closure returns.
    /// - Throws: What the closure throws.
    public func withBytes<Result, Failure: Error>(_ use: ([UInt8]) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        try use(bytes)
    }

    /// How long the key is, but not what it is.
    public var description: String { "AuthenticationKey(\(bytes.count) bytes)" }

    /// Nothing: debuggers and `dump` do not show the secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }

    /// Unpredictable bytes.
    static func randomBytes(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
