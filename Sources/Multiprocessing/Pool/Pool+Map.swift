internal import ClosureCoding
internal import MessageCoding

extension Pool {
    /// Applies a function to every input, on all workers, and returns the results in the order of the inputs.
    ///
    /// ```swift
    /// let squares = try pool.map(0..<100) { $0 * $0 }
    /// ```
    /// - Parameters:
    ///   - inputs: What the function is applied to.
    ///   - chunkSize: How many inputs a worker is handed at a time; by default such that each gets four chunks.
    ///   - transform: The function; what it captures travels to the workers once.
    /// - Throws: When every task has ended, the error of the first one, in order, that failed. See `AsyncResult.get`.
    ///
    /// As `Pool.map` in Python.
    public func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> [Output] {
        try mapAsync(inputs, chunkSize: chunkSize, transform).get()
    }

    /// Applies a function that may suspend to every input, and returns the results in order, without blocking the thread.
    public func map<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        _ transform: @escaping @Sendable (Input) async throws -> Output
    ) async throws -> [Output] {
        let inputs = Array(inputs)
        let work = AsyncMapWork(transform: PortableFunction(transform))
        return try await AsyncResult(job: submitMap(work, inputs, chunkSize, as: Output.self)).value
    }

    /// As `map`, but returns at once; the result can be waited for, or is handed to a callback.
    ///
    /// - Parameters:
    ///   - inputs: What the function is applied to.
    ///   - chunkSize: How many inputs a worker is handed at a time; by default such that each gets four chunks.
    ///   - callback: Called with the whole result, once it is there, on a thread for callbacks.
    ///   - errorCallback: Called with the error instead, if there is one.
    ///   - transform: The function.
    ///
    /// As `Pool.map_async` in Python.
    @discardableResult
    public func mapAsync<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int? = nil,
        callback: (@Sendable ([Output]) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> AsyncResult<[Output]> {
        let work = MapWork(transform: PortableFunction(transform))
        return AsyncResult(
            job: try submitMap(
                work, Array(inputs), chunkSize, as: Output.self, joinedCallback(callback, errorCallback)))
    }

    private func submitMap<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ work: any PoolWork,
        _ inputs: [Input],
        _ chunkSize: Int?,
        as type: Output.Type,
        _ callback: (@Sendable (Result<[Output], any Error>) -> Void)? = nil
    ) throws -> PoolJob<[Output]> {
        if let chunkSize, chunkSize < 1 {
            throw ProcessingError(.misuse, "a chunk needs at least one input, not \(chunkSize)")
        }
        let size =
            chunkSize ?? PoolSubmission.defaultChunkSize(taskCount: inputs.count, workerCount: processCount)
        let encoder = MessageEncoder()
        let chunks = try stride(from: 0, to: inputs.count, by: size).map { first in
            let chunk = Array(inputs[first..<min(first + size, inputs.count)])
            return (first: first, count: chunk.count, inputs: try encoder.encode(chunk))
        }
        let count = inputs.count
        return try submit(work, chunks: chunks, purpose: "mapping over \(count) inputs", callback: callback) {
            try Pool.results($0, count: count, as: type)
        }
    }

    /// Calls a function in one of the workers and returns its result.
    ///
    /// As `Pool.apply` in Python.
    public func apply<Output: Codable & Sendable>(_ function: @escaping @Sendable () throws -> Output) throws -> Output {
        try applyAsync(function).get()
    }

    /// Calls a function that may suspend in one of the workers, without blocking the thread.
    public func apply<Output: Codable & Sendable>(
        _ function: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        let work = AsyncCallWork(function: PortableFunction(function))
        return try await AsyncResult(job: submitCall(work, as: Output.self)).value
    }

    /// As `apply`, but returns at once; the result can be waited for, or is handed to a callback.
    ///
    /// As `Pool.apply_async` in Python.
    @discardableResult
    public func applyAsync<Output: Codable & Sendable>(
        callback: (@Sendable (Output) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ function: @escaping @Sendable () throws -> Output
    ) throws -> AsyncResult<Output> {
        AsyncResult(
            job: try submitCall(
                CallWork(function: PortableFunction(function)), as: Output.self, joinedCallback(callback, errorCallback)))
    }

    func submitCall<Output: Codable & Sendable>(
        _ work: any PoolWork,
        as type: Output.Type,
        _ callback: (@Sendable (Result<Output, any Error>) -> Void)? = nil
    ) throws -> PoolJob<Output> {
        try submit(work, chunks: [(first: 0, count: 1, inputs: [])], purpose: "a call in a pool", callback: callback) { frames in
            try Pool.results(frames, count: 1, as: type)[0]
        }
    }
}

/// One callback for both outcomes, or none if there is none.
private func joinedCallback<Value>(
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
