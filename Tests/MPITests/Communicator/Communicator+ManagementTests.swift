import MPI
import RankChecks
import Testing

@Suite("Communicator+Management")
struct CommunicatorManagementTests {

    @Test("messages of a duplicate do not mix with those of the original", arguments: [2, 3])
    func duplicate(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let copy = try world.duplicate()
            #expect(copy.rank == world.rank && copy.size == world.size && copy.rawHandle != world.rawHandle)
            if world.rank == 0 {
                try world.send("world", to: 1)
                try copy.send("copy", to: 1)
            } else if world.rank == 1 {
                #expect(try copy.receive(String.self) == "copy")
                #expect(try world.receive(String.self) == "world")
            }
            try copy.free()
        }
    }

    @Test("a split makes communicators of the same color, ordered by key", arguments: [1, 2, 3, 4])
    func split(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let half = try #require(try world.split(color: world.rank % 2, key: -world.rank))
            let members = try half.allGather(world.rank)
            #expect(members == (0..<world.size).filter { $0 % 2 == world.rank % 2 }.reversed())
            #expect(try half.allReduce(1, .sum) == half.size)
            try half.free()
            let none = try world.split(color: world.rank == 0 ? nil : 3)
            #expect((none == nil) == (world.rank == 0))
            #expect(none.map { $0.size } ?? 0 == (world.rank == 0 ? 0 : world.size - 1))
            try none?.free()
            let node = try world.splitByNode()
            #expect(node.size == world.size)
            try node.free()
        }
    }

    @Test("a name is kept, and cut between characters if it is too long")
    func names() async throws {
        try await onRanks(1) { () throws in
            let copy = try Communicator.world.duplicate()
            try copy.rename(to: "grid of Öland")
            #expect(try copy.name == "grid of Öland")
            try copy.rename(to: String(repeating: "ö", count: 500))
            let name = try copy.name
            #expect(name.count > 20 && name.allSatisfy { $0 == "ö" })
            try copy.free()
        }
    }

    @Test("colors and keys that C cannot express are errors")
    func badArguments() async throws {
        try await onRanks(1) { () throws in
            #expect(throws: MPIError.self) { try Communicator.world.split(color: -1) }
            #expect(throws: MPIError.self) { try Communicator.world.split(color: .max) }
            #expect(throws: MPIError.self) { try Communicator.world.split(color: 0, key: .max) }
        }
    }
}
