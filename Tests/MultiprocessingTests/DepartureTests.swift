import Multiprocessing
import RankChecks
import Testing

private let sizes: [Int?] = [nil, 1, 3]

/// Cannot be encoded.
private struct Stubborn: Codable, Sendable {
    struct Refusal: Error {}
    init() {}
    init(from decoder: any Decoder) throws {}
    func encode(to encoder: any Encoder) throws { throw Refusal() }
}

/// Has a connection encoded before it fails.
private struct Luggage: Codable, Sendable {
    var connection: Connection<Int>
    var stubborn = Stubborn()
}

private func carry(_ luggage: Luggage) {}
private func hold(_ connection: Connection<Int>) { waitForTheEnd() }

/// Checks that an end of a pipe that was not sent is still held, and that its stream ends with its connection.
private func checkReturn(
    _ notSending: (Connection<Int>) throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let (left, right) = try Pipe<Int>().ends
    #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try notSending(right) }
    #expect(try !left.poll(), sourceLocation: sourceLocation)
    try right.send(1)
    #expect(try left.receive(timeout: .seconds(20)) == 1, sourceLocation: sourceLocation)

    // An end that was not used before is held as well, and let go of.
    let (far, near) = try Pipe<Int>().ends
    #expect(throws: (any Error).self, sourceLocation: sourceLocation) { try notSending(near) }
    #expect(try !far.poll(), sourceLocation: sourceLocation)
    for connection in [right, near] { connection.close() }
    for connection in [left, far] {
        let kind = kindOfError { _ = try connection.receive(timeout: .seconds(20)) }
        #expect(kind == .endOfStream, sourceLocation: sourceLocation)
    }
}

@Suite("Connections that were to be sent")
struct DepartureTests {
    @Test("they stay when what they are in cannot be encoded", arguments: sizes)
    func notEncoded(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                try checkReturn { try Process(target: carry, args: Luggage(connection: $0)).start() }
                try checkReturn { try Queue<Luggage>().put(Luggage(connection: $0)) }
                try checkReturn { try Queue<Luggage>().put(contentsOf: [Luggage(connection: $0)]) }
                let (carrier, _) = try Pipe<Luggage>().ends
                try checkReturn { try carrier.send(Luggage(connection: $0)) }
                let pool = try Pool(processes: 1)
                try checkReturn { try pool.map([Luggage(connection: $0)], carry) }
            }
        }
    }

    @Test("they stay when there is no room, or nobody to receive them", arguments: sizes)
    func refused(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let other = try Pipe<Int>()
                let queue = try Queue<Connection<Int>>(capacity: 1)
                try queue.put(other.left)
                try checkReturn { try queue.put($0, timeout: .zero) }
                try queue.close()
                try checkReturn { try queue.put($0) }
                let (carrier, far) = try Pipe<Connection<Int>>().ends
                far.close()
                try checkReturn { try carrier.send($0) }
                try checkReturn { try Process(on: 99, target: hold, args: $0).start() }
            }
        }
    }
}
