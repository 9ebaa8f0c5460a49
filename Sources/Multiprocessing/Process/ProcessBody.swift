/// What a process runs, as a value: its stored properties travel to the process, where `run` is called.
///
/// ```swift
/// struct Producer: ProcessBody {
///     let queue: Queue<Int>
///     func run() throws { for number in 0..<10 { try queue.put(number) } }
/// }
/// try Process(body: Producer(queue: queue)).start()
/// ```
/// It needs none of what a closure needs to travel: a `Codable` type is enough.
public protocol ProcessBody: Codable, Sendable {
    /// Does the work. An error that it throws ends the process with status 1, and its text on standard error.
    func run() throws
}

/// A `ProcessBody` whose work may suspend.
///
/// It runs in a task of its own; the main actor and everything else of Swift's concurrency can be used.
public protocol AsyncProcessBody: Codable, Sendable {
    /// Does the work. An error that it throws ends the process with status 1, and its text on standard error.
    func run() async throws
}
