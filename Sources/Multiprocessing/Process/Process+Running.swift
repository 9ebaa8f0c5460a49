internal import ClosureCoding
internal import MessageCoding
internal import Synchronization

extension Process {
    /// Starts a process that returns a value.
    ///
    /// ```swift
    /// let process = try Process.running { compute() }
    /// let value = try await process.value
    /// ```
    /// When this returns the process runs, and its pid and rank are known. The value travels back when the closure has
    /// returned. An error that the closure throws ends the process with status 1, without a word on standard error, and is
    /// thrown by `RunningProcess.value`. It waits for the Host of this rank to start the process, a matter of milliseconds.
    ///
    /// - Parameters:
    ///   - name: A name for people; by default `Process-1`, `Process-2`, … as for all processes.
    ///   - daemon: Whether it is ended with the program instead of being waited for.
    ///   - rank: The rank that hosts it; by default the next in turn.
    ///   - startMethod: How it is started; by default as `withProcesses` says.
    ///   - body: What the process does; it may capture whatever is `Codable`.
    /// - Returns: The process, to ask for its value.
    /// - Throws: As `start`.
    ///
    /// As `ProcessPoolExecutor.submit` of Python's `concurrent.futures`, with a process of its own.
    public static func running<Value: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> RunningProcess<Value> {
        try prepare(name, daemon, rank, startMethod) {
            ValueWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process that returns a value, of a closure that may suspend and runs in a task of its own.
    public static func running<Value: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> RunningProcess<Value> {
        try prepare(name, daemon, rank, startMethod) {
            AsynchronousValueWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process of a closure that returns nothing: what can be waited for is its end, or its error.
    ///
    /// ```swift
    /// let process = try Process.running { try store(pages) }
    /// try process.result()
    /// ```
    /// See the variant of a closure that returns a value.
    public static func running(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () throws -> Void
    ) throws -> RunningProcess<Void> {
        try prepareAction(name, daemon, rank, startMethod) {
            ActionWork(function: .init(body), destination: $0)
        }.started()
    }

    /// Starts a process of a closure that returns nothing and may suspend.
    public static func running(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) throws -> RunningProcess<Void> {
        try prepareAction(name, daemon, rank, startMethod) {
            AsynchronousActionWork(function: .init(body), destination: $0)
        }.started()
    }

    /// A process that has a place for its value, and is yet to be started.
    static func prepare<Value: Codable & Sendable>(
        _ name: String?,
        _ isDaemon: Bool,
        _ rank: Int?,
        _ startMethod: StartMethod?,
        _ makeWork: (ResultDestination) -> any Work & Sendable
    ) throws -> RunningProcess<Value> {
        let (state, handle) = try makeStateAndPlace(name, isDaemon, rank, startMethod, makeWork)
        return RunningProcess(state, handle) { try MessageDecoder().decode(Value.self, from: $0) }
    }

    /// A process that has a place to say in that it is done, and is yet to be started.
    static func prepareAction(
        _ name: String?,
        _ isDaemon: Bool,
        _ rank: Int?,
        _ startMethod: StartMethod?,
        _ makeWork: (ResultDestination) -> any Work & Sendable
    ) throws -> RunningProcess<Void> {
        let (state, handle) = try makeStateAndPlace(name, isDaemon, rank, startMethod, makeWork)
        return RunningProcess(state, handle) { _ in }
    }

    private static func makeStateAndPlace(
        _ name: String?,
        _ isDaemon: Bool,
        _ rank: Int?,
        _ startMethod: StartMethod?,
        _ makeWork: (ResultDestination) -> any Work & Sendable
    ) throws -> (ProcessState, ServiceHandle) {
        let handle = try ServiceHandle(making: .result, for: "a process that returns a value")
        // The address travels without the handle: the place is given up when this process no longer wants to know.
        let work = makeWork(ResultDestination(address: handle.address))
        let state = makeState(name, isDaemon, rank, startMethod, work: work)
        state.fields.withLock { $0.result = handle.address }
        return (state, handle)
    }
}

// One function for each number of arguments; they are explained at the first.
extension Process {
    /// Starts a process that calls a function with arguments, and returns what the function returns.
    ///
    /// ```swift
    /// let process = try Process.running(target: pow, args: 2.0, 10.0)
    /// ```
    /// There can be up to five arguments; for more, or none, or a function that returns nothing, use a closure. See
    /// `running(name:daemon:on:startMethod:_:)`.
    public static func running<Value: Codable & Sendable, A: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A) throws -> Value,
        args a: A
    ) throws -> RunningProcess<Value> {
        let call = TargetCall1(function: PortableFunction(target), a: a)
        return try prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with two arguments, and returns what the function returns.
    public static func running<Value: Codable & Sendable, A: Codable & Sendable, B: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B) throws -> Value,
        args a: A,
        _ b: B
    ) throws -> RunningProcess<Value> {
        let call = TargetCall2(function: PortableFunction(target), a: a, b: b)
        return try prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with three arguments, and returns what the function returns.
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
    ) throws -> RunningProcess<Value> {
        let call = TargetCall3(function: PortableFunction(target), a: a, b: b, c: c)
        return try prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with four arguments, and returns what the function returns.
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
    ) throws -> RunningProcess<Value> {
        let call = TargetCall4(function: PortableFunction(target), a: a, b: b, c: c, d: d)
        return try prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }

    /// Starts a process that calls a function with five arguments, and returns what the function returns.
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
    ) throws -> RunningProcess<Value> {
        let call = TargetCall5(function: PortableFunction(target), a: a, b: b, c: c, d: d, e: e)
        return try prepare(name, daemon, rank, startMethod) {
            TargetValueWork(target: call, destination: $0)
        }.started()
    }
}
