internal import ClosureCoding

// Functions that return nothing: what comes is the fact that each call is done, or its error.
extension Pool {
    /// Calls a function that returns nothing with inputs one after the other, and tells of the end of each call, in the order of the inputs.
    ///
    /// ```swift
    /// let results = try pool.imap(pages, { try store($0) })
    /// for try await _ in results { count += 1 }
    /// ```
    /// See `imap` of a function with a result.
    public func imap<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) throws -> Void
    ) throws -> PoolResults<Void> {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: Action(function: PortableFunction(action)), inputs, flow) { _ in }
    }

    /// As `imap` of a function that may suspend and returns nothing.
    public func imap<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) async throws -> Void
    ) throws -> PoolResults<Void> {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: AsyncAction(function: PortableFunction(action)), inputs, flow) { _ in }
    }

    /// As `imap` of a function that returns nothing, for inputs that come by and by.
    public func imap<Inputs: AsyncSequence & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Inputs.Element) throws -> Void
    ) throws -> PoolResults<Void> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: Action(function: PortableFunction(action)), comingFrom: inputs, flow) { _ in }
    }

    /// As `imap` of a function that may suspend and returns nothing, for inputs that come by and by.
    public func imap<Inputs: AsyncSequence & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Inputs.Element) async throws -> Void
    ) throws -> PoolResults<Void> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: AsyncAction(function: PortableFunction(action)), comingFrom: inputs, flow) {
            _ in
        }
    }

    /// As `imapUnordered` of a function that returns nothing.
    public func imapUnordered<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) throws -> Void
    ) throws -> PoolResults<Void> {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: Action(function: PortableFunction(action)), inputs, flow) { _ in }
    }

    /// As `imapUnordered` of a function that may suspend and returns nothing.
    public func imapUnordered<Input: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Input) async throws -> Void
    ) throws -> PoolResults<Void> {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: AsyncAction(function: PortableFunction(action)), inputs, flow) { _ in }
    }

    /// As `imapUnordered` of a function that returns nothing, for inputs that come by and by.
    public func imapUnordered<Inputs: AsyncSequence & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Inputs.Element) throws -> Void
    ) throws -> PoolResults<Void> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: Action(function: PortableFunction(action)), comingFrom: inputs, flow) { _ in }
    }

    /// As `imapUnordered` of a function that may suspend and returns nothing, for inputs that come by and by.
    public func imapUnordered<Inputs: AsyncSequence & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ action: @escaping @Sendable (Inputs.Element) async throws -> Void
    ) throws -> PoolResults<Void> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: AsyncAction(function: PortableFunction(action)), comingFrom: inputs, flow) {
            _ in
        }
    }
}
