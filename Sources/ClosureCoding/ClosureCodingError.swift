/// Why a function, a type or an object cannot travel to another process, or could not be revived here.
///
/// The text names the culprit and what to do about it.
public struct ClosureCodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: Hashable, Sendable {
        /// A captured value, or a stored property, has a type that is not `Codable`.
        case captureNotCodable(type: String)
        /// The closure shares a variable with its surroundings, or refers to an object weakly.
        case variableBox
        /// The closure belongs to generic code and needs something of it that cannot travel.
        case unsupportedGenericContext
        /// The sender was another program, or another build of this one.
        case differentProgram
        /// The bytes do not describe a function of this program.
        case invalidCode
        /// A type cannot be named, or a name means no type here.
        case unresolvedType
        /// A capture of a form that has no way to travel.
        case unsupportedCapture
        /// An object of a class that cannot be taken apart and put together again.
        case unsupportedObject
        /// The compiler or the runtime lays things out in a way this library does not know.
        case unsupportedRuntime
    }

    /// What went wrong.
    public let kind: Kind
    /// The culprit and the cure, as a sentence.
    public let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

extension ClosureCodingError {
    static func captureNotCodable(_ type: Any.Type, in place: String) -> ClosureCodingError {
        let name = String(reflecting: type)
        let half = type is any Encodable.Type ? " (it is Encodable, but not Decodable)" : ""
        return ClosureCodingError(
            .captureNotCodable(type: name),
            "\(place) \(name), which is not Codable\(half). Make \(name) conform to Codable, "
                + "or capture only the Codable parts of it that are needed."
        )
    }

    static func variableBox(_ what: String) -> ClosureCodingError {
        ClosureCodingError(
            .variableBox,
            "The closure captures \(what), which cannot be shared with another process. "
                + "Capture a copy of its value: write it in the capture list, `{ [value] in … }`, or bind it with `let` first."
        )
    }

    static func unsupportedGenericContext(_ detail: String) -> ClosureCodingError {
        ClosureCodingError(
            .unsupportedGenericContext,
            "The closure is declared in generic code and \(detail). "
                + "Declare it outside of the generic function or type, or pass a plain function with arguments."
        )
    }

    static func differentProgram(_ image: String, _ theirs: UInt64, _ ours: UInt64?) -> ClosureCodingError {
        let name = image.isEmpty ? "this program" : image
        guard let ours else {
            return ClosureCodingError(
                .differentProgram,
                "The function was sent from code in \(name), which is not loaded in this process. "
                    + "Run the same program with the same libraries everywhere."
            )
        }
        return ClosureCodingError(
            .differentProgram,
            "The function was sent by another build of \(name) (\(hexadecimal(theirs)); here it is "
                + "\(hexadecimal(ours))). Run the same binary everywhere: build it once and copy it to every host."
        )
    }

    static func invalidCode(_ detail: String) -> ClosureCodingError {
        ClosureCodingError(
            .invalidCode,
            "The received bytes do not describe a function of this program: \(detail). "
                + "They were damaged, or written by another version of the library."
        )
    }

    static func unresolvedType(_ detail: String) -> ClosureCodingError {
        ClosureCodingError(
            .unresolvedType,
            "\(detail). Use a type that both processes can name: declare it at file level, without `private`."
        )
    }

    static func unsupportedCapture(_ detail: String) -> ClosureCodingError {
        ClosureCodingError(
            .unsupportedCapture,
            "The closure captures \(detail), which cannot travel to another process. "
                + "Capture Codable values instead."
        )
    }

    static func unsupportedObject(_ detail: String) -> ClosureCodingError {
        ClosureCodingError(.unsupportedObject, detail)
    }

    static func unsupportedRuntime(_ detail: String) -> ClosureCodingError {
        ClosureCodingError(
            .unsupportedRuntime,
            "Closures cannot travel in this build: \(detail). The layout is known for Swift 6 on Linux "
                + "(x86-64, arm64). Send a Codable value with a method to run instead."
        )
    }
}

func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
