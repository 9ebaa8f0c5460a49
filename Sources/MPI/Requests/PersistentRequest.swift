/// An operation that is described once, and started as often as is wanted: a send, a receive or a collective operation.
///
/// It owns the memory that the MPI library reads and writes: an ``input``, which is sent, and an ``output``, where the result lies. They can be used while
/// nothing is under way.
///
/// ```swift
/// let sum = try world.makePersistentAllReduce(count: 1000, of: Double.self, .sum)
/// for step in 0..<steps {
///     try sum.withInput { $0[0] = residual(step) }
///     try sum.start()
///     compute()
///     try sum.wait()
///     if try sum.output[0] < tolerance { break }
/// }
/// ```
/// A persistent collective operation is made, and started, by every rank in the same order as all other collective operations. If the request is
/// dropped while it is under way, it is completed later, with a warning.
///
/// `MPI_Request` made by `MPI_Send_init` and others (MPI 3.1 §3.9)
public struct PersistentRequest<Element: BufferElement>: ~Copyable, @unchecked Sendable {
    // The operation is guarded by its lock; the memory is touched only by who has the request, while nothing is under way: hence
    // the unchecked conformance.
    let operation: PersistentOperation
    private let inputMemory: RequestMemory
    private let outputMemory: RequestMemory
    private let check: ((Status) throws(MPIError) -> Void)?

    /// Has the library make a request for this memory.
    ///
    /// Input and output may be the same memory. The first closure makes the request, which is not active then; it may be called again if the
    /// request has failed. The second one looks at what has been received when it has ended, and may refuse it.
    init(
        _ title: StaticString,
        input: RequestMemory,
        output: RequestMemory,
        keeping others: [any Sendable] = [],
        make: @escaping @Sendable () throws(MPIError) -> RawRequest,
        check: ((Status) throws(MPIError) -> Void)? = nil
    ) throws(MPIError) {
        try self.init(title, input: input, output: output, keeping: others, pieceCount: 1) {
            (_) throws(MPIError) in
            try make()
        } check: { (status) throws(MPIError) in
            try check?(status)
        }
    }

    /// Has the library make so many requests, which are one here, or begins them anew for every start.
    init(
        _ title: StaticString,
        input: RequestMemory,
        output: RequestMemory,
        keeping others: [any Sendable],
        pieceCount: Int,
        isBegunAnew: Bool = false,
        make: @escaping @Sendable (Int) throws(MPIError) -> RawRequest,
        check: ((Status) throws(MPIError) -> Void)? = nil
    ) throws(MPIError) {
        operation = try PersistentOperation(
            pieceCount,
            title,
            keeping: [input, output] + others,
            isBegunAnew: isBegunAnew,
            make: make
        )
        inputMemory = input
        outputMemory = output
        self.check = check
    }

    // MARK: The memory

    /// Works on what is sent.
    ///
    /// - Parameter body: Gets the elements, to read and to change.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` of class `request` while the operation is under way; what the body throws.
    public func withInput<Result>(_ body: (inout MutableSpan<Element>) throws -> Result) throws -> Result {
        try refuseWhileActive()
        return try Self.withSpan(inputMemory, body)
    }

    /// Works on where the result lies.
    ///
    /// - Parameter body: Gets the elements, to read and to change.
    /// - Returns: What the body returns.
    /// - Throws: `MPIError` of class `request` while the operation is under way; what the body throws.
    public func withOutput<Result>(_ body: (inout MutableSpan<Element>) throws -> Result) throws -> Result {
        try refuseWhileActive()
        return try Self.withSpan(outputMemory, body)
    }

    /// A copy of what is sent.
    ///
    /// - Throws: `MPIError` of class `request` while the operation is under way.
    public var input: [Element] {
        get throws(MPIError) {
            try refuseWhileActive()
            return Self.copy(inputMemory)
        }
    }

    /// A copy of the result.
    ///
    /// - Throws: `MPIError` of class `request` while the operation is under way.
    public var output: [Element] {
        get throws(MPIError) {
            try refuseWhileActive()
            return Self.copy(outputMemory)
        }
    }

    private borrowing func refuseWhileActive() throws(MPIError) {
        guard operation.advance() else {
            throw MPIError(
                .request,
                call: "MPI_Start",
                text: "\(operation.title) is under way, and the memory is the library's until it is complete"
            )
        }
    }

    private static func elements(_ memory: RequestMemory) -> UnsafeMutableBufferPointer<Element> {
        let bytes = UnsafeMutableRawBufferPointer(start: memory.address, count: memory.byteCount)
        Element.settle(bytes)
        return bytes.assumingMemoryBound(to: Element.self)
    }

    private static func withSpan<Result>(
        _ memory: RequestMemory,
        _ body: (inout MutableSpan<Element>) throws -> Result
    ) rethrows -> Result {
        var span = MutableSpan(_unsafeElements: elements(memory))
        return try body(&span)
    }

    private static func copy(_ memory: RequestMemory) -> [Element] { Array(elements(memory)) }

    // MARK: Starting and waiting

    /// Starts the operation, and returns at once.
    ///
    /// - Throws: `MPIError` of class `request` if it is under way already, or what the MPI library reports.
    ///
    /// `MPI_Start` (MPI 3.1 §3.9)
    public func start() throws(MPIError) {
        try operation.start()
    }

    /// Waits until what was started is complete; returns at once if nothing was.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up it goes on, and can be waited for
    ///   again.
    /// - Returns: For a receive who sent the message, with which tag, and how long it is; otherwise nothing in particular.
    /// - Throws: `MPIError` of class `timedOut` if the time is up, or what the MPI library reports.
    ///
    /// Blocking · `MPI_Wait` (MPI 3.1 §3.7.3)
    @discardableResult
    public func wait(timeout: Duration? = nil) throws(MPIError) -> Status {
        let status = try operation.wait(within: timeout)
        try check?(status)
        return status
    }

    private borrowing func outcome() throws(MPIError) -> Status {
        let status = try operation.status()
        try check?(status)
        return status
    }

    /// Moves it along.
    ///
    /// - Returns: Whether what was started is complete; true if nothing was.
    /// - Throws: `MPIError` if it has failed.
    ///
    /// `MPI_Test` (MPI 3.1 §3.7.3)
    public func test() throws(MPIError) -> Bool {
        guard operation.advance() else { return false }
        _ = try outcome()
        return true
    }

    /// Awaits that what was started is complete.
    ///
    /// The thread of the caller is free meanwhile. If the task is cancelled the operation goes on.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up it goes on, and can be waited for
    ///   again.
    /// - Returns: As ``wait(timeout:)`` does.
    /// - Throws: `MPIError` of class `timedOut` if the time is up, or what the MPI library reports.
    @discardableResult
    public func completion(timeout: Duration? = nil) async throws(MPIError) -> Status {
        await ProgressThread.shared.completion(of: operation, deadline: Deadline(after: timeout))
        guard operation.advance() else {
            throw MPIError(
                .timedOut,
                call: "MPI_Wait",
                text: "\(operation.title) was not complete within the time given"
            )
        }
        return try outcome()
    }

    deinit { operation.abandon() }
}
