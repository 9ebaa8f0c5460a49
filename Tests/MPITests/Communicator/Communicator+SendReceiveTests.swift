import MPI
import RankChecks
import Testing

/// Every rank exchanges with every other one, and with itself.
private struct SendReceiveCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        let (rank, size) = (team.rank, team.size)
        for distance in 0..<size {
            let (target, source) = ((rank + distance) % size, (rank + size - distance) % size)
            #expect(
                try team.sendReceive(samples[rank], to: target, receiving: Value.self, from: source)
                    == samples[source]
            )
        }
    }
}

@Suite("Communicator+SendReceive")
struct CommunicatorSendReceiveTests {
    @Test("every kind of value is exchanged between any two ranks", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await SendReceiveCheck().everywhere() }
    }

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

    @Test("64 MiB go round a ring, as buffer and as value", arguments: [2, 3, 4])
    func largeRing(ranks: Int) async throws {
        try await onRanks(ranks, timeout: .seconds(120)) { () throws in
            let world = Communicator.world
            let (left, right) = (
                (world.rank + world.size - 1) % world.size, (world.rank + 1) % world.size
            )
            let (mine, theirs) = (largeBlock(ofRank: world.rank), largeBlock(ofRank: left))
            var received = [UInt64](repeating: 0, count: mine.count)
            try world.sendReceive(mine.span, to: right, into: &received, from: left)
            #expect(areSame(received, theirs))
            let value = try world.sendReceive(mine, to: right, receiving: [UInt64].self, from: left)
            #expect(areSame(value, theirs))
        }
    }

    @Test("any two ranks swap 64 MiB head to head, as buffer and as value", arguments: [2, 3, 4])
    func headToHead(ranks: Int) async throws {
        try await onRanks(ranks, timeout: .seconds(120)) { () throws in
            let (rank, size) = (Communicator.world.rank, Communicator.world.size)
            let world = Communicator.world
            let mine = largeBlock(ofRank: rank)
            for round in 0..<size {
                // In every round another one, for which this rank is the other one as well.
                let other = (round + size - rank) % size
                guard other != rank else { continue }
                let theirs = largeBlock(ofRank: other)
                var block = mine
                try world.sendReceive(inPlace: &block, to: other, from: other)
                #expect(areSame(block, theirs))
                let value = try world.sendReceive(mine, to: other, receiving: [UInt64].self, from: other)
                #expect(areSame(value, theirs))
                // Both send first.
                let elements = try world.immediateReceive(count: mine.count, of: UInt64.self, from: other)
                try world.send(mine.span, to: other)
                #expect(areSame(try elements.wait(), theirs))
                let later = try world.immediateReceive([UInt64].self, from: other)
                try world.send(mine, to: other)
                #expect(areSame(try later.wait(), theirs))
            }
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
        }
    }
}
