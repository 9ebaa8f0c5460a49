internal import ClosureCoding

// The same without blocking the thread until the process runs.
extension Process {
    /// Starts a process of a closure that returns a value, without blocking the thread.
    ///
    /// ```swift
    /// let process = try await Process.running { compute() }
    /// let value = try await process.value
    /// ```
    /// See the variant that blocks.
    public static func running<Value: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> RunningProcess<Value> {
        try await prepare(name, daemon, rank, startMethod) {
            ValueWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process of a closure that may suspend and returns a value, without blocking the thread.
    public static func running<Value: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> RunningProcess<Value> {
        try await prepare(name, daemon, rank, startMethod) {
            AsynchronousValueWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process of a closure that returns nothing, without blocking the thread.
    public static func running(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () throws -> Void
    ) async throws -> RunningProcess<Void> {
        try await prepareAction(name, daemon, rank, startMethod) {
            ActionWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process of a closure that may suspend and returns nothing, without blocking the thread.
    public static func running(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> RunningProcess<Void> {
        try await prepareAction(name, daemon, rank, startMethod) {
            AsynchronousActionWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with an argument, without blocking the thread.
    public static func running<Value: Codable & Sendable, A: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A) throws -> Value,
        args a: A
    ) async throws -> RunningProcess<Value> {
        let call = TargetCall1(function: PortableFunction(target), a: a)
        return try await prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with two arguments, without blocking the thread.
    public static func running<Value: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B) throws -> Value,
        args a: A,
        _ b: B
    ) async throws -> RunningProcess<Value> {
        let call = TargetCall2(function: PortableFunction(target), a: a, b: b)
        return try await prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with three arguments, without blocking the thread.
    public static func running<
        Value: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable
    >(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B, C) throws -> Value,
        args a: A,
        _ b: B,
        _ c: C
    ) async throws -> RunningProcess<Value> {
        let call = TargetCall3(function: PortableFunction(target), a: a, b: b, c: c)
        return try await prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with four arguments, without blocking the thread.
    public static func running<
        Value: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable
    >(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B, C, D) throws -> Value,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) async throws -> RunningProcess<Value> {
        let call = TargetCall4(function: PortableFunction(target), a: a, b: b, c: c, d: d)
        return try await prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with five arguments, without blocking the thread.
    public static func running<
        Value: Codable & Sendable,
        A: Codable & Sendable,
        B: Codable & Sendable,
        C: Codable & Sendable,
        D: Codable & Sendable,
        E: Codable & Sendable
    >(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B, C, D, E) throws -> Value,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) async throws -> RunningProcess<Value> {
        let call = TargetCall5(function: PortableFunction(target), a: a, b: b, c: c, d: d, e: e)
        return try await prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }
}
