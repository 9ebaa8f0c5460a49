internal import ClosureCoding

extension Pool {
    /// Calls a function in one of the workers and returns its result.
    ///
    /// - Parameters:
    ///   - retries: How often it is called again, in another worker, when its worker is lost.
    ///   - function: The function; what it captures travels to the worker.
    /// - Returns: What the function returns.
    /// - Throws: See `AsyncResult.get`.
    ///
    /// As `Pool.apply` in Python.
    public func apply<Output: Codable & Sendable>(
        retries: Int = 0,
        _ function: @escaping @Sendable () throws -> Output
    ) throws -> Output {
        try AsyncResult(job: submitCall(Call(function: PortableFunction(function)), retries)).get()
    }

    /// Calls a function that returns nothing in one of the workers.
    public func apply(retries: Int = 0, _ function: @escaping @Sendable () throws -> Void) throws {
        let function = CallWithoutResult(function: PortableFunction(function))
        try AsyncResult(job: submitCall(function, retries, assemble: { _ in })).get()
    }

    /// Calls a function in one of the workers, without blocking the thread.
    ///
    /// When the task is cancelled, this throws a `CancellationError`, and the function is not called unless it has begun.
    public func apply<Output: Codable & Sendable>(
        retries: Int = 0,
        _ function: @escaping @Sendable () throws -> Output
    ) async throws -> Output {
        try Task.checkCancellation()
        return try await result(of: submitCall(Call(function: PortableFunction(function)), retries))
    }

    /// Calls a function that returns nothing in one of the workers, without blocking the thread.
    public func apply(retries: Int = 0, _ function: @escaping @Sendable () throws -> Void) async throws {
        try Task.checkCancellation()
        let function = CallWithoutResult(function: PortableFunction(function))
        try await result(of: submitCall(function, retries, assemble: { _ in }))
    }

    /// Calls a function that may suspend in one of the workers, without blocking the thread.
    ///
    /// When the task is cancelled, this throws a `CancellationError`, and the function is not called unless it has begun.
    public func apply<Output: Codable & Sendable>(
        retries: Int = 0,
        _ function: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        try Task.checkCancellation()
        return try await result(of: submitCall(AsyncCall(function: PortableFunction(function)), retries))
    }

    /// Calls a function that may suspend and returns nothing in one of the workers, without blocking the thread.
    public func apply(retries: Int = 0, _ function: @escaping @Sendable () async throws -> Void) async throws
    {
        try Task.checkCancellation()
        let function = AsyncCallWithoutResult(function: PortableFunction(function))
        try await result(of: submitCall(function, retries, assemble: { _ in }))
    }

    /// As `apply`, but returns at once; the result can be waited for, or is handed to a callback.
    ///
    /// - Throws: An error that names the culprit when the function cannot be encoded; `ProcessingError` of kind `closed` when the
    ///   pool was closed or terminated. What goes wrong later is the result.
    ///
    /// As `Pool.apply_async` in Python.
    @discardableResult
    public func applyAsync<Output: Codable & Sendable>(
        retries: Int = 0,
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ function: @escaping @Sendable () throws -> Output
    ) throws -> AsyncResult<Output> {
        let function = Call(function: PortableFunction(function))
        return AsyncResult(job: try submitCall(function, retries, joinedCallback(callback, errorCallback)))
    }

    /// As `apply` of a function that returns nothing, but returns at once.
    @discardableResult
    public func applyAsync(
        retries: Int = 0,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ function: @escaping @Sendable () throws -> Void
    ) throws -> AsyncResult<Void> {
        let function = CallWithoutResult(function: PortableFunction(function))
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(function, retries, callback, assemble: { _ in }))
    }

    /// Hands in a job that is one call.
    func submitCall<Function: PoolFunction>(
        _ function: Function,
        _ retries: Int,
        _ callback: (@Sendable (Result<Function.Output, any Error>) -> Void)? = nil
    ) throws -> PoolJob<Function.Output> where Function.Input == NoValue {
        try submitCall(function, retries, callback) { $0 }
    }

    /// Hands in a job that is one call, and whose result is made into something else.
    func submitCall<Function: PoolFunction, Value: Sendable>(
        _ function: Function,
        _ retries: Int,
        _ callback: (@Sendable (Result<Value, any Error>) -> Void)? = nil,
        assemble: @escaping @Sendable (Function.Output) -> Value
    ) throws -> PoolJob<Value> where Function.Input == NoValue {
        try submit(function, [NoValue()], PoolJobOptions(retries: retries), callback) { assemble($0[0]) }
    }
}
