/// A type's identity as 64 bits, the same in every process that knows the type by the same name.
///
/// It is a hash of the type's qualified name with its generic arguments. Put before a message it tells the receiver whether it reads the type that was sent.
///
///     guard fingerprint == TypeFingerprint.of([Double].self) else {
///         throw WrongType(expected: "[Double]", found: fingerprint.knownName ?? "another type")
///     }
public struct TypeFingerprint: Hashable, Sendable, CustomStringConvertible {
    /// The 64 bits.
    public let rawValue: UInt64

    /// Takes the bits that came from another process.
    ///
    /// - Parameter rawValue: The 64 bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The fingerprint of `type`.
    ///
    /// It is computed once for each type in a process and then found in a table.
    ///
    /// - Parameter type: Any type.
    /// - Returns: Its fingerprint.
    public static func of<T>(_ type: T.Type) -> TypeFingerprint {
        let identity = ObjectIdentifier(type)
        if let known = FingerprintTable.shared.find(identity) {
            return known
        }
        let name = readableName(of: type)
        // Not the mangled name: that of a private type holds an address, which is another one in each process.
        let fingerprint = TypeFingerprint(hashing: name)
        FingerprintTable.shared.insert(identity, fingerprint, name: name)
        return fingerprint
    }

    /// The qualified name without the addresses that stand for private scopes in it.
    private static func readableName<T>(of type: T.Type) -> String {
        let name = _typeName(type, qualified: true)
        let scope = "(unknown context at "
        guard name.utf8.count >= scope.utf8.count else {
            return name
        }
        var result = ""
        var rest = Substring(name)
        while let character = rest.first {
            if rest.hasPrefix(scope) {
                // With the parenthesis and the dot behind it.
                rest = rest.drop { $0 != ")" }.dropFirst(2)
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// The name of the type, if this process has asked for its fingerprint before.
    public var knownName: String? {
        FingerprintTable.shared.name(of: self)
    }

    /// The name of the type if it is known, otherwise the bits in hexadecimal.
    public var description: String {
        knownName ?? "type #" + String(rawValue, radix: 16)
    }

    /// FNV-1a, and a final mixing so that similar names differ in all bits.
    private init(hashing name: String) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        rawValue = hash ^ (hash >> 31)
    }
}
