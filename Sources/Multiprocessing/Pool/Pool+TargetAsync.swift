internal import ClosureCoding

// One method for each number of arguments; they are explained at the first.
extension Pool {
    /// Calls a function with arguments in one of the workers, without blocking the thread.
    ///
    /// There can be up to five arguments. When the task is cancelled, this throws a `CancellationError`, and the function is not
    /// called unless it has begun.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable>(
        _ function: @escaping @Sendable (A) throws -> Output,
        retries: Int = 0,
        args a: A
    ) async throws -> Output {
        try Task.checkCancellation()
        let target = TargetCall1(function: PortableFunction(function), a: a)
        return try await result(of: submitCall(TargetFunction(target: target), retries))
    }

    /// Calls a function with two arguments in one of the workers, without blocking the thread.
    public func apply<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B) throws -> Output,
        retries: Int = 0,
        args a: A,
        _ b: B
    ) async throws -> Output {
        try Task.checkCancellation()
        let target = TargetCall2(function: PortableFunction(function), a: a, b: b)
        return try await result(of: submitCall(TargetFunction(target: target), retries))
    }

    /// Calls a function with three arguments in one of the workers, without blocking the thread.
    public func apply<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(_ function: @escaping @Sendable (A, B, C) throws -> Output, retries: Int = 0, args a: A, _ b: B, _ c: C)
        async throws -> Output
    {
        try Task.checkCancellation()
        let target = TargetCall3(function: PortableFunction(function), a: a, b: b, c: c)
        return try await result(of: submitCall(TargetFunction(target: target), retries))
    }

    /// Calls a function with four arguments in one of the workers, without blocking the thread.
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
    ) async throws -> Output {
        try Task.checkCancellation()
        let target = TargetCall4(function: PortableFunction(function), a: a, b: b, c: c, d: d)
        return try await result(of: submitCall(TargetFunction(target: target), retries))
    }

    /// Calls a function with five arguments in one of the workers, without blocking the thread.
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
    ) async throws -> Output {
        try Task.checkCancellation()
        let target = TargetCall5(function: PortableFunction(function), a: a, b: b, c: c, d: d, e: e)
        return try await result(of: submitCall(TargetFunction(target: target), retries))
    }

    /// As `apply` of a function with arguments, but returns at once.
    ///
    /// As `Pool.apply_async` in Python.
    @discardableResult
    public func applyAsync<Output: Codable & Sendable, A: Codable & Sendable>(
        _ function: @escaping @Sendable (A) throws -> Output,
        retries: Int = 0,
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A
    ) throws -> AsyncResult<Output> {
        let target = TargetCall1(function: PortableFunction(function), a: a)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetFunction(target: target), retries, callback))
    }

    /// As `apply` of a function with two arguments, but returns at once.
    @discardableResult
    public func applyAsync<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ function: @escaping @Sendable (A, B) throws -> Output,
        retries: Int = 0,
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B
    ) throws -> AsyncResult<Output> {
        let target = TargetCall2(function: PortableFunction(function), a: a, b: b)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetFunction(target: target), retries, callback))
    }

    /// As `apply` of a function with three arguments, but returns at once.
    @discardableResult
    public func applyAsync<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(
        _ function: @escaping @Sendable (A, B, C) throws -> Output,
        retries: Int = 0,
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B,
        _ c: C
    ) throws -> AsyncResult<Output> {
        let target = TargetCall3(function: PortableFunction(function), a: a, b: b, c: c)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetFunction(target: target), retries, callback))
    }

    /// As `apply` of a function with four arguments, but returns at once.
    @discardableResult
    public func applyAsync<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ function: @escaping @Sendable (A, B, C, D) throws -> Output,
        retries: Int = 0,
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) throws -> AsyncResult<Output> {
        let target = TargetCall4(function: PortableFunction(function), a: a, b: b, c: c, d: d)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetFunction(target: target), retries, callback))
    }

    /// As `apply` of a function with five arguments, but returns at once.
    @discardableResult
    public func applyAsync<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable,
        E: Codable & Sendable
    >(
        _ function: @escaping @Sendable (A, B, C, D, E) throws -> Output,
        retries: Int = 0,
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) throws -> AsyncResult<Output> {
        let target = TargetCall5(function: PortableFunction(function), a: a, b: b, c: c, d: d, e: e)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetFunction(target: target), retries, callback))
    }

}
