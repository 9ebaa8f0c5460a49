internal import Synchronization

/// Keeps types ready to travel in optimised programs.
///
/// With optimisation, the compiler leaves out what a program does not need to know about its own types at run time. A
/// closure that captures a value of such a type can then not be taken apart; the error says so and names the type.
/// Plain structures and enumerations without payloads travel all the same, and `public` types are always complete.
public enum PortableTypes {
    private static let count = Mutex(0)

    /// Makes the compiler keep everything that it takes to encode and decode values of these types.
    ///
    ///     PortableTypes.register(Job.self, Outcome.self)
    ///
    /// - Parameter types: The types that closures capture. It does not matter when or how often this is called, only that the
    ///   program contains the call.
    @inline(never)
    public static func register<each Value: Codable>(_ types: repeat (each Value).Type) {
        var names = 0
        for type in repeat each types { names += String(reflecting: type).isEmpty ? 0 : 1 }
        count.withLock { $0 += names }
    }
}
