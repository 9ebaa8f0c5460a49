import FoundationEssentials
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Prints what goes wrong on this rank, and remembers that something did.
enum RankIssueLog {
    private static let count = Atomic(0)

    static var isEmpty: Bool {
        count.load(ordering: .acquiring) == 0
    }

    /// Prints an issue, in one piece, so that those of two threads do not mix.
    static func add(_ issue: RankIssue) {
        count.add(1, ordering: .acquiringAndReleasing)
        Array(issue.printed.utf8).withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(
                    STDERR_FILENO,
                    UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                    rest.count
                )
                if written < 0 && errno == EINTR { continue }
                if written <= 0 { return }
                rest = rest.dropFirst(written)
            }
        }
    }

    /// Prints an error that a check threw, unless it is that of a `#require`, which was printed when it failed.
    static func add(_ error: any Error, thrownAt place: String) {
        if error is ExpectationFailedError && !isEmpty { return }
        add(RankIssue(place: place, text: "threw \(type(of: error)): \(error)"))
    }

    /// Takes over the expectations that fail while no test runs, which is always so on a rank.
    ///
    /// Swift Testing hands them, as JSON, to a handler that another testing library may install.
    ///
    /// - Returns: Whether it can be done with this version.
    static func listen() -> Bool {
        typealias Handler =
            @convention(c) (UnsafePointer<CChar>, UnsafeRawPointer, Int, UnsafeRawPointer?) -> Void
        typealias Install = @convention(c) (Handler) -> CBool
        guard let symbol = dlsym(nil, "_swift_testing_installFallbackEventHandler") else { return false }
        let install = unsafeBitCast(symbol, to: Install.self)
        return install { _, bytes, count, _ in
            RankIssueLog.add(record: UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }

    /// The part of Swift Testing's event record that is read here.
    private struct Record: Decodable {
        struct Payload: Decodable {
            var kind: String
            var issue: Issue?
            var messages: [Message]?
        }
        struct Issue: Decodable {
            var isKnown: Bool?
            var isFailure: Bool?
            var sourceLocation: Location?
        }
        struct Location: Decodable {
            var fileID: String
            var line: Int
            var column: Int
        }
        struct Message: Decodable {
            var text: String
        }
        var kind: String
        var payload: Payload
    }

    private static func add(record bytes: UnsafeRawBufferPointer) {
        let data = Data(bytes)
        guard let record = try? JSONDecoder().decode(Record.self, from: data) else {
            add(RankIssue(place: "-", text: "unreadable: " + String(decoding: data, as: UTF8.self)))
            return
        }
        guard record.kind == "event", record.payload.kind == "issueRecorded",
            let issue = record.payload.issue,
            issue.isKnown != true, issue.isFailure != false
        else { return }
        let place = issue.sourceLocation.map { "\($0.fileID):\($0.line):\($0.column)" } ?? "-"
        let texts = (record.payload.messages ?? []).map(\.text)
        add(RankIssue(place: place, text: texts.joined(separator: "\n")))
    }
}
