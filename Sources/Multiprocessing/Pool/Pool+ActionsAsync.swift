internal import ClosureCoding

// Functions that return nothing, without waiting; one method for each number of arguments, which are explained where there is a result.
extension Pool {
    /// As `apply` of a function with an argument that returns nothing, but returns at once.
    ///
    /// The callback is called when it is done.
    ///
    /// As `Pool.apply_async` in Python.
    @discardableResult
    public func applyAsync<A: Codable & Sendable>(
        _ action: @escaping @Sendable (A) throws -> Void,
        retries: Int = 0,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A
    ) throws -> AsyncResult<Void> {
        let target = TargetCall1(function: PortableFunction(action), a: a)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetAction(target: target), retries, callback) { _ in })
    }

    /// As `apply` of a function with two arguments that returns nothing, but returns at once.
    @discardableResult
    public func applyAsync<A: Codable & Sendable, B: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B) throws -> Void,
        retries: Int = 0,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B
    ) throws -> AsyncResult<Void> {
        let target = TargetCall2(function: PortableFunction(action), a: a, b: b)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetAction(target: target), retries, callback) { _ in })
    }

    /// As `apply` of a function with three arguments that returns nothing, but returns at once.
    @discardableResult
    public func applyAsync<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B, C) throws -> Void,
        retries: Int = 0,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B,
        _ c: C
    ) throws -> AsyncResult<Void> {
        let target = TargetCall3(function: PortableFunction(action), a: a, b: b, c: c)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetAction(target: target), retries, callback) { _ in })
    }

    /// As `apply` of a function with four arguments that returns nothing, but returns at once.
    @discardableResult
    public func applyAsync<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ action: @escaping @Sendable (A, B, C, D) throws -> Void,
        retries: Int = 0,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) throws -> AsyncResult<Void> {
        let target = TargetCall4(function: PortableFunction(action), a: a, b: b, c: c, d: d)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetAction(target: target), retries, callback) { _ in })
    }

    /// As `apply` of a function with five arguments that returns nothing, but returns at once.
    @discardableResult
    public func applyAsync<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable,
        E: Codable & Sendable
    >(
        _ action: @escaping @Sendable (A, B, C, D, E) throws -> Void,
        retries: Int = 0,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) throws -> AsyncResult<Void> {
        let target = TargetCall5(function: PortableFunction(action), a: a, b: b, c: c, d: d, e: e)
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submitCall(TargetAction(target: target), retries, callback) { _ in })
    }

    /// As `starMap` of a function of two arguments that returns nothing, but returns at once.
    ///
    /// As `Pool.starmap_async` in Python.
    @discardableResult
    public func starMapAsync<A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: some Sequence<(A, B)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ action: @escaping @Sendable (A, B) throws -> Void
    ) throws -> AsyncResult<Void> {
        let function = StarAction2(function: PortableFunction(action))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments2(a: $0.0, b: $0.1) }
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, inputs, options, callback) { _ in })
    }

    /// As `starMap` of a function of three arguments that returns nothing, but returns at once.
    @discardableResult
    public func starMapAsync<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ inputs: some Sequence<(A, B, C)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ action: @escaping @Sendable (A, B, C) throws -> Void
    ) throws -> AsyncResult<Void> {
        let function = StarAction3(function: PortableFunction(action))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments3(a: $0.0, b: $0.1, c: $0.2) }
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, inputs, options, callback) { _ in })
    }

    /// As `starMap` of a function of four arguments that returns nothing, but returns at once.
    @discardableResult
    public func starMapAsync<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C, D)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        callback: (@Sendable () -> Void)? = nil,
        errorCallback: (@Sendable (any Error) -> Void)? = nil,
        _ action: @escaping @Sendable (A, B, C, D) throws -> Void
    ) throws -> AsyncResult<Void> {
        let function = StarAction4(function: PortableFunction(action))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments4(a: $0.0, b: $0.1, c: $0.2, d: $0.3) }
        let callback = joinedCallback(callback, errorCallback)
        return AsyncResult(job: try submit(function, inputs, options, callback) { _ in })
    }
}
