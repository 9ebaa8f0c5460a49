internal import ClosureCoding

// The functions that a pool runs: with an input or none, suspending or not, with a result or none.

struct Transform<Input: Codable & Sendable, Output: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable (Input) throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Input) throws -> Output { try function.function(input) }
    var body: (Input) throws -> Output { function.function }
}

struct AsyncTransform<Input: Codable & Sendable, Output: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable (Input) async throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Input) throws -> Output {
        let function = function.function
        return try waitForTask { try await function(input) }
    }
}

struct Action<Input: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable (Input) throws -> Void>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Input) throws -> NoValue {
        try function.function(input)
        return NoValue()
    }
    var body: (Input) throws -> NoValue {
        let function = function.function
        return { input in
            try function(input)
            return NoValue()
        }
    }
}

struct AsyncAction<Input: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable (Input) async throws -> Void>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Input) throws -> NoValue {
        let function = function.function
        return try waitForTask {
            try await function(input)
            return NoValue()
        }
    }
}

struct Call<Output: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable () throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: NoValue) throws -> Output { try function.function() }
}

struct AsyncCall<Output: Codable & Sendable>: PoolFunction {
    let function: PortableFunction<@Sendable () async throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: NoValue) throws -> Output { try waitForTask(function.function) }
}

struct CallWithoutResult: PoolFunction {
    let function: PortableFunction<@Sendable () throws -> Void>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: NoValue) throws -> NoValue {
        try function.function()
        return NoValue()
    }
}

struct AsyncCallWithoutResult: PoolFunction {
    let function: PortableFunction<@Sendable () async throws -> Void>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: NoValue) throws -> NoValue {
        let function = function.function
        return try waitForTask {
            try await function()
            return NoValue()
        }
    }
}

/// A function with its arguments, called once.
struct TargetFunction<Target: TargetCall>: PoolFunction where Target.Output: Codable & Sendable {
    let target: Target
    func call(_ input: NoValue) throws -> Target.Output { try target.call() }
}

/// A function with its arguments, called once; what it returns, if anything, is of no interest.
struct TargetAction<Target: TargetCall>: PoolFunction {
    let target: Target
    func call(_ input: NoValue) throws -> NoValue {
        _ = try target.call()
        return NoValue()
    }
}

/// Two arguments, for a function that is called with several at a time.
struct Arguments2<A: Codable & Sendable, B: Codable & Sendable>: Codable, Sendable {
    let a: A
    let b: B
}

/// Three arguments.
struct Arguments3<A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>: Codable, Sendable {
    let a: A
    let b: B
    let c: C
}

/// Four arguments.
struct Arguments4<
    A: Codable & Sendable,
    B: Codable & Sendable,
    C: Codable & Sendable,
    D: Codable & Sendable
>: Codable, Sendable {
    let a: A
    let b: B
    let c: C
    let d: D
}

struct StarTransform2<A: Codable & Sendable, B: Codable & Sendable, Output: Codable & Sendable>: PoolFunction
{
    let function: PortableFunction<@Sendable (A, B) throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Arguments2<A, B>) throws -> Output { try function.function(input.a, input.b) }
}

struct StarTransform3<
    A: Codable & Sendable,
    B: Codable & Sendable,
    C: Codable & Sendable,
    Output: Codable & Sendable
>: PoolFunction {
    let function: PortableFunction<@Sendable (A, B, C) throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Arguments3<A, B, C>) throws -> Output {
        try function.function(input.a, input.b, input.c)
    }
}

struct StarTransform4<
    A: Codable & Sendable,
    B: Codable & Sendable,
    C: Codable & Sendable,
    D: Codable & Sendable,
    Output: Codable & Sendable
>: PoolFunction {
    let function: PortableFunction<@Sendable (A, B, C, D) throws -> Output>
    var identity: FunctionIdentity? { function.identity }
    func call(_ input: Arguments4<A, B, C, D>) throws -> Output {
        try function.function(input.a, input.b, input.c, input.d)
    }
}

/// Runs a suspending function in a task of its own and blocks the calling thread, which is none of the cooperative pool, until it is done.
private func waitForTask<Output: Sendable>(_ function: @escaping @Sendable () async throws -> Output) throws
    -> Output
{
    let outcome = Monitor<Result<Output, any Error>?>(nil)
    Task {
        let result: Result<Output, any Error>
        do {
            result = .success(try await function())
        } catch {
            result = .failure(error)
        }
        outcome.withLock { $0 = result }
        outcome.wakeAll()
    }
    // Without a deadline the wait ends only with an outcome.
    guard let result = outcome.wait({ $0 }) else { throw CancellationError() }
    return try result.get()
}
