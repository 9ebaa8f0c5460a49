import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

@Suite("Runtime+Exit")
struct RuntimeExitTests {
    @Test(
        "an exit status on one rank ends the others, who wait, with that rank's message",
        arguments: [2, 4]
    )
    func exitStatus(ranks: Int) async throws {
        let job = try RankCheck.job(ranks: ranks, timeout: .seconds(30)) { () throws in
            let world = Communicator.world
            if world.rank == 1 { exit(3) }
            _ = try world.receive(Int.self)
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(
            result.status == .exited(3) && !result.timedOut && result.leftBehind.isEmpty,
            "\(result.report)"
        )
        #expect(result.standardError.contains("rank 1 of \(ranks)"), "\(result.report)")
        #expect(result.standardError.contains("exit status 3"), "\(result.report)")
    }

    @Test("an exit status is reported in one process without a launcher as well")
    func exitStatusAlone() async throws {
        let job = try RankCheck.job(ranks: nil, timeout: .seconds(30)) { () throws in
            try Communicator.world.barrier()
            exit(5)
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.status == .exited(5) && !result.timedOut, "\(result.report)")
    }

    @Test("a trap on one rank, as an error that escapes causes, ends the others, who wait")
    func trap() async throws {
        let job = try RankCheck.job(ranks: 3, timeout: .seconds(30)) { () throws in
            let world = Communicator.world
            if world.rank == 2 { fatalError("this rank has failed") }
            try world.barrier()
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(!result.isSuccess && !result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
        #expect(result.standardError.contains("this rank has failed"), "\(result.report)")
    }

    @Test("where the launcher goes on without a lost rank, the others come to their end")
    func lostRank() async throws {
        var profile = LaunchProfile.local
        profile.environment["OMPI_MCA_orte_enable_recovery"] = "1"
        // As between hosts; through shared memory MPI comes to its end by itself.
        profile.environment["OMPI_MCA_btl"] = "tcp,self"
        profile.environment["OMPI_MCA_btl_tcp_if_include"] = "lo"
        let job = try RankCheck.job(
            ranks: 3,
            profile: profile,
            environment: ["SWIFT_BACKTRACE": "enable=no"]
        ) { () throws in
            let world = Communicator.world
            try world.barrier()
            if world.rank == 2 { kill(getpid(), SIGKILL) }
            #expect(throws: (any Error).self) {
                try world.sendReceive(1, to: 2, receiving: Int.self, from: 2, timeout: .seconds(1))
            }
            print("rank \(world.rank) goes on")
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(!result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
        for rank in 0...1 {
            #expect(result.output(ofRank: rank).contains("rank \(rank) goes on"), "\(result.report)")
        }
    }

    @Test("abort ends every rank with its status")
    func abort() async throws {
        let job = try RankCheck.job(ranks: 3, timeout: .seconds(30)) { () throws in
            let world = Communicator.world
            if world.rank == 0 { Environment.abort(status: 9) }
            try world.barrier()
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.status == .exited(9) && !result.timedOut, "\(result.report)")
    }

    @Test(
        "exit with status 0 finalizes, after what was registered for the end, last first",
        arguments: [1, 2, 3]
    )
    func exitSuccess(ranks: Int) async throws {
        let job = try RankCheck.job(ranks: ranks, timeout: .seconds(30)) { () throws in
            atexit { print(Environment.isFinalized ? "finalized" : "not finalized") }
            let world = Communicator.world
            MPIAvailability.beforeFinalizing { print("first \(Environment.isFinalized)") }
            MPIAvailability.beforeFinalizing { print("second \((try? world.allReduce(1, .sum)) ?? 0)") }
            exit(0)
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.isSuccess, "\(result.report)")
        for rank in 0..<ranks {
            // MPICH's launcher puts empty lines between those of several ranks.
            let lines = result.output(ofRank: rank).split(separator: "\n")
            #expect(lines == ["second \(ranks)", "first false", "finalized"], "\(result.report)")
        }
    }

    @Test("what was registered for the end is done without MPI too, and not for another status")
    func exitWithoutMPI() async throws {
        for (status, output) in [(0, "done\n"), (4, "")] {
            let job = try RankCheck.job(ranks: nil, arguments: ["\(status)"], timeout: .seconds(30)) {
                () throws in
                MPIAvailability.beforeFinalizing { print("done") }
                exit(try RankCheck.argument(0, as: Int32.self))
            }
            let result = try await oneJobAtATime { try await job.run() }
            #expect(
                result.status == .exited(Int32(status)) && result.standardOutput == output,
                "\(result.report)"
            )
        }
    }

    @Test(
        "a process forked from a rank leaves MPI alone when it ends, and may not use it",
        arguments: [1, 2]
    )
    func fork(ranks: Int) async throws {
        try await onRanks(ranks) { () throws in
            let world = Communicator.world
            MPIAvailability.beforeFinalizing { print("the end of the rank") }
            try world.barrier()
            for status in [0, 6] as [Int32] {
                let child = try ForkedChild { exit(status) }
                #expect(child.exitStatus == status)
            }
            let child = try ForkedChild {
                let error = #expect(throws: MPIError.self) { try Environment.initialize() }
                _exit(error?.text.contains("forked") == true ? 0 : 1)
            }
            #expect(child.exitStatus == 0)
            for use in [
                { try world.send([UInt8(1)].span, to: world.rank, tag: 9) },
                { try world.send("a value", to: world.rank, tag: 9) },
                { _ = try world.immediateSend("a value", to: world.rank, tag: 9) },
                { _ = try world.immediateReceive(String.self, tag: 9).wait() },
                { try world.barrier() },
            ] as [() throws -> Void] {
                let child = try ForkedChild {
                    do {
                        try use()
                    } catch let error as MPIError where error.errorClass == .notRunning {
                        _exit(error.text.contains("forked") ? 0 : 1)
                    } catch {
                        _exit(2)
                    }
                    _exit(3)
                }
                #expect(child.exitStatus == 0)
            }
            #expect(try world.immediateProbe(tag: 9) == nil)
            #expect(try world.allReduce(1, .sum) == world.size)
        }
    }

    @Test("where MPI is forbidden a use of it ends the process with the reason")
    func forbidden() async throws {
        let job = try RankCheck.job(ranks: nil, timeout: .seconds(30)) { () throws in
            MPIAvailability.forbid("this is no rank. Use a queue instead")
            let error = #expect(throws: MPIError.self) { try Environment.initialize() }
            #expect(error?.text.contains("Use a queue instead") == true)
            print("before")
            fflush(nil)
            try Communicator.world.barrier()
            print("after")
        }
        let result = try await oneJobAtATime { try await job.run() }
        #expect(result.status == .exited(1) && result.standardOutput == "before\n", "\(result.report)")
        #expect(
            result.standardError.contains(
                "Communicator is not available here: this is no rank. Use a queue instead"
            )
        )
    }

    @Test("a communicator that was there before MPI was forbidden cannot be used either")
    func forbiddenLater() async throws {
        try await onRanks(1) { () throws in
            let world = Communicator.world
            let child = try ForkedChild {
                MPIAvailability.forbid("it was forked")
                try? world.barrier()
                _exit(0)
            }
            #expect(child.exitStatus == 1)
            let other = try ForkedChild {
                MPIAvailability.forbid("it was forked")
                _ = try? world.send(1, to: 0)
                _exit(0)
            }
            #expect(other.exitStatus == 1)
        }
    }

    @Test("after the end of MPI communication is an error, and initializing again too")
    func afterwards() async throws {
        try await onRanks(2) { () throws in
            let world = Communicator.world
            try Environment.finalize()
            #expect(Environment.isFinalized && Environment.isInitialized)
            let error = #expect(throws: MPIError.self) { try world.barrier() }
            #expect(error?.errorClass == .notRunning)
            #expect(throws: MPIError.self) { try world.send(1, to: 0) }
            #expect(throws: MPIError.self) { try world.receive(Int.self) }
            #expect(throws: MPIError.self) { try world.allGather(1) }
            #expect(throws: Never.self) { try Environment.finalize() }
        }
    }
}

/// A copy of this process that does one thing.
struct ForkedChild {
    /// The status it ended with; negative if a signal ended it.
    let exitStatus: Int32

    struct Failure: Error {}

    init(_ body: () -> Void) throws {
        // The function is hidden from Swift, since a copy has one thread only; this one does little.
        typealias Fork = @convention(c) () -> pid_t
        guard let symbol = dlsym(nil, "fork") else { throw Failure() }
        fflush(nil)
        let identifier = unsafeBitCast(symbol, to: Fork.self)()
        if identifier == 0 {
            body()
            _exit(99)
        }
        var status: Int32 = 0
        guard identifier > 0, waitpid(identifier, &status, 0) == identifier else { throw Failure() }
        exitStatus = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }
}
