import MPI
import RankChecks
import Testing

@Suite("Communicator")
struct CommunicatorTests {
    @Test(
        "the world has every rank once, and each is alone in a communicator of its own",
        arguments: [1, 2, 3, 4]
    )
    func predefined(ranks: Int) async throws {
        try await onRanks(ranks, arguments: ["\(ranks)"]) { () throws in
            let world = Communicator.world
            let ranks = try RankCheck.argument(0, as: Int.self)
            #expect(world.size == ranks)
            #expect(try world.allGather(world.rank) == Array(0..<world.size))
            #expect(Communicator.alone.size == 1 && Communicator.alone.rank == 0)
            #expect(try world.name == "MPI_COMM_WORLD")
            #expect(world.description == "rank \(world.rank) of \(world.size) in MPI_COMM_WORLD")
        }
    }

    @Test("without a launcher the world is one rank")
    func singleton() async throws {
        try await onRanks(nil) { () throws in
            #expect(Communicator.world.size == 1)
            let sum = try Communicator.world.allReduce(5, .sum)
            #expect(sum == 5)
        }
    }

    @Test("a communicator that has been freed is an error of its class, never a crash")
    func freed() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            let copy = try world.duplicate()
            _ = try copy.gather(world.rank, to: 0)
            try copy.free()
            for attempt in [
                { try copy.free() }, { try copy.barrier() }, { try copy.send(1, to: 0) },
                { _ = try copy.receive(Int.self) },
                { _ = try copy.duplicate() }, { _ = try copy.gather(1, to: 0) }, { _ = try copy.name },
                { _ = try copy.immediateReceive(Int.self) }, { _ = try copy.allReduce(1, .sum) },
                { _ = try copy.allReduce([1]) { $0 + $1 } }, { _ = try copy.scatter([1, 2], from: 0) },
            ] as [() throws -> Void] {
                let error = #expect(throws: MPIError.self) { try attempt() }
                #expect(error?.errorClass == .communicator)
            }
            #expect(throws: MPIError.self) { try world.free() }
            #expect(throws: MPIError.self) { try Communicator.alone.free() }
            try world.barrier()
        }
    }

    @Test("what goes to nobody is gone, and what comes from nobody is empty")
    func nobody() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            let nobody = Communicator.noRank
            try world.send("text", to: nobody)
            try world.send([1, 2, 3].span, to: nobody, mode: .synchronous)
            try world.immediateSend(7, to: nobody).wait()
            var kept = [1.0, 2.0]
            #expect(try world.receive(into: &kept, from: nobody).byteCount == 0 && kept == [1, 2])
            #expect(try world.sendReceive([1].span, to: nobody, into: &kept, from: nobody).byteCount == 0)
            let error = #expect(throws: MPIError.self) { try world.receive(Int.self, from: nobody) }
            #expect(error?.errorClass == .rank)
        }
    }
}
