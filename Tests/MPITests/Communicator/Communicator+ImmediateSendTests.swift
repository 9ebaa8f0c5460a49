import MPI
import RankChecks
import Testing

/// One rank after the other sends to all, itself included, in every mode.
private struct ImmediateSendCheck: SampleCheck {
    static let modes: [SendMode] = [.standard, .synchronous, .buffered, .ready]

    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        for root in 0..<size {
            var receives = RequestGroup<Value, any Error>()
            for tag in Self.modes.indices {
                receives.add(try team.immediateReceive(Value.self, from: root, tag: tag))
            }
            // A ready send may begin only when its receive has.
            try team.barrier()
            var sends = RequestGroup<Void, MPIError>()
            if rank == root {
                for (tag, mode) in Self.modes.enumerated() {
                    for other in 0..<size {
                        let value = samples[root + other + tag]
                        sends.add(try team.immediateSend(value, to: other, tag: tag, mode: mode))
                    }
                }
            }
            #expect(try receives.waitAll().map { try $0.get() } == samples[(root + rank)..<(root + rank + 4)])
            for send in try sends.waitAll() { try send.get() }
        }
    }
}

@Suite("Communicator+ImmediateSend")
struct CommunicatorImmediateSendTests {
    @Test(
        "every kind of value arrives at every rank from every rank, in every mode",
        arguments: [1, 2, 3, 4, 7]
    )
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            try Environment.attachSendBuffer(byteCount: 1 << 22)
            try await ImmediateSendCheck().everywhere()
            try Environment.detachSendBuffer()
        }
    }

    @Test("two ranks that both send first meet if the sends are immediate")
    func headToHead() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let elements = [Double](repeating: Double(world.rank), count: 4_000_000)
            let pending = try world.immediateSend(keeping: elements, to: 1 - world.rank)
            var received = [Double](repeating: -1, count: elements.count)
            try world.receive(into: &received, from: 1 - world.rank)
            try pending.wait()
            #expect(received.allSatisfy { $0 == Double(1 - world.rank) })
        }
    }
}
