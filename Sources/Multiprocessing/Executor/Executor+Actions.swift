internal import ClosureCoding

// Functions that return nothing; one method for each number of arguments, which are explained where there is a result.
extension Executor {
    /// Has a function that may suspend and returns nothing called in a worker.
    @discardableResult
    public func submit(
        retries: Int = 0,
        _ function: @escaping @Sendable () async throws -> Void
    ) throws -> Future<Void> {
        let function = AsyncCallWithoutResult(function: PortableFunction(function))
        return Future(try pool.submitCall(function, retries, assemble: { _ in }))
    }

    /// Has a function that returns nothing called with an argument in a worker.
    @discardableResult
    public func submit<A: Codable & Sendable>(
        _ action: @escaping @Sendable (A) throws -> Void,
        retries: Int = 0,
        args a: A
    ) throws -> Future<Void> {
        let target = TargetCall1(function: PortableFunction(action), a: a)
        return Future(try pool.submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Has a function that returns nothing called with two arguments in a worker.
    @discardableResult
    public func submit<A: Codable & Sendable, B: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B
    ) throws -> Future<Void> {
        let target = TargetCall2(function: PortableFunction(action), a: a, b: b)
        return Future(try pool.submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Has a function that returns nothing called with three arguments in a worker.
    @discardableResult
    public func submit<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B, C) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C
    ) throws -> Future<Void> {
        let target = TargetCall3(function: PortableFunction(action), a: a, b: b, c: c)
        return Future(try pool.submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Has a function that returns nothing called with four arguments in a worker.
    @discardableResult
    public func submit<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ action: @escaping @Sendable (A, B, C, D) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) throws -> Future<Void> {
        let target = TargetCall4(function: PortableFunction(action), a: a, b: b, c: c, d: d)
        return Future(try pool.submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Has a function that returns nothing called with five arguments in a worker.
    @discardableResult
    public func submit<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable,
        E: Codable & Sendable
    >(
        _ action: @escaping @Sendable (A, B, C, D, E) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) throws -> Future<Void> {
        let target = TargetCall5(function: PortableFunction(action), a: a, b: b, c: c, d: d, e: e)
        return Future(try pool.submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }
}
