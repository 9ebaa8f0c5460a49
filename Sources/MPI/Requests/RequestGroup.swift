/// Several requests that are waited for together: for any of them, for some, or for all.
///
/// ```swift
/// var answers = RequestGroup<String, any Error>()
/// for rank in 1..<world.size { answers.add(try world.immediateReceive(String.self, from: rank)) }
/// while let (index, answer) = try answers.waitAny() {
///     print("rank \(index + 1) says", try answer.get())     // in the order in which they come
/// }
/// ```
/// A request has the index of its adding. What comes of it is a `Result`, so that the failure of one does not lose the others. When the
/// group is dropped, its requests are.
///
/// MPI 3.1 §3.7.5
public struct RequestGroup<Value, Failure: Error>: ~Copyable {
    @usableFromInline
    struct Entry {
        @usableFromInline let index: Int
        @usableFromInline let operation: any RequestOperation
        @usableFromInline let finish: (Result<Completion, MPIError>) throws(Failure) -> Value

        @inlinable
        init(
            index: Int,
            operation: any RequestOperation,
            finish: @escaping (Result<Completion, MPIError>) throws(Failure) -> Value
        ) {
            self.index = index
            self.operation = operation
            self.finish = finish
        }

        @inlinable var result: Result<Value, Failure> {
            let outcome: Result<Completion, MPIError>
            do throws(MPIError) {
                outcome = .success(try operation.completion())
            } catch {
                outcome = .failure(error)
            }
            do throws(Failure) {
                return .success(try finish(outcome))
            } catch {
                return .failure(error)
            }
        }
    }

    @usableFromInline var entries: [Entry] = []
    @usableFromInline var nextIndex = 0
    // Begins the search behind the one that was found last, so that none is left behind.
    @usableFromInline var start = 0

    /// Makes a group without requests.
    @inlinable
    public init() {}

    /// Adds a request.
    ///
    /// - Parameter request: The request, which belongs to the group from now on.
    /// - Returns: Its index: 0 for the first, 1 for the next.
    @inlinable
    @discardableResult
    public mutating func add(_ request: consuming Request<Value, Failure>) -> Int {
        let (operation, finish) = request.take()
        // Who groups requests has some: the array would be made anew for the second, third and fifth, and so on.
        if entries.capacity == 0 { entries.reserveCapacity(64) }
        entries.append(Entry(index: nextIndex, operation: operation, finish: finish))
        nextIndex += 1
        return nextIndex - 1
    }

    /// How many requests have not been taken out yet.
    public var count: Int { entries.count }

    /// Whether all requests have been taken out.
    public var isEmpty: Bool { entries.isEmpty }

    // MARK: Testing

    /// Takes out a request that is complete.
    ///
    /// - Returns: Its index and what came of it; `nil` if none is complete, or none is left.
    ///
    /// `MPI_Testany` (MPI 3.1 §3.7.5)
    public mutating func testAny() -> (index: Int, result: Result<Value, Failure>)? {
        for offset in entries.indices {
            let position = (start + offset) % entries.count
            guard entries[position].operation.advance() else { continue }
            let entry = entries.remove(at: position)
            start = entries.isEmpty ? 0 : position % entries.count
            return (entry.index, entry.result)
        }
        return nil
    }

    /// Takes out all requests that are complete.
    ///
    /// - Returns: Their indices and what came of them; none if none is complete.
    ///
    /// `MPI_Testsome` (MPI 3.1 §3.7.5)
    public mutating func testSome() -> [(index: Int, result: Result<Value, Failure>)] {
        var complete: [Entry] = []
        entries.removeAll { entry in
            guard entry.operation.advance() else { return false }
            complete.append(entry)
            return true
        }
        start = 0
        return complete.map { ($0.index, $0.result) }
    }

    /// Moves all requests along.
    ///
    /// - Returns: Whether all that are left are complete, so that waiting takes no time.
    ///
    /// `MPI_Testall` (MPI 3.1 §3.7.5)
    public mutating func testAll() -> Bool {
        var areComplete = true
        for entry in entries where !entry.operation.advance() { areComplete = false }
        return areComplete
    }

    // MARK: Waiting

    /// Waits until a request is complete, and takes it out.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up all requests remain as they are.
    /// - Returns: Its index and what came of it; `nil` if none is left.
    /// - Throws: `MPIError` of class `timedOut` if the time is up.
    ///
    /// Blocking · `MPI_Waitany` (MPI 3.1 §3.7.5)
    public mutating func waitAny(timeout: Duration? = nil) throws(MPIError) -> (
        index: Int, result: Result<Value, Failure>
    )? {
        try poll(timeout) { group in
            if group.isEmpty { return .some(nil) }
            return group.testAny().map { .some($0) }
        }
    }

    /// Waits until at least one request is complete, and takes out all that are.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up all requests remain as they are.
    /// - Returns: Their indices and what came of them; none if none is left.
    /// - Throws: `MPIError` of class `timedOut` if the time is up.
    ///
    /// Blocking · `MPI_Waitsome` (MPI 3.1 §3.7.5)
    public mutating func waitSome(timeout: Duration? = nil) throws(MPIError) -> [(
        index: Int, result: Result<Value, Failure>
    )] {
        try poll(timeout) { group in
            let complete = group.testSome()
            return complete.isEmpty && !group.isEmpty ? nil : complete
        }
    }

    /// Waits until all requests that are left are complete, and takes them out.
    ///
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up all requests remain as they are.
    /// - Returns: What came of them, in the order in which they were added.
    /// - Throws: `MPIError` of class `timedOut` if the time is up.
    ///
    /// Blocking · `MPI_Waitall` (MPI 3.1 §3.7.5)
    @inlinable
    @discardableResult
    public mutating func waitAll(timeout: Duration? = nil) throws(MPIError) -> [Result<Value, Failure>] {
        let isDone =
            timeout == nil
            && LibraryOperation.waitForAll(entries.count) { .passUnretained(entries[$0].operation) }
        if !isDone { try pollAll(timeout) }
        var results: [Result<Value, Failure>] = []
        results.reserveCapacity(entries.count)
        for entry in entries { results.append(entry.result) }
        entries = []
        start = 0
        return results
    }

    @usableFromInline
    mutating func pollAll(_ timeout: Duration?) throws(MPIError) {
        // Of those that are not known to be complete, the first one is looked at, and one of the others in turn: so each gets on, and a
        // look costs the same however many there are.
        var (firstOpen, turn) = (0, 0)
        try poll(timeout) { group in
            let count = group.entries.count
            while firstOpen < count, group.entries[firstOpen].operation.advance() { firstOpen += 1 }
            guard firstOpen < count else { return .some(()) }
            turn = turn > firstOpen && turn + 1 < count ? turn + 1 : firstOpen + 1
            if turn < count { _ = group.entries[turn].operation.advance() }
            return nil
        }
    }

    private mutating func poll<Found>(_ timeout: Duration?, _ look: (inout Self) -> Found?) throws(MPIError)
        -> Found
    {
        let deadline = Deadline(after: timeout)
        var backoff = Backoff(WaitingPolicy.ofProgram == .spin ? .backOff : WaitingPolicy.ofProgram)
        while true {
            if let found = look(&self) { return found }
            if deadline.isOver { throw timedOut() }
            backoff.pause()
        }
    }

    private func timedOut() -> MPIError {
        MPIError(
            .timedOut,
            call: "MPI_Wait",
            text: "\(entries.count) requests were not complete within the time given"
        )
    }

    // MARK: Awaiting

    /// Awaits the next request that is complete, and takes it out.
    ///
    /// The thread of the caller is free meanwhile. If the task is cancelled the requests remain as they are.
    ///
    /// ```swift
    /// while let (index, answer) = try await answers.next() { … }
    /// ```
    /// - Parameter timeout: How long to wait at most; for ever, if omitted. If the time is up the requests remain as they are.
    /// - Returns: Its index and what came of it; `nil` if none is left.
    /// - Throws: `CancellationError` if the task is cancelled; `MPIError` of class `timedOut` if the time is up.
    ///
    /// `MPI_Waitany` (MPI 3.1 §3.7.5)
    public mutating func next(timeout: Duration? = nil) async throws -> (
        index: Int, result: Result<Value, Failure>
    )? {
        let deadline = Deadline(after: timeout)
        while !isEmpty {
            if let found = testAny() { return found }
            try Task.checkCancellation()
            if deadline.isOver { throw timedOut() }
            let watch = AnyOf(entries.map(\.operation))
            await withTaskCancellationHandler {
                await ProgressThread.shared.completion(of: watch, deadline: deadline)
            } onCancel: {
                watch.end()
            }
        }
        return nil
    }

    deinit {
        for entry in entries where !entry.operation.advance() {
            ParkedRequests.warn(entry.operation.title)
            entry.operation.abandon()
        }
    }
}

/// Ends as soon as one of several operations does.
private final class AnyOf: PendingOperation {
    private let operations: [any PendingOperation]
    private let search = Lookout()

    init(_ operations: [any PendingOperation]) { self.operations = operations }

    func advance() -> Bool { operations.contains { $0.advance() } || search.advance() }

    /// Ends it early.
    func end() { search.end() }
}
