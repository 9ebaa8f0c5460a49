import Glibc
import Multiprocessing

/// An error of the user's; its Python twin is `Oddity`.
struct OracleOddity: Error, Codable, Hashable, Sendable {
    var number: Int
}

/// Cannot be sent; its Python twin has a `__reduce__` that fails.
struct DoesNotLeave: Codable, Sendable {
    func encode(to encoder: any Encoder) throws { throw OracleOddity(number: 5) }
    init() {}
    init(from decoder: any Decoder) throws {}
}

/// Prints values the way the Python side prints them.
func say(_ values: Any?...) {
    print(values.map(words).joined(separator: " "))
    // What was said is there even if the next thing never happens.
    fflush(nil)
}

/// A value the way both sides write it.
func words(_ value: Any?) -> String {
    switch value {
    case nil: "none"
    case let value as Bool: value ? "true" : "false"
    case let values as [Any?]: "[" + values.map(words).joined(separator: ", ") + "]"
    case let value?: "\(value)"
    }
}

/// `done`, or the word for the error that was thrown.
func outcome(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "done"
    } catch {
        return errorWord(error)
    }
}

/// What was returned, or the word for the error that was thrown.
func returned<Value>(_ body: () throws -> Value) -> String {
    do {
        return words(try body())
    } catch {
        return errorWord(error)
    }
}

/// The word that both sides have for an error.
func errorWord(_ error: any Error) -> String {
    switch error {
    case let error as OracleOddity: "oddity \(error.number)"
    case let error as ProcessingError:
        switch error.kind.rawValue {
        case "empty": "empty"
        case "full": "full"
        case "timedOut": "timed out"
        case "endOfStream": "end of stream"
        case "tooLong": "buffer too short"
        case "authentication": "not authenticated"
        case "brokenBarrier": "broken barrier"
        case "coding": "cannot travel"
        case "notFound", "outOfRange": "no such thing"
        case "terminated": "terminated"
        case "misuse", "closed", "resources": "refused"
        case let kind: kind
        }
    case is CancellationError: "cancelled"
    case let error as WorkerLost: "worker lost \(error.exitCode)"
    default: "\(type(of: error)): \(error)"
    }
}

/// A process that runs a closure.
func startProcess(_ body: @escaping @Sendable () throws -> Void) throws -> Process {
    let process = Process(body)
    try process.start()
    return process
}

/// Waits for all of them.
func joinAll(_ processes: [Process]) throws {
    for process in processes { try process.join() }
}
