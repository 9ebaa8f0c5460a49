internal import ClosureCoding

extension Pool {
    /// Applies a function to inputs one after the other and gives the results as they come, in the order of the inputs.
    ///
    /// ```swift
    /// for try await page in try pool.imap(addresses, { try load($0) }) { show(page) }
    /// ```
    /// - Parameters:
    ///   - inputs: Any sequence, also one without end; it is taken from only as far as `lookAhead` allows.
    ///   - chunkSize: How many inputs a worker is handed at a time.
    ///   - lookAhead: How many chunks are handed in before their results are taken; by default two for each worker.
    ///   - retries: How often a task is run again when its worker is lost.
    ///   - progress: Who is told how far it has come.
    ///   - transform: The function; what it captures travels to the workers once.
    /// - Returns: The results, to be taken one by one.
    /// - Throws: An error that names the culprit when the function cannot be encoded; `ProcessingError` of kind `misuse` for a chunk
    ///   size or look-ahead below one, `closed` when the pool was closed or terminated. The errors of tasks are thrown where the results are taken.
    ///
    /// As `Pool.imap` in Python, except that the inputs are not all taken at once.
    public func imap<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> PoolResults<Output> {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: Transform(function: PortableFunction(transform)), inputs, flow)
    }

    /// As `imap`, for a function that may suspend.
    public func imap<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) async throws -> Output
    ) throws -> PoolResults<Output> {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: AsyncTransform(function: PortableFunction(transform)), inputs, flow)
    }

    /// As `imap`, for inputs that come by and by; they are taken by a task.
    ///
    /// An error of the inputs is thrown behind the results of those that came before it.
    public func imap<Inputs: AsyncSequence & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Inputs.Element) throws -> Output
    ) throws -> PoolResults<Output> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(of: Transform(function: PortableFunction(transform)), comingFrom: inputs, flow)
    }

    /// As `imap`, for inputs that come by and by and a function that may suspend.
    public func imap<Inputs: AsyncSequence & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Inputs.Element) async throws -> Output
    ) throws -> PoolResults<Output> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(true, chunkSize, lookAhead, retries, progress)
        return try results(
            of: AsyncTransform(function: PortableFunction(transform)),
            comingFrom: inputs,
            flow
        )
    }

    /// As `imap`, but the results come as soon as they are there, in any order; those of a chunk at most 10 ms later, or when a task of it that takes longer has ended.
    ///
    /// As `Pool.imap_unordered` in Python.
    public func imapUnordered<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) throws -> Output
    ) throws -> PoolResults<Output> {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: Transform(function: PortableFunction(transform)), inputs, flow)
    }

    /// As `imapUnordered`, for a function that may suspend.
    public func imapUnordered<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ inputs: some Sequence<Input>,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Input) async throws -> Output
    ) throws -> PoolResults<Output> {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: AsyncTransform(function: PortableFunction(transform)), inputs, flow)
    }

    /// As `imapUnordered`, for inputs that come by and by.
    public func imapUnordered<Inputs: AsyncSequence & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Inputs.Element) throws -> Output
    ) throws -> PoolResults<Output> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(of: Transform(function: PortableFunction(transform)), comingFrom: inputs, flow)
    }

    /// As `imapUnordered`, for inputs that come by and by and a function that may suspend.
    public func imapUnordered<Inputs: AsyncSequence & Sendable, Output: Codable & Sendable>(
        _ inputs: Inputs,
        chunkSize: Int = 1,
        lookAhead: Int? = nil,
        retries: Int = 0,
        progress: ProgressObserver? = nil,
        _ transform: @escaping @Sendable (Inputs.Element) async throws -> Output
    ) throws -> PoolResults<Output> where Inputs.Element: Codable & Sendable {
        let flow = PoolFlow(false, chunkSize, lookAhead, retries, progress)
        return try results(
            of: AsyncTransform(function: PortableFunction(transform)),
            comingFrom: inputs,
            flow
        )
    }
}
