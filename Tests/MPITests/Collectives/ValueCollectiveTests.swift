import MPI
import RankChecks
import Testing

private func check<Value: Codable & Equatable & Sendable>(_ team: Communicator, _ value: Value)
    async throws
{
    let (rank, size) = (team.rank, team.size)
    let all = [Value](repeating: value, count: size)
    for root in 0..<size {
        #expect(try team.broadcast(from: root) { value } == value)
        #expect(try team.immediateBroadcast(from: root) { value }.wait() == value)
        #expect(try team.gather(value, to: root) == (rank == root ? all : nil))
        #expect(try team.immediateGather(value, to: root).wait() == (rank == root ? all : nil))
        #expect(try team.scatter(rank == root ? all : nil, from: root) == value)
        #expect(try team.immediateScatter(rank == root ? all : nil, from: root).wait() == value)
        #expect(try team.reduce(value, to: root) { $1 } == (rank == root ? value : nil))
        #expect(
            try team.immediateReduce(value, to: root) { left, _ in left }.wait()
                == (rank == root ? value : nil)
        )
    }
    #expect(try team.allGather(value) == all)
    #expect(try team.immediateAllGather(value).wait() == all)
    #expect(try team.allToAll(all) == all)
    #expect(try team.immediateAllToAll(all).wait() == all)
    #expect(try await team.asynchronous.allToAll(all) == all)
    #expect(try team.allReduce(value) { $1 } == value)
    #expect(try team.immediateAllReduce(value) { left, _ in left }.wait() == value)
    #expect(try team.scan([value]) { $0 + $1 } == [Value](repeating: value, count: rank + 1))
    #expect(try team.immediateScan([value]) { $0 + $1 }.wait().count == rank + 1)
    #expect(try await team.asynchronous.scan([value]) { $0 + $1 }.count == rank + 1)
    let before = rank == 0 ? nil : [Value](repeating: value, count: rank)
    #expect(try team.exclusiveScan([value]) { $0 + $1 } == before)
    #expect(try team.immediateExclusiveScan([value]) { $0 + $1 }.wait() == before)
    #expect(try await team.asynchronous.exclusiveScan([value]) { $0 + $1 } == before)
}

@Suite("Collective operations on values")
struct ValueCollectiveTests {
    @Test(
        "every kind of value goes through every operation, blocking, immediate and awaited",
        arguments: [1, 2, 3, 4, 7]
    )
    func allKinds(ranks: Int) async throws {
        try await onRanks(ranks) { () async throws in
            let world = Communicator.world
            let half = try #require(try world.split(color: world.rank % 2))
            for team in [world, try world.duplicate(), half] {
                try await check(team, MessageSamples())
                try await check(team, Int?.none)
                try await check(team, [true, false])
                try await check(team, [Int.min, -1, 0, .max])
                try await check(team, ["", "ä€", String(repeating: "long ", count: 2000)])
                try await check(team, ["nested": [[1.5: [Int8(-3)]], [:]]])
                if team !== world { try team.free() }
            }
        }
    }

    @Test("what is given is told apart by rank, and kept in order", arguments: [1, 2, 3, 4, 7])
    func order(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for filler in ["", String(repeating: "x", count: 5000)] {
                let letters = (0..<size).map { "\(rank)>\($0)\(filler)" }
                #expect(try world.allToAll(letters) == (0..<size).map { "\($0)>\(rank)\(filler)" })
            }
            #expect(try world.scan("\(rank)") { $0 + $1 } == (0...rank).map { "\($0)" }.joined())
            #expect(
                try world.exclusiveScan("\(rank)") { $0 + $1 }
                    == (rank == 0 ? nil : (0..<rank).map { "\($0)" }.joined())
            )
            #expect(try world.allReduce("\(rank)", max) == "\(size - 1)")
            #expect(
                try world.allReduce(Located(Double(rank % 2), at: rank), .maxLocation()).location
                    == (size > 1 ? 1 : 0)
            )

            let ring = try world.makeDistributedGraph(
                from: [(rank + size - 1) % size],
                to: [(rank + 1) % size]
            )
            #expect(try ring.neighborAllGather("from \(rank)") == ["from \((rank + size - 1) % size)"])
            #expect(try ring.immediateNeighborAllGather(rank).wait() == [(rank + size - 1) % size])
            #expect(try ring.neighborAllToAll(["only \(rank)"]) == ["only \((rank + size - 1) % size)"])
            try ring.free()
            let circle = try #require(try world.makeCartesian(dimensions: [size], periodic: [true]))
            let (left, right) = ((rank + size - 1) % size, (rank + 1) % size)
            #expect(
                try circle.neighborAllToAll(["\(rank) left", "\(rank) right"]) == [
                    "\(left) right", "\(right) left",
                ]
            )
            #expect(
                try circle.immediateNeighborAllToAll(["\(rank) left", "\(rank) right"]).wait()
                    == ["\(left) right", "\(right) left"]
            )
            try circle.free()
            let line = try #require(try world.makeCartesian(dimensions: [size]))
            #expect(
                try line.neighborAllGather(rank) == [
                    rank > 0 ? rank - 1 : nil, rank < size - 1 ? rank + 1 : nil,
                ]
            )
            try line.free()
        }
    }

    @Test("a rank that fails makes every rank that needs it throw, and all go on", arguments: [2, 3, 4])
    func failures(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for culprit in 0..<size {
                let mine = Moody(rank != culprit)
                let many = [Moody](repeating: mine, count: size)
                let few = [Int](repeating: 0, count: rank == culprit ? 1 : size)
                #expect(throws: (any Error).self) { try world.allToAll(many) }
                #expect(throws: (any Error).self) { try world.allToAll(few) }
                #expect(throws: (any Error).self) { try world.immediateAllToAll(few).wait() }
                func scan() throws {
                    _ = try world.scan([rank]) { lower, higher in
                        if lower.contains(culprit) || higher.contains(culprit) { throw Unencodable() }
                        return lower + higher
                    }
                }
                // Whoever combines with the culprit's value, and all that need what comes of it.
                if rank >= culprit, rank > 0 {
                    #expect(throws: (any Error).self) { try scan() }
                } else {
                    try scan()
                }
                #expect(try world.allReduce(1, .sum) == size)
            }
            let ring = try world.makeDistributedGraph(
                from: [(rank + 1) % size],
                to: [(rank + size - 1) % size]
            )
            if rank == 0 || (rank + 1) % size == 0 {
                #expect(throws: (any Error).self) {
                    try ring.neighborAllToAll(rank == 0 ? [] : [Int](repeating: 1, count: 1))
                }
            } else {
                _ = try ring.neighborAllToAll([1])
            }
            try ring.free()
            #expect(throws: MPIError.self) { try world.neighborAllGather(1) }
        }
    }

    @Test(
        "several are under way at a time while others block, and are waited for in any order",
        arguments: [1, 2, 4]
    )
    func atATime(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let (rank, size) = (world.rank, world.size)
            for _ in 0..<20 {
                let gathered = try world.immediateAllGather(rank)
                let sum = try world.immediateAllReduce(rank) { $0 + $1 }
                let word = try world.immediateBroadcast(from: size - 1) { "made" }
                #expect(try world.allReduce(1, .sum) == size)
                #expect(try world.gather(rank, to: 0) == (rank == 0 ? Array(0..<size) : nil))
                #expect(try word.wait(timeout: .seconds(20)) == "made")
                #expect(try sum.wait() == size * (size - 1) / 2)
                #expect(try gathered.wait() == Array(0..<size))
            }
            try world.barrier()
        }
    }
}
