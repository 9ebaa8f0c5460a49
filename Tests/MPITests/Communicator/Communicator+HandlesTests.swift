import MPI
import RankChecks
import Testing

@Suite("Communicator+Handles")
struct CommunicatorHandlesTests {
    @Test("a communicator goes to C or Fortran and comes back as the same one")
    func roundTrip() async throws {
        try await onRanks(2) { () throws in
            let team = try Communicator.world.duplicate()
            for same in [
                try Communicator(rawHandle: team.rawHandle),
                try Communicator(fortranHandle: team.fortranHandle),
            ] {
                #expect(same.rank == team.rank && same.size == team.size)
                // Meets the original: the handle is the same.
                if team.rank == 0 {
                    try same.send(7, to: 1)
                } else {
                    #expect(try team.receive(Int.self) == 7)
                }
                let error = #expect(throws: MPIError.self) { try same.free() }
                #expect(error?.errorClass == .communicator)
            }
            #expect(throws: MPIError.self) { try Communicator(rawHandle: 0) }
            try team.free()
            #expect(throws: MPIError.self) { try team.fortranHandle }
        }
    }

    @Test("the thread that initialized MPI is the main one, others are not")
    func mainThread() async throws {
        try await onRanks(1) { () throws in
            _ = Communicator.world
            #expect(try Environment.isMainThread)
            try Environment.controlProfiling(level: 1)
        }
    }
}
