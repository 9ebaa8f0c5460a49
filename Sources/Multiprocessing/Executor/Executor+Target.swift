internal import ClosureCoding

// One method for each number of arguments; they are explained at the first.
extension Executor {
    /// Has a function called with arguments in a worker.
    ///
    /// ```swift
    /// let future = try executor.submit(pow, args: 2.0, 10.0)
    /// ```
    /// There can be up to five arguments; for more, or none, use a closure.
    ///
    /// As `executor.submit(pow, 2.0, 10.0)` in Python.
    @discardableResult
    public func submit<Output: Codable & Sendable, A: Codable & Sendable>(
        _ function: @escaping @Sendable (A) throws -> Output,
        retries: Int = 0,
        args a: A
    ) throws -> Future<Output> {
        let target = TargetCall1(function: PortableFunction(function), a: a)
        return Future(try pool.submitCall(TargetFunction(target: target), retries))
    }

    /// Has a function called with two arguments in a worker.
    @discardableResult
    public func submit<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B) throws -> Output,
        retries: Int = 0,
        args a: A,
        _ b: B
    ) throws -> Future<Output> {
        let target = TargetCall2(function: PortableFunction(function), a: a, b: b)
        return Future(try pool.submitCall(TargetFunction(target: target), retries))
    }

    /// Has a function called with three arguments in a worker.
    @discardableResult
    public func submit<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(_ function: @escaping @Sendable (A, B, C) throws -> Output, retries: Int = 0, args a: A, _ b: B, _ c: C)
        throws -> Future<Output>
    {
        let target = TargetCall3(function: PortableFunction(function), a: a, b: b, c: c)
        return Future(try pool.submitCall(TargetFunction(target: target), retries))
    }

    /// Has a function called with four arguments in a worker.
    @discardableResult
    public func submit<
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
    ) throws -> Future<Output> {
        let target = TargetCall4(function: PortableFunction(function), a: a, b: b, c: c, d: d)
        return Future(try pool.submitCall(TargetFunction(target: target), retries))
    }

    /// Has a function called with five arguments in a worker.
    @discardableResult
    public func submit<
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
    ) throws -> Future<Output> {
        let target = TargetCall5(function: PortableFunction(function), a: a, b: b, c: c, d: d, e: e)
        return Future(try pool.submitCall(TargetFunction(target: target), retries))
    }

}
