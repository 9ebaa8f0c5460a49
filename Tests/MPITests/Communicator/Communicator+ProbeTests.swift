import MPI
import RankChecks
import RankLaunching
import Testing

/// Every rank sends to all, then takes their messages out one after the other.
private struct MatchedProbeCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        for tag in [6, 7] {
            var sends = RequestGroup<Void, MPIError>()
            for other in 0..<size {
                sends.add(try team.immediateSend(samples[rank + other], to: other, tag: tag))
            }
            for root in 0..<size {
                let message = try match(team, from: root, tag: tag)
                #expect(message.status.source == root && message.status.tag == tag)
                #expect(try message.receive(Value.self) == samples[root + rank])
            }
            for send in try sends.waitAll() { try send.get() }
        }
    }

    private func match(_ team: Communicator, from root: Int, tag: Int) throws -> MatchedMessage {
        guard tag == 7 else { return try team.matchedProbe(from: root, tag: tag) }
        while true {
            if let message = try team.immediateMatchedProbe(from: root, tag: tag) { return message }
        }
    }
}

@Suite("Communicator+Probe")
struct CommunicatorProbeTests {
    @Test("every kind of value is probed and received from every rank", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await MatchedProbeCheck().everywhere() }
    }

    @Test("a probe tells source, tag and length, and leaves the message where it is")
    func probe() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send([Int32](repeating: 5, count: 3).span, to: 1, tag: 8)
            } else {
                let status = try world.probe()
                #expect(status.source == 0 && status.tag == 8 && status.byteCount == 12)
                #expect(try world.immediateProbe(from: 0, tag: 8) == status)
                #expect(try world.immediateProbe(from: 0, tag: 9) == nil)
                #expect(try world.probe(timeout: .seconds(20)) == status)
                #expect(try world.receiveElements(of: Int32.self) == [5, 5, 5])
                #expect(try world.immediateProbe() == nil)
            }
        }
    }

    @Test("a matched message is out of the reach of other receives, and received as value or buffer")
    func matchedProbe() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send("first", to: 1)
                try world.send("second", to: 1)
                try world.send([1.5, 2.5].span, to: 1)
                try world.send([3.5].span, to: 1)
                try world.send("as a buffer", to: 1)
                try world.send([0.5, 0.5].span, to: 1)
            } else {
                let first = try world.matchedProbe(from: 0)
                #expect(try world.receive(String.self) == "second")
                #expect(try first.receive() == "first")
                let elements = try world.matchedProbe()
                #expect(elements.status.byteCount == 16)
                #expect(try elements.receiveElements(of: Double.self) == [1.5, 2.5])
                var numbers = [0.0, 0.0]
                try world.matchedProbe(timeout: .seconds(20)).receive(into: &numbers)
                #expect(numbers == [3.5, 0])
                let mismatch = #expect(throws: MPIError.self) {
                    try world.matchedProbe().receiveElements(of: UInt8.self)
                }
                #expect(mismatch?.errorClass == .mismatch)
                var small = [0.0]
                let truncation = #expect(throws: MPIError.self) {
                    try world.matchedProbe().receive(into: &small)
                }
                #expect(truncation?.errorClass == .truncation)
                let isNothingLeft = try world.immediateMatchedProbe() == nil
                #expect(isNothingLeft)
            }
        }
    }

    @Test("a matched message that is dropped does no harm, and is reported")
    func dropped() async throws {
        let result = try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                try world.send([UInt8](repeating: 1, count: 1_000_000), to: 1)
                try world.send("next", to: 1)
            } else {
                do { _ = try world.matchedProbe() }
                #expect(try world.receive(String.self) == "next")
            }
        }
        #expect(result.standardError.contains("matched message from rank 0 was dropped"))
    }
}
