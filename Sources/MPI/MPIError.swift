/// A failure of a communication: what the MPI library reported, or what this library found out by itself.
///
/// ```swift
/// do {
///     try world.receive(into: &numbers, from: 1)
/// } catch where error.errorClass == .truncation {
///     print("rank 1 sent more than \(numbers.count) numbers")
/// }
/// ```
/// The communicator remains usable unless the text says otherwise.
///
/// Local · MPI 3.1 §8.3
public struct MPIError: Error, Hashable, Sendable, CustomStringConvertible {
    // One word, so that a function that throws it returns it in a register.
    private let facts: Facts

    private final class Facts: Hashable, Sendable {
        let errorClass: ErrorClass
        let code: Int
        let call: String
        let text: String

        init(_ errorClass: ErrorClass, _ code: Int, _ call: String, _ text: String) {
            self.errorClass = errorClass
            self.code = code
            self.call = call
            self.text = text
        }

        static func == (left: Facts, right: Facts) -> Bool {
            left.errorClass == right.errorClass && left.code == right.code && left.call == right.call
                && left.text == right.text
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(errorClass)
            hasher.combine(code)
            hasher.combine(call)
        }
    }

    /// Which kind of failure it is, the same in every MPI library.
    public var errorClass: ErrorClass { facts.errorClass }

    /// The code that the MPI library returned, which may have several for one class.
    ///
    /// It is 0 if the failure was found by this library.
    public var code: Int { facts.code }

    /// The C function that failed, or that would have been called.
    public var call: String { facts.call }

    /// What happened, in words.
    public var text: String { facts.text }

    /// One line with all of it.
    public var description: String {
        code == 0 ? "\(call): \(text)" : "\(call): \(text) (class \(errorClass.rawValue), code \(code))"
    }

    /// Makes an error that this library found out by itself.
    init(_ errorClass: ErrorClass, call: StaticString, text: String) {
        facts = Facts(errorClass, 0, String(describing: call), text)
    }

    /// Makes an error from all its facts.
    init(errorClass: ErrorClass, code: Int, call: String, text: String) {
        facts = Facts(errorClass, code, call, text)
    }
}
