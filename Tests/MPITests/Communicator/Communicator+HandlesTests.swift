import Foundation
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

    @Test("an operation goes to C or Fortran and comes back as the same one", arguments: [1, 3])
    func operations(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let maximum = ReduceOperation<Int>.max
            let handle = try #require(maximum.rawHandle)
            let number = try #require(maximum.fortranHandle)
            for same in [
                try ReduceOperation<Int>(rawHandle: handle), try ReduceOperation<Int>(fortranHandle: number),
            ] {
                #expect(same.isPredefined && same.isCommutative)
                #expect(try world.allReduce(world.rank, same) == world.size - 1)
                // Without communication, too.
                #expect(same(3, 5) == 5 && same(5, 3) == 5)
                var higher = [1, 9]
                try same.reduce([4, 4], into: &higher)
                #expect(higher == [4, 9])
            }
            #expect(ReduceOperation<Int> { $0 + $1 }.rawHandle == nil)
            #expect(!ReduceOperation<Int> { $0 + $1 }.isPredefined)
            let error = #expect(throws: MPIError.self) { try ReduceOperation<Int>(rawHandle: 0) }
            #expect(error?.errorClass == .operation)
        }
    }

    @Test("a window goes to C or Fortran and comes back as the same one", arguments: [1, 2])
    func windows(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            let window = try world.makeWindow([world.rank, 10 * world.rank])
            for same in [
                try Window<Int>(rawHandle: window.rawHandle, communicator: world),
                try Window<Int>(fortranHandle: window.fortranHandle, communicator: world),
            ] {
                #expect(same.counts == window.counts)
                #expect(try same.withElements { $0[1] } == 10 * world.rank)
                let right = (world.rank + 1) % world.size
                try same.fence { try $0.put([world.rank + 100], to: right, at: 0) }
                let left = (world.rank + world.size - 1) % world.size
                #expect(try window.withElements { $0[0] } == left + 100)
                try same.free()
            }
            let error = #expect(throws: MPIError.self) {
                try Window<Int32>(rawHandle: window.rawHandle, communicator: world)
            }
            #expect(error?.errorClass == .displacement)
            #expect(throws: MPIError.self) { try Window<Int>(rawHandle: 0, communicator: world) }
            // It is still there.
            try window.fence { _ in }
            try window.free()
        }
    }

    @Test("a file goes to C or Fortran and comes back as the same one")
    func files() async throws {
        try await onRanks(1) { () throws in
            let alone = Communicator.alone
            let file = try alone.open(
                "/tmp/swift-mpi-handles-\(getpid())",
                [.create, .readWrite, .deleteOnClose]
            )
            let sevens: [UInt8] = [7, 7]
            for same in [
                try File(rawHandle: file.rawHandle, communicator: alone),
                try File(fortranHandle: file.fortranHandle, communicator: alone),
            ] {
                try same.write(sevens.span, at: .own)
                try same.close()
            }
            #expect(try file.byteCount == 4)
            #expect(throws: MPIError.self) { try File(rawHandle: 0, communicator: alone) }
            try file.close()
        }
    }
}
