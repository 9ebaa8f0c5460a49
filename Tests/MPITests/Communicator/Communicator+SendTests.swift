import MPI
import RankChecks
import Testing

/// One rank after the other sends to all, itself included, in every mode.
private struct SendCheck: SampleCheck {
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
            if rank == root {
                for (tag, mode) in Self.modes.enumerated() {
                    for other in 0..<size {
                        try team.send(samples[root + other + tag], to: other, tag: tag, mode: mode)
                    }
                }
            }
            #expect(try receives.waitAll().map { try $0.get() } == samples[(root + rank)..<(root + rank + 4)])
        }
    }
}

@Suite("Communicator+Send")
struct CommunicatorSendTests {
    @Test(
        "every kind of value arrives at every rank from every rank, in every mode",
        arguments: [1, 2, 3, 4, 7]
    )
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            try Environment.attachSendBuffer(byteCount: 1 << 22)
            try await SendCheck().everywhere()
            try Environment.detachSendBuffer()
        }
    }

    @Test("64 MiB pass from rank to rank in a chain, as buffer and as value", arguments: [2, 3, 4])
    func chain(ranks: Int) async throws {
        try await onRanks(ranks, timeout: .seconds(120)) { () throws in
            let world = Communicator.world
            let (rank, last) = (world.rank, world.size - 1)
            let block = largeBlock(ofRank: 0)
            if rank == 0 {
                try world.send(block.span, to: 1)
                try world.send(block, to: 1)
            } else {
                var elements = [UInt64](repeating: 0, count: block.count)
                try world.receive(into: &elements, from: rank - 1)
                if rank < last { try world.send(elements.span, to: rank + 1) }
                #expect(areSame(elements, block))
                let value = try world.receive([UInt64].self, from: rank - 1)
                if rank < last { try world.send(value, to: rank + 1) }
                #expect(areSame(value, block))
            }
        }
    }

    @Test("a rank sends to itself")
    func toItself() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            // A send that blocks may wait for its receive, which only comes afterwards here.
            let request = try world.immediateSend("self", to: 0, tag: 4)
            #expect(try world.receive(String.self, from: 0, tag: 4) == "self")
            try request.wait()
        }
    }

    @Test("elements of every plain type arrive as they were sent")
    func buffers() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            func exchange<Element: BufferElement & Equatable>(_ elements: [Element], filler: Element) throws {
                if world.rank == 0 {
                    try world.send(elements.span, to: 1)
                } else {
                    var received = [Element](repeating: filler, count: elements.count)
                    let status = try world.receive(into: &received, from: 0)
                    #expect(received == elements && status.count(of: Element.self) == elements.count)
                }
            }
            try exchange([Int8.min, 0, .max], filler: 1)
            try exchange([Int16.min, 0, .max], filler: 1)
            try exchange([Int32.min, 0, .max], filler: 1)
            try exchange([Int64.min, 0, .max], filler: 1)
            try exchange([Int.min, 0, .max], filler: 1)
            try exchange([UInt8.min, .max], filler: 1)
            try exchange([UInt16.min, .max], filler: 1)
            try exchange([UInt32.min, .max], filler: 1)
            try exchange([UInt64.min, .max], filler: 1)
            try exchange([UInt.min, .max], filler: 1)
            try exchange([Float.pi, -0, .infinity], filler: 1)
            try exchange([Double.pi, -0, .infinity], filler: 1)
            try exchange([true, false, true], filler: false)
            try exchange([Double](), filler: 0)
            try exchange((0..<100_000).map(Double.init), filler: 0)
            try exchange(
                [Particle(x: 1, y: 2, kind: 3), Particle(x: -1, y: 0, kind: .min)],
                filler: Particle(x: 0, y: 0, kind: 0)
            )
        }
    }

    @Test("what cannot be encoded throws and sends nothing")
    func unencodable() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            if world.rank == 0 {
                #expect(throws: Unencodable.self) { try world.send(Unencodable(), to: 1) }
                try world.send(1, to: 1)
            } else {
                #expect(try world.receive(Int.self) == 1)
            }
        }
    }

    @Test("a rank or a tag that does not exist is an error of its class")
    func badArguments() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let numbers = [1.0]
            for rank in [-1, -2, 2, Int.max, Int.min + 1] {
                let error = #expect(throws: MPIError.self) { try world.send(numbers.span, to: rank) }
                #expect(
                    error?.errorClass == .rank && error?.call == "MPI_Send"
                        && error?.text.contains("\(rank)") == true
                )
                #expect(throws: MPIError.self) { try world.send(1, to: rank) }
                #expect(throws: MPIError.self) { try world.receive(Int.self, from: rank) }
            }
            for tag in [-1, Int.min + 1, Int.max] {
                let error = #expect(throws: MPIError.self) { try world.send(1, to: 0, tag: tag) }
                #expect(error?.errorClass == .tag)
            }
        }
    }
}
