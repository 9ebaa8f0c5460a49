internal import ClosureCoding

extension Pool {
    /// Applies a function to every input, on all workers, and returns the results in the order of the inputs.
    ///
    /// ```swift
    /// let squares = try pool.map(0..<100) { $0 * $0 }
    /// ```
    /// - Parameters:
    ///   - inputs: What the function is applied to.
    ///   - chunkSize: How many inputs a worker is handed at a time; by default such that each gets four chunks.
    ///   - retries: How often a task is run again by another worker when its worker is lost, before it fails with `WorkerLost`.
    ///   - progress: Who is told how far it has come; see `ProgressObserver`.
    ///   - transform: The function; what it captures travels to the workers once.
    /// - Returns: The results, in the order of the inputs.
    /// - Throws: When every task has ended, the error of the first one, in order, that failed. See `AsyncResult.get`.
    ///
    /// As `Pool.map` in Python.
    @inlinable
    public func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> [Output] {
        // An array of a sequence is made many times as fast where its type is known, which is at the caller.
        try map(elements: Array(inputs), chunkSize, retries, progress, transform)
    }

    @usableFromInline
    func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        elements: [Input],
        _ chunkSize: Int?,
        _ retries: Int,
        _ progress: ProgressObserver?,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> [Output] {
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let function = Transform(function: PortableFunction(transform))
        return try AsyncResult(job: submit(function, elements, options) { $0 }).get()
    }

    /// Calls a function that returns nothing with every input, on all workers.
    @inlinable
    public func map<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) throws -> Void
    ) throws {
        try map(elements: Array(inputs), chunkSize, retries, progress, action)
    }

    @usableFromInline
    func map<Input: Codable & Sendable>(
        elements: [Input],
        _ chunkSize: Int?,
        _ retries: Int,
        _ progress: ProgressObserver?,
        _ action: @escaping @Sendable (Input) throws -> Void
    ) throws {
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let function = Action(function: PortableFunction(action))
        try AsyncResult(job: submit(function, elements, options) { _ in }).get()
    }

    /// Applies a function to every input and returns the results in order, without blocking the thread.
    ///
    /// When the task is cancelled, this throws a `CancellationError`, and what no worker has begun is not done.
    public func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) async throws -> [Output] {
        let inputs = Array(inputs)
        try Task.checkCancellation()
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let function = Transform(function: PortableFunction(transform))
        return try await result(of: submit(function, inputs, options) { $0 })
    }

    /// Calls a function that returns nothing with every input, without blocking the thread.
    public func map<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) throws -> Void
    ) async throws {
        let inputs = Array(inputs)
        try Task.checkCancellation()
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let function = Action(function: PortableFunction(action))
        try await result(of: submit(function, inputs, options) { _ in })
    }

    /// Applies a function that may suspend to every input, and returns the results in order, without blocking the thread.
    ///
    /// When the task is cancelled, this throws a `CancellationError`, and what no worker has begun is not done.
    public func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) async throws -> Output
    ) async throws -> [Output] {
        let inputs = Array(inputs)
        try Task.checkCancellation()
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let function = AsyncTransform(function: PortableFunction(transform))
        return try await result(of: submit(function, inputs, options) { $0 })
    }

    /// Calls a function that may suspend and returns nothing with every input, without blocking the thread.
    public func map<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) async throws -> Void
    ) async throws {
        let inputs = Array(inputs)
        try Task.checkCancellation()
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let function = AsyncAction(function: PortableFunction(action))
        try await result(of: submit(function, inputs, options) { _ in })
    }

    /// As `map`, but returns at once; the result can be waited for, or is handed to a callback.
    ///
    /// - Parameters:
    ///   - inputs: What the function is applied to.
    ///   - chunkSize: How many inputs a worker is handed at a time; by default such that each gets four chunks.
    ///   - retries: How often a task is run again when its worker is lost.
    ///   - progress: Who is told how far it has come.
    ///   - callback: Called with the whole result, once it is there, on a thread for callbacks.
    ///   - errorCallback: Called with the error instead, if there is one.
    ///   - transform: The function.
    /// - Returns: What stands for the result.
    /// - Throws: An error that names the culprit when the function cannot be encoded; `ProcessingError` of kind
    ///   `misuse` for a chunk size below one, `closed` when the pool was closed or terminated.
    ///
    /// As `Pool.map_async` in Python.
    @discardableResult
    public func mapAsync<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable ([Output]) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> AsyncResult<[Output]> {
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let function = Transform(function: PortableFunction(transform))
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, Array(inputs), options, callback) { $0 })
    }

    /// As `map` of a function that returns nothing, but returns at once.
    @discardableResult
    public func mapAsync<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ action: @escaping @Sendable (Input) throws -> Void
    ) throws -> AsyncResult<Void> {
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let function = Action(function: PortableFunction(action))
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, Array(inputs), options, callback) { _ in })
    }
}

/// One callback for both outcomes, or none if there is none.
func joinedCallback<Value>(
    _ callback: (@Sendable (Value) -> Void)?,
    _ errorCallback: (@Sendable (any Error) -> Void)?
) -> (@Sendable (Result<Value, any Error>) -> Void)? {
    guard callback != nil || errorCallback != nil else { return nil }
    return { result in
        switch result {
        case .success(let value): callback?(value)
        case .failure(let error): errorCallback?(error)
        }
    }
}

/// The same for a callback that is told nothing but that it is done.
func joinedCallback(
    _ callback: (@Sendable () -> Void)?,
    _ errorCallback: (@Sendable (any Error) -> Void)?
) -> (@Sendable (Result<Void, any Error>) -> Void)? {
    joinedCallback(callback.map { callback in { @Sendable (_: Void) in callback() } }, errorCallback)
}
