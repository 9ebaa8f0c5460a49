import MPI
import RankChecks
import Testing

@Suite("Communicator+Persistent")
struct CommunicatorPersistentTests {
    @Test("messages are sent and received again and again, between any two ranks", arguments: [1, 2, 3, 4])
    func again(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            try onEveryTeam { team in
                let (rank, size) = (team.rank, team.size)
                for distance in 0..<size {
                    let (target, source) = ((rank + distance) % size, (rank + size - distance) % size)
                    let receive = try team.makePersistentReceive(count: 3000, of: Int64.self, from: source)
                    let send = try team.makePersistentSend(count: 2000, of: Int64.self, to: target)
                    for round in 0..<3 {
                        try receive.start()
                        try send.withInput { input in
                            for index in input.indices { input[index] = element(rank, index + round) }
                        }
                        try send.start()
                        let status = try receive.wait()
                        try send.wait()
                        #expect(status.source == source && status.count(of: Int64.self) == 2000)
                        #expect(
                            try receive.output
                                == row(source, round..<(round + 2000)) + [Int64](repeating: 0, count: 1000)
                        )
                    }
                }
            }
        }
    }

    @Test("after a message that was too long the next one arrives")
    func truncation() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let other = 1 - world.rank
            let long = [Int](repeating: 1, count: 2000)
            for count in [1, 3000] {
                let receive = try world.makePersistentReceive(count: count, of: UInt8.self, from: other)
                try receive.start()
                try world.immediateSend(keeping: long, to: other).wait()
                let error = #expect(throws: MPIError.self) { try receive.wait() }
                #expect(error?.errorClass == .truncation)
                try receive.start()
                try world.send([UInt8(9)].span, to: other)
                #expect(try receive.wait().byteCount == 1 && receive.output[0] == 9)
            }
        }
    }
}
