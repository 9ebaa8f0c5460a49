internal import CProcessSupport

/// A function that can travel to another process of the same program, with what it captures.
///
/// The code travels as its place in the program and the captured values through `Codable`, so any plain function and
/// any closure that captures `Codable` values, other such functions, or tuples, optionals, arrays, dictionaries, types and
/// protocol values of those can be sent.
///
///     let table = [1, 4, 9]
///     let function = PortableFunction { (index: Int) in table[index] }
///     let bytes = try encoder.encode(function)
///     // in another process of the same program
///     let revived = try decoder.decode(PortableFunction<(Int) -> Int>.self, from: bytes)
///     print(revived.function(2))   // 9
///
/// Captured values are copies: what the other process changes is not seen here. A captured instance of a class that is
/// `Codable` becomes a new instance there; two closures that share one here each get their own.
///
/// Only bytes from a trusted peer may be decoded: damaged ones are refused as far as the program's own metadata can
/// tell, but whoever writes the bytes chooses which of the program's functions is called.
///
/// As Python's multiprocessing sends functions by name, except that closures travel as well.
public struct PortableFunction<Function> {
    /// The function itself.
    public let function: Function

    /// Wraps a function; whether it can travel shows when it is encoded.
    ///
    /// - Parameter function: A function value, such as a closure or the name of a function. Give closures a `@Sendable` type
    ///   where you can: then the compiler refuses those that share a variable with their surroundings.
    public init(_ function: Function) {
        self.function = function
    }

    /// Whether the function is asynchronous.
    ///
    /// Throws when it is not a function of Swift's own kind.
    static var isAsync: Bool {
        get throws {
            guard let flags = FunctionTypeFlags(RuntimeType(Function.self)), flags.isThick,
                !flags.isDifferentiable
            else {
                throw ClosureCodingError.unsupportedCapture(
                    "a \(String(reflecting: Function.self)), which is not a Swift function,"
                )
            }
            return flags.isAsync
        }
    }
}

extension PortableFunction: Sendable where Function: Sendable {}

extension PortableFunction: Encodable {
    /// Writes the function's place in the program and what it captures.
    ///
    /// - Parameter encoder: Where to write it to.
    /// - Throws: `ClosureCodingError` if a capture cannot travel, or what a captured value's own `encode(to:)` throws.
    public func encode(to encoder: any Encoder) throws {
        try RuntimeProbe.check()
        let isAsync = try Self.isAsync
        try withUnsafePointer(to: self) { pointer in
            try PayloadWriter(encoder).write(FunctionWords(at: UnsafeRawPointer(pointer)), isAsync: isAsync)
        }
    }
}

extension PortableFunction: Decodable {
    /// Revives a function that another process of this program has written.
    ///
    /// - Parameter decoder: Where it was written to.
    /// - Throws: `ClosureCodingError` if the sender is another program, or the bytes describe no function of this one; or
    ///   what a captured value's own `init(from:)` throws.
    public init(from decoder: any Decoder) throws {
        try RuntimeProbe.check()
        let isAsync = try Self.isAsync
        let words = try PayloadReader(decoder).readFunction(isAsync: isAsync)
        self = withUnsafePointer(to: words) { pointer in
            // The words own their context: the value is moved out, not copied.
            UnsafeMutableRawPointer(mutating: UnsafeRawPointer(pointer))
                .assumingMemoryBound(to: PortableFunction<Function>.self).move()
        }
    }
}
