internal import ClosureCoding

/// A call of a function with its arguments, as it travels.
///
/// One structure for each number of parameters: a type with a list of types for its parameter cannot be put together at
/// run time in optimised programs, and a process does just that with the types that it receives.
protocol TargetCall: Codable, Sendable {
    associatedtype Output
    /// Calls the function.
    func call() throws -> Output
}

/// With one argument.
struct TargetCall1<Output, A: Codable & Sendable>: TargetCall {
    let function: PortableFunction<@Sendable (A) throws -> Output>
    let a: A
    func call() throws -> Output { try function.function(a) }
}

/// With two arguments.
struct TargetCall2<Output, A: Codable & Sendable, B: Codable & Sendable>: TargetCall {
    let function: PortableFunction<@Sendable (A, B) throws -> Output>
    let a: A
    let b: B
    func call() throws -> Output { try function.function(a, b) }
}

/// With three arguments.
struct TargetCall3<Output, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>: TargetCall {
    let function: PortableFunction<@Sendable (A, B, C) throws -> Output>
    let a: A
    let b: B
    let c: C
    func call() throws -> Output { try function.function(a, b, c) }
}

/// With four arguments.
struct TargetCall4<Output, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable>: TargetCall {
    let function: PortableFunction<@Sendable (A, B, C, D) throws -> Output>
    let a: A
    let b: B
    let c: C
    let d: D
    func call() throws -> Output { try function.function(a, b, c, d) }
}

/// With five arguments.
struct TargetCall5<Output, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable, E: Codable & Sendable>: TargetCall {
    let function: PortableFunction<@Sendable (A, B, C, D, E) throws -> Output>
    let a: A
    let b: B
    let c: C
    let d: D
    let e: E
    func call() throws -> Output { try function.function(a, b, c, d, e) }
}
