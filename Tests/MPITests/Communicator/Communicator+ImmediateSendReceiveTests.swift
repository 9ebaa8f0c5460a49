import MPI
import RankChecks
import Testing

/// Every rank exchanges with every other one, and with itself.
private struct ImmediateSendReceiveCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        var requests = RequestGroup<Value, any Error>()
        for distance in 0..<size {
            requests.add(
                try team.immediateSendReceive(
                    samples[rank],
                    to: (rank + distance) % size,
                    sendTag: distance,
                    receiving: Value.self,
                    from: (rank + size - distance) % size,
                    tag: distance
                )
            )
        }
        #expect(
            try requests.waitAll().map { try $0.get() }
                == (0..<size).map { samples[(rank + size - $0) % size] }
        )
    }
}

@Suite("Communicator+ImmediateSendReceive")
struct CommunicatorImmediateSendReceiveTests {
    @Test("every kind of value is exchanged between all ranks at a time", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await ImmediateSendReceiveCheck().everywhere() }
    }

    @Test("everybody passes on at once, values and large buffers", arguments: [1, 2, 3])
    func passes(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            let world = Communicator.world
            let (right, left) = ((world.rank + 1) % world.size, (world.rank + world.size - 1) % world.size)
            let value = try world.immediateSendReceive(
                ["from": world.rank],
                to: right,
                sendTag: 3,
                receiving: [String: Int].self,
                from: left,
                tag: 3
            )
            let buffer = try world.immediateSendReceive(
                keeping: [Int](repeating: world.rank, count: 500_000),
                to: right,
                sendTag: 4,
                receiving: Int.self,
                from: left,
                tag: 4
            )
            let received = try await buffer.value
            #expect(received == [Int](repeating: left, count: 500_000))
            let word = try value.wait(timeout: .seconds(30))
            #expect(word == ["from": left])
        }
    }

    @Test("a receive that was begun is given up when the send cannot begin")
    func wrongRank() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            let error = #expect(throws: MPIError.self) {
                _ = try world.immediateSendReceive(1, to: 7, receiving: Int.self).wait()
            }
            #expect(error?.errorClass == .rank)
            // The next receive gets the message, not the one that was given up.
            let send = try world.immediateSend(9, to: 0)
            let next = try world.receive(Int.self, timeout: .seconds(20))
            try send.wait()
            #expect(next == 9)
        }
    }
}
