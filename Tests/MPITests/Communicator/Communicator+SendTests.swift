import MPI
import RankChecks
import Testing

@Suite("Communicator+Send")
struct CommunicatorSendTests {
    @Test("a value arrives as it was sent", arguments: [2, 3, 4])
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let next = (world.rank + 1) % world.size
            let previous = (world.rank + world.size - 1) % world.size
            // Even ranks send first, so that nobody waits in a circle.
            func exchange<Value: Codable & Equatable>(_ value: Value, tag: Int) throws {
                let pending = try world.immediateSend(value, to: next, tag: tag)
                #expect(try world.receive(Value.self, from: previous, tag: tag) == value)
                try pending.wait()
            }
            try exchange(7, tag: 0)
            try exchange("text", tag: 1)
            try exchange([1.5, 2.5], tag: 2)
            try exchange(["a": 7, "b": 3], tag: 11)
            try exchange(Int?.none, tag: 3)
            try exchange([UInt8](repeating: 9, count: 3_000_000), tag: 4)
            try exchange(MessageSamples(), tag: 5)
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

    @Test("eight threads that use one tag get every message once")
    func threads() async throws {
        try await onRanks(2) { () async throws in
            let world = Communicator.world
            let count = 200
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for thread in 0..<8 {
                    group.addTask {
                        var sum = 0
                        for index in 0..<count {
                            if world.rank == 0 {
                                try await world.asynchronous.send(thread * count + index, to: 1, tag: 3)
                            } else {
                                sum += try await world.asynchronous.receive(Int.self, from: 0, tag: 3)
                            }
                        }
                        return sum
                    }
                }
                return try await group.reduce(0, +)
            }
            let all = 8 * count
            #expect(sum == (world.rank == 0 ? 0 : all * (all - 1) / 2))
        }
    }
}
