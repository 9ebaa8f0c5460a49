internal import ClosureCoding

// One method for each number of arguments; they are explained at the first.
extension Pool {
    /// Calls a function of several arguments with every tuple, and returns the results in the order of the tuples.
    ///
    /// ```swift
    /// let powers = try pool.starMap([(2.0, 10.0), (3.0, 4.0)], pow)
    /// let sums = try pool.starMap(zip(first, second)) { $0 + $1 }
    /// ```
    /// There can be two to four arguments; see `map` for the rest.
    ///
    /// As `Pool.starmap` in Python.
    public func starMap<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: some Sequence<(A, B)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (A, B) throws -> Output
    ) throws -> [Output] {
        let function = StarTransform2(function: PortableFunction(transform))
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let inputs = inputs.map { Arguments2(a: $0.0, b: $0.1) }
        return try AsyncResult(job: submit(function, inputs, options) { $0 }).get()
    }

    /// Calls a function of three arguments with every tuple, and returns the results in the order of the tuples.
    public func starMap<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (A, B, C) throws -> Output
    ) throws -> [Output] {
        let function = StarTransform3(function: PortableFunction(transform))
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let inputs = inputs.map { Arguments3(a: $0.0, b: $0.1, c: $0.2) }
        return try AsyncResult(job: submit(function, inputs, options) { $0 }).get()
    }

    /// Calls a function of four arguments with every tuple, and returns the results in the order of the tuples.
    public func starMap<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C, D)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (A, B, C, D) throws -> Output
    ) throws -> [Output] {
        let function = StarTransform4(function: PortableFunction(transform))
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let inputs = inputs.map { Arguments4(a: $0.0, b: $0.1, c: $0.2, d: $0.3) }
        return try AsyncResult(job: submit(function, inputs, options) { $0 }).get()
    }

    /// As `starMap`, without blocking the thread.
    ///
    /// When the task is cancelled, this throws a `CancellationError`, and what no worker has begun is not done.
    public func starMap<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: some Sequence<(A, B)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (A, B) throws -> Output
    ) async throws -> [Output] {
        try Task.checkCancellation()
        let function = StarTransform2(function: PortableFunction(transform))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments2(a: $0.0, b: $0.1) }
        return try await result(of: submit(function, inputs, options) { $0 })
    }

    /// As `starMap` with three arguments, without blocking the thread.
    public func starMap<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (A, B, C) throws -> Output
    ) async throws -> [Output] {
        try Task.checkCancellation()
        let function = StarTransform3(function: PortableFunction(transform))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments3(a: $0.0, b: $0.1, c: $0.2) }
        return try await result(of: submit(function, inputs, options) { $0 })
    }

    /// As `starMap` with four arguments, without blocking the thread.
    public func starMap<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C, D)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (A, B, C, D) throws -> Output
    ) async throws -> [Output] {
        try Task.checkCancellation()
        let function = StarTransform4(function: PortableFunction(transform))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments4(a: $0.0, b: $0.1, c: $0.2, d: $0.3) }
        return try await result(of: submit(function, inputs, options) { $0 })
    }

    /// As `starMap`, but returns at once; the result can be waited for, or is handed to a callback.
    ///
    /// As `Pool.starmap_async` in Python.
    @discardableResult
    public func starMapAsync<Output: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: some Sequence<(A, B)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable ([Output]) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ transform: @escaping @Sendable (A, B) throws -> Output
    ) throws -> AsyncResult<[Output]> {
        let function = StarTransform2(function: PortableFunction(transform))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments2(a: $0.0, b: $0.1) }
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, inputs, options, callback) { $0 })
    }

    /// As `starMap` with three arguments, but returns at once.
    @discardableResult
    public func starMapAsync<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable ([Output]) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ transform: @escaping @Sendable (A, B, C) throws -> Output
    ) throws -> AsyncResult<[Output]> {
        let function = StarTransform3(function: PortableFunction(transform))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments3(a: $0.0, b: $0.1, c: $0.2) }
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, inputs, options, callback) { $0 })
    }

    /// As `starMap` with four arguments, but returns at once.
    @discardableResult
    public func starMapAsync<
        Output: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C, D)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable ([Output]) -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ transform: @escaping @Sendable (A, B, C, D) throws -> Output
    ) throws -> AsyncResult<[Output]> {
        let function = StarTransform4(function: PortableFunction(transform))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments4(a: $0.0, b: $0.1, c: $0.2, d: $0.3) }
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, inputs, options, callback) { $0 })
    }

}
