internal import ClosureCoding

// One method for each number of arguments; they are explained at the first.
extension Pool {
    /// Calls a function with arguments in one of the workers and returns its result.
    ///
    /// ```swift
    /// let power = try pool.apply(pow, args: 2.0, 10.0)
    /// ```
    /// There can be up to five arguments; for more, or none, use a closure. What the function returns must be `Codable`; there is a
    /// variant for functions that return nothing. See the variant that takes a closure for the rest.
    ///
    /// As `pool.apply(pow, (2.0, 10.0))` in Python.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable>(
        _ function: @escaping @Sendable (A) throws -> Output,
        retries: Int = 0,
        args a: A
    ) throws -> Output {
        let target = TargetCall1(function: PortableFunction(function), a: a)
        return try AsyncResult(job: submitCall(TargetFunction(target: target), retries)).get()
    }

    /// Calls a function with two arguments in one of the workers and returns its result.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B) throws -> Output,
        retries: Int = 0,
        args a: A,
        _ b: B
    ) throws -> Output {
        let target = TargetCall2(function: PortableFunction(function), a: a, b: b)
        return try AsyncResult(job: submitCall(TargetFunction(target: target), retries)).get()
    }

    /// Calls a function with three arguments in one of the workers and returns its result.
    public func apply<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(_ function: @escaping @Sendable (A, B, C) throws -> Output, retries: Int = 0, args a: A, _ b: B, _ c: C)
        throws -> Output
    {
        let target = TargetCall3(function: PortableFunction(function), a: a, b: b, c: c)
        return try AsyncResult(job: submitCall(TargetFunction(target: target), retries)).get()
    }

    /// Calls a function with four arguments in one of the workers and returns its result.
    public func apply<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ function: @escaping @Sendable (A, B, C, D) throws -> Output,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) throws -> Output {
        let target = TargetCall4(function: PortableFunction(function), a: a, b: b, c: c, d: d)
        return try AsyncResult(job: submitCall(TargetFunction(target: target), retries)).get()
    }

    /// Calls a function with five arguments in one of the workers and returns its result.
    public func apply<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable,
        E: Codable & Sendable
    >(
        _ function: @escaping @Sendable (A, B, C, D, E) throws -> Output,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) throws -> Output {
        let target = TargetCall5(function: PortableFunction(function), a: a, b: b, c: c, d: d, e: e)
        return try AsyncResult(job: submitCall(TargetFunction(target: target), retries)).get()
    }

}
