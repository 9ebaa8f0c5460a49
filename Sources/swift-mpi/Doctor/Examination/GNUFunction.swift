#if os(Linux)
import Glibc

/// Functions of the C library that its headers keep for programs that ask for GNU's extensions, which Swift does not.
enum GNUFunction {
    /// A function by its name.
    ///
    /// - Parameters:
    ///   - name: Its name in C.
    ///   - type: Its type, which has to be the one that C gives it.
    /// - Returns: The function; `nil` if the C library has none.
    static func named<Function>(_ name: String, as type: Function.Type) -> Function? {
        guard let address = dlsym(nil, name) else { return nil }
        return unsafeBitCast(address, to: type)
    }
}
#endif
