import MPI
import RankChecks
import Testing

private struct AwaitedMessageCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) async throws {
        let (rank, size, team) = (team.rank, team.size, team.asynchronous)
        for distance in 0..<size {
            let (target, source) = ((rank + distance) % size, (rank + size - distance) % size)
            async let received = team.receive(Value.self, from: source, tag: 1)
            try await team.send(samples[rank], to: target, tag: 1)
            #expect(try await received == samples[source])
            async let sent: Void = team.send(samples[rank], to: target, tag: 2)
            let message = try await team.matchedProbe(from: source, tag: 2)
            #expect(try message.receive(Value.self) == samples[source])
            try await sent
        }
    }
}

@Suite("AsynchronousCommunicator")
struct AsynchronousCommunicatorTests {
    @Test("every kind of value is exchanged between any two ranks", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await AwaitedMessageCheck().everywhere() }
    }

    @Test("the awaited receive has a timeout, and ends when its task is cancelled")
    func asynchronous() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world.asynchronous
            let rank = Communicator.world.rank
            if rank == 1 {
                let error = await #expect(throws: MPIError.self) {
                    try await world.receive(Int.self, timeout: .milliseconds(10))
                }
                #expect(error?.errorClass == .timedOut)
                let task = Task { try await world.receive(Int.self) }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            try await world.barrier()
            if rank == 0 {
                try await world.send([1, 2, 3], to: 1, tag: 2)
                try await world.send(buffer: [1.5], to: 1, tag: 3)
                try await world.send("last", to: 1, tag: 4)
            } else {
                #expect(
                    try await world.receive([Int].self, from: 0, tag: 2, timeout: .seconds(20)) == [1, 2, 3]
                )
                #expect(try await world.probe(tag: 3).byteCount == 8)
                #expect(try await world.receiveElements(of: Double.self) == [1.5])
                let message = try await world.matchedProbe()
                #expect(message.status.tag == 4)
                #expect(try message.receive(String.self) == "last")
            }
        }
    }
}
