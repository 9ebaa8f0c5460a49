import MPI
import RankChecks
import Testing

private struct BroadcastCheck: SampleCheck {
    func check<Value>(_ team: Communicator, _ samples: Samples<Value>) throws {
        for root in 0..<team.size {
            #expect(try team.broadcast(from: root) { samples[root] } == samples[root])
            #expect(try team.broadcast(samples[root], from: root) == samples[root])
        }
    }
}

@Suite("Communicator+Broadcast")
struct CommunicatorBroadcastTests {
    @Test(
        "every rank gets the root's value, whatever its size and whoever is root",
        arguments: [1, 2, 3, 4, 7]
    )
    func values(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 1, 900, 980, 981, 1000, 1024, 5000, 300_000] {
                    let text = try world.broadcast(from: root) { String(repeating: "\(root)", count: count) }
                    #expect(text == String(repeating: "\(root)", count: count))
                }
            }
        }
    }

    @Test("every kind of value reaches every rank from every root", arguments: [1, 2, 3, 4, 7])
    func everyKind(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in try await BroadcastCheck().everywhere() }
    }

    @Test("the closure and the expression are evaluated on the root only", arguments: [2, 3])
    func evaluatedOnce(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            var calls = 0
            let rank = try world.broadcast(from: 1) {
                calls += 1
                return world.rank
            }
            #expect(rank == 1 && calls == (world.rank == 1 ? 1 : 0))
        }
    }

    @Test(
        "the root's error reaches every rank, and the communicator remains usable",
        arguments: [2, 3, 4]
    )
    func rootFails(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let root = world.size - 1
            if world.rank == root {
                #expect(throws: Unencodable.self) {
                    try world.broadcast(from: root) { () -> Int in throw Unencodable() }
                }
                #expect(throws: Unencodable.self) { try world.broadcast(Unencodable(), from: root) }
            } else {
                let error = #expect(throws: MPIError.self) { try world.broadcast(0, from: root) }
                #expect(
                    error?.errorClass == .remoteFailure
                        && error?.text.contains("rank \(root) failed: Unencodable()") == true
                )
                #expect(throws: MPIError.self) { try world.broadcast(Unencodable(), from: root) }
            }
            #expect(try world.broadcast(5, from: root) == 5)
        }
    }

    @Test("a rank that expects another type gets an error, and the others do not")
    func otherType() async throws {
        try await onRanks(3) { () throws in
            let world = Communicator.world
            if world.rank == 2 {
                let error = #expect(throws: MPIError.self) { try world.broadcast("", from: 0) }
                #expect(error?.errorClass == .mismatch)
            } else {
                #expect(try world.broadcast(1, from: 0) == 1)
            }
            #expect(throws: MPIError.self) { try world.broadcast(1, from: 3) }
            #expect(throws: MPIError.self) { try world.broadcast(1, from: -1) }
        }
    }

    @Test("every rank gets the root's elements, in an array or a span", arguments: [1, 2, 3, 4])
    func buffers(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            for root in 0..<world.size {
                for count in [0, 1, 5000, 200_000] {
                    var elements = [Double](repeating: world.rank == root ? Double(root) : -1, count: count)
                    try world.broadcast(inPlace: &elements, from: root)
                    #expect(elements.allSatisfy { $0 == Double(root) })
                }
                var particles = [Particle](
                    repeating: Particle(x: Double(world.rank), y: 0, kind: 1),
                    count: 3
                )
                var span = particles.mutableSpan
                try world.broadcast(inPlace: &span, from: root)
                #expect(particles.allSatisfy { $0.x == Double(root) })
            }
        }
    }
}
