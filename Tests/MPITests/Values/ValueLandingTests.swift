import RankChecks
import Testing

@testable import MPI

/// A value that receives another one while it is decoded.
private struct Envelope: Codable {
    var number: Int
    var rest: [Int]
    var inner: [Int] = []

    enum CodingKeys: CodingKey { case number, rest }

    init(number: Int, rest: [Int]) {
        self.number = number
        self.rest = rest
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(Int.self, forKey: .number)
        inner = try Communicator.world.receive([Int].self, from: 0, tag: 2)
        // What was behind the number must still be there.
        rest = try container.decode([Int].self, forKey: .rest)
    }
}

/// Values are received without a look at their length, into memory for any, where the library allows that.
@Suite("Value landing")
struct ValueLandingTests {
    private static let ways: [[String: String?]] = [
        [:],
        // With its length asked for first.
        ["OMPI_MCA_pml": nil],
        ["OMPI_MCA_btl_vader_single_copy_mechanism": "none"],
        ["OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo"],
    ]

    @Test("values of all lengths arrive whole, and what a long one took is given back", arguments: ways)
    func lengths(environment: [String: String?]) async throws {
        try await onRanks(2, environment: environment) { () throws in
            let world = Communicator.world
            let counts = [0, 1, 10_000, 0, 300_000, 2_000_000, 3, 300_000]
            for count in counts {
                let value = (0..<count).map { $0 &* 0x1234_5679 | 1 }
                if world.rank == 0 {
                    try world.send(value, to: 1, tag: count)
                    continue
                }
                let (received, status) = try world.receiveWithStatus([Int].self)
                #expect(received == value && status.tag == count && status.source == 0)
                #expect(status.byteCount >= count)
            }
            guard world.rank == 1, let place = ScratchMemory.takeValueLanding() else { return }
            defer { ScratchMemory.giveBackValueLanding(0) }
            let far = UnsafeRawBufferPointer(start: place.address + (10 << 20), count: 1 << 20)
            #expect(far.allSatisfy { $0 == 0 })
        }
    }

    @Test("there is such memory where the library takes no pains over it, and only there")
    func choice() async throws {
        try await onRanks(1) { () throws in
            _ = Communicator.world
            let place = ScratchMemory.takeValueLanding()
            #expect((place != nil) == Environment.vendor.isOpenMPI())
            #expect(ScratchMemory.takeValueLanding() == nil, "somebody has it")
            if place != nil { ScratchMemory.giveBackValueLanding(0) }
            #expect((ScratchMemory.takeValueLanding() != nil) == (place != nil))
        }
        try await onRanks(1, environment: ["OMPI_MCA_pml": nil]) { () throws in
            _ = Communicator.world
            #expect(ScratchMemory.takeValueLanding() == nil)
        }
    }

    @Test("a value that receives another one while it is decoded stays what it is")
    func nested() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let (outer, inner) = (Array(0..<500), Array(1000..<3000))
            if world.rank == 0 {
                try world.send(Envelope(number: 7, rest: outer), to: 1, tag: 1)
                try world.send(inner, to: 1, tag: 2)
                return
            }
            let envelope = try world.receive(Envelope.self, from: 0, tag: 1)
            #expect(envelope.number == 7 && envelope.inner == inner && envelope.rest == outer)
        }
    }
}
