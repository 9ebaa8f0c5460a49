internal import ClosureCoding

// One initializer for each number of arguments; they are explained at the first.
extension Process {
    /// A process that calls a function with arguments, which travel to it. What it returns is of no interest.
    ///
    /// ```swift
    /// Process(target: foo, args: 1, "two")
    /// ```
    /// There can be up to five arguments; for more, or none, use a closure. See `init(name:daemon:on:startMethod:)` for
    /// the other parameters.
    ///
    /// As `Process(target=foo, args=(1, "two"))` in Python.
    public convenience init<Output, A: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A) throws -> Output,
        args a: A
    ) {
        let work = TargetWork(target: TargetCall1(function: PortableFunction(target), a: a))
        self.init(Process.makeState(name, daemon, rank, startMethod, work: work))
    }

    /// A process that calls a function with two arguments.
    public convenience init<Output, A: Codable & Sendable, B: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B) throws -> Output,
        args a: A,
        _ b: B
    ) {
        let work = TargetWork(target: TargetCall2(function: PortableFunction(target), a: a, b: b))
        self.init(Process.makeState(name, daemon, rank, startMethod, work: work))
    }

    /// A process that calls a function with three arguments.
    public convenience init<Output, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B, C) throws -> Output,
        args a: A,
        _ b: B,
        _ c: C
    ) {
        let work = TargetWork(target: TargetCall3(function: PortableFunction(target), a: a, b: b, c: c))
        self.init(Process.makeState(name, daemon, rank, startMethod, work: work))
    }

    /// A process that calls a function with four arguments.
    public convenience init<Output, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B, C, D) throws -> Output,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D
    ) {
        let work = TargetWork(target: TargetCall4(function: PortableFunction(target), a: a, b: b, c: c, d: d))
        self.init(Process.makeState(name, daemon, rank, startMethod, work: work))
    }

    /// A process that calls a function with five arguments.
    public convenience init<Output, A: Codable & Sendable, B: Codable & Sendable, C: Codable & Sendable, D: Codable & Sendable, E: Codable & Sendable>(
        name: String? = nil,
        daemon: Bool = false,
        on rank: Int? = nil,
        startMethod: StartMethod? = nil,
        target: @escaping @Sendable (A, B, C, D, E) throws -> Output,
        args a: A,
        _ b: B,
        _ c: C,
        _ d: D,
        _ e: E
    ) {
        let work = TargetWork(target: TargetCall5(function: PortableFunction(target), a: a, b: b, c: c, d: d, e: e))
        self.init(Process.makeState(name, daemon, rank, startMethod, work: work))
    }
}
