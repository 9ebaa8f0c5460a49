internal import CProcessSupport

/// Which program this is: what the linker left as its build id, or a hash of its code and constants.
///
/// Functions travel as places in the program, so the two ends have to run the very same binary. Ranks compare
/// their identities when they meet.
///
///     precondition(ProgramIdentity.current == received, "rank 3 runs another build")
public struct ProgramIdentity: Codable, Hashable, Sendable, CustomStringConvertible {
    /// The build id in hexadecimal digits, or `content-` and a hash.
    public let description: String

    /// The identity of the program that this process runs.
    ///
    /// It is computed at first use: nothing to speak of with a build id, otherwise one pass over the program's code.
    public static var current: ProgramIdentity { shared }

    private static let shared: ProgramIdentity = {
        guard let main = LoadedImages.main else { return ProgramIdentity(description: "unknown") }
        guard !main.buildID.isEmpty else {
            return ProgramIdentity(description: "content-" + hexadecimal(main.identity))
        }
        return ProgramIdentity(
            description: main.buildID.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        )
    }()

    private init(description: String) {
        self.description = description
    }

    /// Reads an identity that another process wrote.
    ///
    /// - Parameter decoder: Where it was written to.
    /// - Throws: What the decoder throws.
    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the identity as its text.
    ///
    /// - Parameter encoder: Where to write it to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
