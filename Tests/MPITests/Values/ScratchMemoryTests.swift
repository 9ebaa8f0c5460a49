import RankChecks
import Testing

@testable import MPI

/// What a rank sends itself while it is encoded.
private struct Sender: Codable {
    var numbers: [Int]

    init(numbers: [Int]) { self.numbers = numbers }

    init(from decoder: any Decoder) throws {
        numbers = try decoder.singleValueContainer().decode([Int].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try Communicator.world.send(numbers.reversed() as [Int], to: 1, tag: 2)
        try container.encode(numbers)
    }
}

/// A value that cannot be encoded, after much of it has been.
private struct Broken: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode([Int](repeating: 1, count: 100_000))
        throw MPIError(.argument, call: "encode", text: "on purpose")
    }
}

@Suite("ScratchMemory")
struct ScratchMemoryTests {
    @Test("messages of all lengths, one after the other, are what was sent", arguments: [true, false])
    func lengths(landsDirectly: Bool) async throws {
        let environment: [String: String?] = landsDirectly ? [:] : ["OMPI_MCA_pml": nil]
        try await onRanks(2, environment: environment) { () throws in
            let world = Communicator.world
            // Around what is long, and what is no longer kept; in bytes they are some more.
            let counts = [
                1, 16_000, 17_000, 17_000, 1, 300_000, 300_000, 1_100_000, 300_000, 300_000, 0, 300_000,
            ]
            for (number, count) in counts.enumerated() {
                let value = (0..<count).map { Double($0 &* 77 &+ number) }
                if world.rank == 0 {
                    try world.send(value, to: 1)
                } else {
                    #expect(try world.receive([Double].self, from: 0) == value, "\(number): \(count)")
                }
            }
        }
    }

    @Test(
        "a long value may send another one while it is encoded, and one that cannot be encoded leaves nothing behind"
    )
    func nested() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let numbers = Array(0..<100_000)
            for _ in 0..<3 {
                if world.rank == 0 {
                    #expect(throws: MPIError.self) { try world.send(Broken(), to: 1, tag: 1) }
                    try world.send(Sender(numbers: numbers), to: 1, tag: 1)
                } else {
                    #expect(try world.receive([Int].self, from: 0, tag: 2) == numbers.reversed())
                    #expect(try world.receive(Sender.self, from: 0, tag: 1).numbers == numbers)
                }
            }
        }
    }

    @Test("the second long message begins where a large page does, and those after it at the same place")
    func place() async throws {
        try await onRanks(1) { () throws in
            func place(ofMessageOf byteCount: Int) -> UInt {
                ScratchMemory.withOutgoingMessage { bytes, start in
                    #expect(bytes.count == start)
                    bytes.append(contentsOf: [UInt8](repeating: 1, count: byteCount))
                    return bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) + UInt(start) }
                }
            }
            _ = place(ofMessageOf: 200_000)
            let first = place(ofMessageOf: 200_000)
            #expect(first % (2 << 20) == 0)
            #expect(place(ofMessageOf: 8 << 20) == first)
            // It was no longer long, so that the next one lies where short ones do.
            #expect(place(ofMessageOf: 10) == first)
            #expect(place(ofMessageOf: 200_000) != first)
            #expect(place(ofMessageOf: 200_000) == first)
            // Too long to be kept.
            _ = place(ofMessageOf: 20 << 20)
            _ = place(ofMessageOf: 200_000)
            #expect(place(ofMessageOf: 200_000) % (2 << 20) == 0)
        }
    }
}
