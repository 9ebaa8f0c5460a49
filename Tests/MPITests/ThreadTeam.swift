import Foundation
import Synchronization

/// Runs a closure on threads of their own, which may all wait at a time, until every one has returned.
///
/// - Parameters:
///   - count: How many threads.
///   - body: What each does; it is given its number, from 0.
/// - Returns: What each returns.
/// - Throws: The first error that one throws, when all have ended.
func onThreads<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Result) throws
    -> [Result]
{
    let outcome = ThreadOutcome<Result>()
    let ended = DispatchSemaphore(value: 0)
    for number in 0..<count {
        Thread.detachNewThread {
            let result = Swift.Result { try body(number) }
            outcome.results.withLock { $0[number] = result }
            ended.signal()
        }
    }
    for _ in 0..<count { ended.wait() }
    return try outcome.results.withLock { results in
        try (0..<count).compactMap { try results[$0]?.get() }
    }
}

private final class ThreadOutcome<Value: Sendable>: Sendable {
    let results = Mutex<[Int: Result<Value, any Error>]>([:])
}
