internal import ClosureCoding

// Functions that return nothing; one method for each number of arguments, which are explained where there is a result.
extension Pool {
    /// Calls a function with an argument that returns nothing in one of the workers.
    public func apply<A: Codable & Sendable>(
        _ action: @escaping @Sendable (A) throws -> Void,
        retries: Int = 0,
        args a: A
    ) throws {
        let target = TargetCall1(function: PortableFunction(action), a: a)
        try AsyncResult(job: submitCall(TargetAction(target: target), retries, assemble: { _ in })).get()
    }

    /// Calls a function with two arguments that returns nothing in one of the workers.
    public func apply<A: Codable & Sendable, B: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B
    ) throws {
        let target = TargetCall2(function: PortableFunction(action), a: a, b: b)
        try AsyncResult(job: submitCall(TargetAction(target: target), retries, assemble: { _ in })).get()
    }

    /// Calls a function with three arguments that returns nothing in one of the workers.
    public func apply<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B, C) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C
    ) throws {
        let target = TargetCall3(function: PortableFunction(action), a: a, b: b, c: c)
        try AsyncResult(job: submitCall(TargetAction(target: target), retries, assemble: { _ in })).get()
    }

    /// Calls a function with four arguments that returns nothing in one of the workers.
    public func apply<
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
    ) throws {
        let target = TargetCall4(function: PortableFunction(action), a: a, b: b, c: c, d: d)
        try AsyncResult(job: submitCall(TargetAction(target: target), retries, assemble: { _ in })).get()
    }

    /// Calls a function with five arguments that returns nothing in one of the workers.
    public func apply<
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
    ) throws {
        let target = TargetCall5(function: PortableFunction(action), a: a, b: b, c: c, d: d, e: e)
        try AsyncResult(job: submitCall(TargetAction(target: target), retries, assemble: { _ in })).get()
    }

    /// Calls a function with an argument that returns nothing in one of the workers, without blocking the thread.
    public func apply<A: Codable & Sendable>(
        _ action: @escaping @Sendable (A) throws -> Void,
        retries: Int = 0,
        args a: A
    ) async throws {
        try Task.checkCancellation()
        let target = TargetCall1(function: PortableFunction(action), a: a)
        try await result(of: submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Calls a function with two arguments that returns nothing in one of the workers, without blocking the thread.
    public func apply<A: Codable & Sendable, B: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B
    ) async throws {
        try Task.checkCancellation()
        let target = TargetCall2(function: PortableFunction(action), a: a, b: b)
        try await result(of: submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Calls a function with three arguments that returns nothing in one of the workers, without blocking the thread.
    public func apply<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ action: @escaping @Sendable (A, B, C) throws -> Void,
        retries: Int = 0,
        args a: A,
        _ b: B,
        _ c: C
    ) async throws {
        try Task.checkCancellation()
        let target = TargetCall3(function: PortableFunction(action), a: a, b: b, c: c)
        try await result(of: submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Calls a function with four arguments that returns nothing in one of the workers, without blocking the thread.
    public func apply<
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
    ) async throws {
        try Task.checkCancellation()
        let target = TargetCall4(function: PortableFunction(action), a: a, b: b, c: c, d: d)
        try await result(of: submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Calls a function with five arguments that returns nothing in one of the workers, without blocking the thread.
    public func apply<
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
    ) async throws {
        try Task.checkCancellation()
        let target = TargetCall5(function: PortableFunction(action), a: a, b: b, c: c, d: d, e: e)
        try await result(of: submitCall(TargetAction(target: target), retries, assemble: { _ in }))
    }

    /// Calls a function of two arguments that returns nothing with every tuple.
    public func starMap<A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: some Sequence<(A, B)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (A, B) throws -> Void
    ) throws {
        let function = StarAction2(function: PortableFunction(action))
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let inputs = inputs.map { Arguments2(a: $0.0, b: $0.1) }
        try AsyncResult(job: submit(function, inputs, options) { _ in }).get()
    }

    /// Calls a function of three arguments that returns nothing with every tuple.
    public func starMap<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ inputs: some Sequence<(A, B, C)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (A, B, C) throws -> Void
    ) throws {
        let function = StarAction3(function: PortableFunction(action))
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let inputs = inputs.map { Arguments3(a: $0.0, b: $0.1, c: $0.2) }
        try AsyncResult(job: submit(function, inputs, options) { _ in }).get()
    }

    /// Calls a function of four arguments that returns nothing with every tuple.
    public func starMap<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C, D)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (A, B, C, D) throws -> Void
    ) throws {
        let function = StarAction4(function: PortableFunction(action))
        var options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        options.isPatient = true
        let inputs = inputs.map { Arguments4(a: $0.0, b: $0.1, c: $0.2, d: $0.3) }
        try AsyncResult(job: submit(function, inputs, options) { _ in }).get()
    }

    /// Calls a function of two arguments that returns nothing with every tuple, without blocking the thread.
    public func starMap<A: Codable & Sendable, B: Codable & Sendable>(
        _ inputs: some Sequence<(A, B)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (A, B) throws -> Void
    ) async throws {
        try Task.checkCancellation()
        let function = StarAction2(function: PortableFunction(action))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments2(a: $0.0, b: $0.1) }
        try await result(of: submit(function, inputs, options) { _ in })
    }

    /// Calls a function of three arguments that returns nothing with every tuple, without blocking the thread.
    public func starMap<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        _ inputs: some Sequence<(A, B, C)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (A, B, C) throws -> Void
    ) async throws {
        try Task.checkCancellation()
        let function = StarAction3(function: PortableFunction(action))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments3(a: $0.0, b: $0.1, c: $0.2) }
        try await result(of: submit(function, inputs, options) { _ in })
    }

    /// Calls a function of four arguments that returns nothing with every tuple, without blocking the thread.
    public func starMap<
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        _ inputs: some Sequence<(A, B, C, D)>,
        chunkSize: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (A, B, C, D) throws -> Void
    ) async throws {
        try Task.checkCancellation()
        let function = StarAction4(function: PortableFunction(action))
        let options = PoolJobOptions(chunkSize: chunkSize, retries: retries, progress: progress)
        let inputs = inputs.map { Arguments4(a: $0.0, b: $0.1, c: $0.2, d: $0.3) }
        try await result(of: submit(function, inputs, options) { _ in })
    }

}

struct StarAction2<A: Codable & Sendable, B: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable (A, B) throws -> Void>
    func call(_ input: Arguments2<A, B>) throws -> NoValue {
        try function.function(input.a, input.b)
        return NoValue()
    }
}

struct StarAction3<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable (A, B, C) throws -> Void>
    func call(_ input: Arguments3<A, B, C>) throws -> NoValue {
        try function.function(input.a, input.b, input.c)
        return NoValue()
    }
}

struct StarAction4<
    A: Codable & Sendable,
    B: Codable & Sendable,
    C: Codable & Sendable,
    D: Codable & Sendable
>: PoolFunction {
    let function: PortableFunction<@Sendable (A, B, C, D) throws -> Void>
    func call(_ input: Arguments4<A, B, C, D>) throws -> NoValue {
        try function.function(input.a, input.b, input.c, input.d)
        return NoValue()
    }
}
