import Multiprocessing
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// For a process that is to be ended from outside.
func waitForTheEnd() -> Never {
    while true { pause() }
}

/// The kind of the error that the library threw; `nil` if it threw none, or something else was thrown.
func kindOfError(_ body: () throws -> Void) -> ProcessingError.Kind? {
    do {
        try body()
        return nil
    } catch {
        return (error as? ProcessingError)?.kind
    }
}

/// See `kindOfError`.
func kindOfAsyncError(_ body: () async throws -> Void) async -> ProcessingError.Kind? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? ProcessingError)?.kind
    }
}

/// What was thrown, in words; empty if nothing was.
func textOfError(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}

/// Something of several kinds, for processes, queues and pipes to carry.
struct Parcel: Codable, Hashable, Sendable {
    enum Handling: Codable, Hashable, Sendable {
        case careful
        case stacked(height: Int)
    }
    var label: String
    var weights: [Double]
    var handling: Handling
    var contents: [String: Int]
    var note: String?

    static let example = Parcel(
        label: "Grüße 🚀",
        weights: [1.5, -0.0, .infinity],
        handling: .stacked(height: 3),
        contents: ["a": 7, "b": -3],
        note: nil
    )
}

/// Sendable, but nothing that travels.
struct Untransportable: Sendable {
    var number: Int
    var text: String
}

/// Says what it is when it is encoded: that it cannot be.
struct Unencodable: Codable, Sendable, Hashable {
    struct Refusal: Error, Codable {}
    var number = 0
    func encode(to encoder: any Encoder) throws { throw Refusal() }
}

/// Travels, but does not arrive.
struct Undecodable: Codable, Sendable, Hashable {
    struct Refusal: Error, Codable {}
    var number = 0
    init(number: Int) { self.number = number }
    init(from decoder: any Decoder) throws { throw Refusal() }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// Counts what happens on several threads.
final class Tally: Sendable {
    private let state = Mutex([String]())
    var entries: [String] { state.withLock { $0 } }
    func note(_ entry: String) { state.withLock { $0.append(entry) } }
}
