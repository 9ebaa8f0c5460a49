import MPI
import RankChecks
import Testing

@Suite("Communicator+Groups")
struct CommunicatorGroupsTests {
    @Test("communicators are made from groups, with the others or without them", arguments: [1, 2, 3, 4])
    func groups(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let even = try world.group.including(stride(from: 0, to: world.size, by: 2))
            let together = try world.make(from: even)
            #expect((together == nil) == (world.rank % 2 == 1))
            #expect(together?.size == (world.rank % 2 == 1 ? nil : even.size))
            try together?.free()
            if world.rank % 2 == 0 {
                let alone = try world.make(from: even, tag: 3)
                #expect(alone.rank == world.rank / 2)
                #expect(try alone.allReduce(1, .sum) == even.size)
                try alone.free()
            } else {
                #expect(throws: MPIError.self) { try world.make(from: even, tag: 3) }
            }
            let hinted = try world.duplicate(info: ["key": "value"])
            try hinted.apply(["other": "value"])
            _ = try hinted.info
            try hinted.free()
            #expect(try world.withDuplicate { try $0.allReduce(1, .sum) } == world.size)
            let (tag, code) = (try Environment.largestTag, try Environment.lastErrorCode)
            #expect(tag >= 32_767 && code > 0)
            _ = (
                try Environment.universeSize, try Environment.applicationNumber, try Environment.clockIsGlobal
            )
        }
    }
}
