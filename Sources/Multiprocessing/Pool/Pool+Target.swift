internal import ClosureCoding
internal import MessageCoding

// One method for each number of arguments; they are explained at the first.
extension Pool {
    /// Calls a function with arguments in one of the workers and returns its result.
    ///
    /// ```swift
    /// let power = try pool.apply(pow, args: 2.0, 10.0)
    /// ```
    /// There can be up to five arguments; for more, or none, use a closure. For the errors see `AsyncResult.get`.
    ///
    /// As `pool.apply(pow, (2.0, 10.0))` in Python.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable>(
        _ function: @escaping @Sendable (A) throws -> Output,
        args a: A
    ) throws -> Output {
        let work = TargetCallWork(target: TargetCall1(function: PortableFunction(function), a: a))
        return try AsyncResult(job: submitCall(work, as: Output.self)).get()
    }

    /// Calls a function with two arguments in one of the workers and returns its result.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B) throws -> Output,
        args a: A,
        _ b: B
    ) throws -> Output {
        let work = TargetCallWork(target: TargetCall2(function: PortableFunction(function), a: a, b: b))
        return try AsyncResult(job: submitCall(work, as: Output.self)).get()
    }

    /// Calls a function with three arguments in one of the workers and returns its result.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B, C) throws -> Output,
        args a: A,
        _ b: B,
        _ c: C
    ) throws -> Output {
        let work = TargetCallWork(target: TargetCall3(function: PortableFunction(function), a: a, b: b, c: c))
        return try AsyncResult(job: submitCall(work, as: Output.self)).get()
    }

    /// Calls a function with four arguments in one of the workers and returns its result.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B, C, D) throws -> Output,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) throws -> Output {
        let work = TargetCallWork(target: TargetCall4(function: PortableFunction(function), a: a, b: b, c: c, d: d))
        return try AsyncResult(job: submitCall(work, as: Output.self)).get()
    }

    /// Calls a function with five arguments in one of the workers and returns its result.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable, E: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B, C, D, E) throws -> Output,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) throws -> Output {
        let work = TargetCallWork(target: TargetCall5(function: PortableFunction(function), a: a, b: b, c: c, d: d, e: e))
        return try AsyncResult(job: submitCall(work, as: Output.self)).get()
    }
}

/// A function and its arguments, called once.
struct TargetCallWork<Call: TargetCall>: PoolWork where Call.Output: Codable {
    let target: Call

    func open(_ inputs: UnsafeRawBufferPointer) -> any PoolTasks { Tasks(target: target) }

    private struct Tasks: PoolTasks {
        let target: Call

        func run(at offset: Int, appendingTo bytes: inout [UInt8]) throws {
            try MessageEncoder().encode(try target.call(), appendingTo: &bytes)
        }
    }
}
