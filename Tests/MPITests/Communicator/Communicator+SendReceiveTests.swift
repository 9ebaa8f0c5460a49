import MPI
import RankChecks
import Testing

@Suite("Communicator+SendReceive")
struct CommunicatorSendReceiveTests {
    @Test(
        "a ring of ranks passes values and buffers of any size on, all at once",
        arguments: [1, 2, 3, 4, 7]
    )
    func ring(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let half = try #require(try Communicator.world.split(color: Communicator.world.rank % 2))
            for ring in [Communicator.world, try Communicator.world.duplicate(), half] {
                let (left, right) = ((ring.rank + ring.size - 1) % ring.size, (ring.rank + 1) % ring.size)
                for count in [0, 3, 1000, 300_000] {
                    let mine = [Int](repeating: ring.rank, count: count)
                    let theirs = [Int](repeating: left, count: count)
                    #expect(
                        try ring.sendReceive(mine, to: right, receiving: [Int].self, from: left) == theirs
                    )
                    var received = [Int](repeating: -1, count: count)
                    let status = try ring.sendReceive(mine.span, to: right, into: &received, from: left)
                    #expect(received == theirs && status.source == left)
                    var replaced = mine
                    try ring.sendReceive(inPlace: &replaced, to: right, sendTag: 3, from: left, tag: 3)
                    #expect(replaced == theirs)
                }
                if ring !== Communicator.world { try ring.free() }
            }
        }
    }

    @Test("two ranks swap 64 MiB head to head")
    func headToHead() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let other = 1 - world.rank
            var block = [UInt64](repeating: UInt64(world.rank), count: 8 << 20)
            try world.sendReceive(inPlace: &block, to: other, from: other)
            #expect(block.allSatisfy { $0 == UInt64(other) })
            #expect(
                try world.sendReceive(block, to: other, receiving: [UInt64].self, from: other).count == 8
                    << 20
            )
        }
    }

    @Test("a message that is too long, or that does not come, is an error, and the communicator goes on")
    func errors() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let other = 1 - world.rank
            let long = [Int](repeating: 1, count: 2000)
            var short = [Int](repeating: 0, count: 1000)
            let truncation = #expect(throws: MPIError.self) {
                try world.sendReceive(long.span, to: other, into: &short, from: other)
            }
            #expect(truncation?.errorClass == .truncation)
            try world.barrier()
            let late = #expect(throws: MPIError.self) {
                try world.sendReceive(
                    1,
                    to: other,
                    receiving: Int.self,
                    from: other,
                    tag: 5,
                    timeout: .milliseconds(20)
                )
            }
            #expect(late?.errorClass == .timedOut)
            #expect(try world.receive(Int.self, from: other, tag: 0) == 1)
            #expect(try world.sendReceive("x", to: other, receiving: String.self, from: other) == "x")
            for count in [1, 3000] {
                // Every other form of receive is usable after a message that was too long as well.
                let receive = try world.makePersistentReceive(count: count, of: UInt8.self, from: other)
                try receive.start()
                try world.immediateSend(keeping: long, to: other).wait()
                let error = #expect(throws: MPIError.self) { try receive.wait() }
                #expect(error?.errorClass == .truncation)
                let request = try world.immediateReceive(count: count, of: UInt8.self, from: other)
                try world.immediateSend(keeping: long, to: other).wait()
                let late: MPIError?
                do {
                    _ = try request.wait()
                    late = nil
                } catch let error as MPIError { late = error }
                #expect(late?.errorClass == .truncation)
                try receive.start()
                try world.send([UInt8(9)].span, to: other)
                #expect(try receive.wait().byteCount == 1 && receive.output[0] == 9)
            }
        }
    }
}
