#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// A function that not every MPI library has, looked up in the one that the program runs with.
///
/// The program may run with another version of the library than it was built with, so its headers do not decide.
struct OptionalFunction<Signature>: Sendable {
    let name: StaticString
    private let remedy: String
    private let address: UInt

    /// Looks a function up.
    ///
    /// The remedy says who has it: “Open MPI 5 has it”.
    init(_ name: StaticString, as signature: Signature.Type, remedy: String) {
        self.name = name
        self.remedy = remedy
        // The first argument means: wherever the program has it from.
        address = UInt(bitPattern: dlsym(nil, String(describing: name)))
    }

    /// Looks a function up that has another name in older libraries.
    init(_ name: StaticString, or older: StaticString, as signature: Signature.Type, remedy: String) {
        self.name = name
        self.remedy = remedy
        let found = dlsym(nil, String(describing: name)) ?? dlsym(nil, String(describing: older))
        address = UInt(bitPattern: found)
    }

    /// A function that is not to be called even if there is one of that name.
    init(missing name: StaticString, as signature: Signature.Type, remedy: String) {
        self.name = name
        self.remedy = remedy
        address = 0
    }

    /// The function.
    ///
    /// - Throws: `MPIError` of class `notSupported` if the library has none.
    var function: Signature {
        get throws(MPIError) {
            guard let pointer = UnsafeRawPointer(bitPattern: address) else {
                throw MPIError(
                    .notSupported,
                    call: name,
                    text: "this MPI library (MPI \(Self.standard)) does not have it; \(remedy)"
                )
            }
            return unsafeBitCast(pointer, to: Signature.self)
        }
    }

    private static var standard: String {
        let (major, minor) = Runtime.standardVersion
        return "\(major).\(minor)"
    }
}
