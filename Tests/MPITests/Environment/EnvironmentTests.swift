import Glibc
import MPI
import RankChecks
import RankLaunching
import Testing

@Suite("Environment")
struct EnvironmentTests {
    @Test("the first use of the world initializes MPI, for all threads")
    func firstUse() async throws {
        try await onRanks(2) { () throws in
            #expect(!Environment.isInitialized && !Environment.isFinalized && Environment.threadLevel == nil)
            #expect(Communicator.world.size == 2)
            #expect(
                Environment.isInitialized && !Environment.isFinalized && Environment.threadLevel == .multiple
            )
            #expect(try Environment.initialize(threads: .single) == .multiple, "what is there is kept")
            #expect(MPIAvailability.threadCount > 0, "Open MPI has threads of its own")
        }
    }

    @Test("version and host can be asked for")
    func facts() async throws {
        try await onRanks(1) { () throws in
            #expect(Environment.standardVersion >= (3, 1))
            #expect(Environment.libraryVersion.contains("MPI"))
            #expect(try !Environment.processorName.isEmpty)
            #expect(Environment.isInitialized, "the host's name initializes MPI")
        }
    }

    @Test(
        "with a lower thread level everything works as well",
        arguments: ["serialized", "funneled", "single"]
    )
    func lowerLevel(name: String) async throws {
        try await onRanks(3, arguments: [name]) { () throws in
            let name = try RankCheck.argument(0, as: String.self)
            let wanted = try #require(ThreadLevel.allCases.first { "\($0)" == name })
            let level = try Environment.initialize(threads: wanted)
            #expect(level >= wanted && level == Environment.threadLevel)
            let world = Communicator.world
            let next = (world.rank + 1) % 3
            let previous = (world.rank + 2) % 3
            let pending = try world.immediateReceive([Int].self, from: previous)
            try world.send([Int](repeating: world.rank, count: 300_000), to: next)
            #expect(try pending.wait() == [Int](repeating: previous, count: 300_000))
            let request = try world.immediateSend([1.0].span, to: next)
            var numbers = [0.0]
            try world.receive(into: &numbers, from: previous)
            try request.wait()
            #expect(numbers == [1])
            #expect(try world.gather("\(world.rank)", to: 1) == (world.rank == 1 ? ["0", "1", "2"] : nil))
            #expect(try world.allReduce(1, .sum) == 3)
            #expect(try world.broadcast(from: 2) { world.rank } == 2)
            try world.barrier()
        }
    }

    @Test("threads take turns if the library must not be called by two at a time")
    func serializedThreads() async throws {
        try await onRanks(2) { () async throws in
            try Environment.initialize(threads: .serialized)
            let world = Communicator.world
            let other = 1 - world.rank
            try await withThrowingTaskGroup(of: Void.self) { group in
                for tag in 0..<20 {
                    group.addTask {
                        try await world.asynchronous.send([tag], to: other, tag: tag)
                        #expect(
                            try await world.asynchronous.receive([Int].self, from: other, tag: tag) == [tag]
                        )
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("an MPI that something else has initialized is used, and left to it")
    func adopted() async throws {
        let result = try await onRanks(2) { () throws in
            typealias Initialize = @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32
            typealias Finalize = @convention(c) () -> Int32
            let initialize = try #require(dlsym(nil, "MPI_Init"))
            #expect(unsafeBitCast(initialize, to: Initialize.self)(nil, nil) == 0)
            let world = Communicator.world
            #expect(try world.allReduce(1, .sum) == 2)
            #expect(throws: MPIError.self) { try world.send(1, to: 5) }
            try Environment.finalize()
            #expect(!Environment.isFinalized)
            #expect(try world.allReduce(1, .sum) == 2)
            atexit {
                if let finalize = dlsym(nil, "MPI_Finalize"), !Environment.isFinalized {
                    print(unsafeBitCast(finalize, to: Finalize.self)())
                }
            }
        }
        // MPICH's launcher may add an empty line.
        for rank in 0..<2 {
            #expect(result.output(ofRank: rank).filter { $0 != "\n" } == "0", "\(result.report)")
        }
    }

    @Test(
        "ranks that are more than the cores yield, unless the user has said what they do",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH has no such setting")
    )
    func yielding() async throws {
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        var profile = LaunchProfile.local
        profile.environment["OMPI_MCA_mpi_yield_when_idle"] = nil
        // Whoever runs the tests may have decided, too.
        let undecided: [String: String?] = ["OMPI_MCA_mpi_yield_when_idle": nil]
        let crowded = try await onRanks(cores + 1, profile: profile, environment: undecided) { () throws in
            _ = Communicator.world
            print(getenv("OMPI_MCA_mpi_yield_when_idle").map { String(cString: $0) } ?? "none")
        }
        #expect(crowded.output(ofRank: 0) == "1\n")
        let roomy = try await onRanks(1, profile: profile, environment: undecided) { () throws in
            _ = Communicator.world
            print(getenv("OMPI_MCA_mpi_yield_when_idle").map { String(cString: $0) } ?? "none")
        }
        #expect(roomy.output(ofRank: 0) == (cores >= 1 ? "none\n" : "1\n"))
        let decided = try await onRanks(
            cores + 1,
            profile: profile,
            environment: ["OMPI_MCA_mpi_yield_when_idle": "0"]
        ) {
            _ = Communicator.world
            print(getenv("OMPI_MCA_mpi_yield_when_idle").map { String(cString: $0) } ?? "none")
        }
        #expect(decided.output(ofRank: 0) == "0\n")
    }

    @Test(
        "ranks that Slurm has started yield if the step has more of them on the node than cores",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH has no such setting")
    )
    func yieldingUnderSlurm() async throws {
        let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        // What srun says, to a rank that mpirun has started.
        func decision(_ tasks: String, _ binding: [String: String] = [:], step: Bool = true) async throws
            -> String
        {
            var environment: [String: String?] = [
                "OMPI_MCA_mpi_yield_when_idle": nil, "SLURM_STEP_TASKS_PER_NODE": tasks, "SLURM_NODEID": "1",
            ]
            for (name, value) in binding { environment[name] = value }
            var profile = LaunchProfile.local
            profile.environment["OMPI_MCA_mpi_yield_when_idle"] = nil
            let result = try await onRanks(
                1,
                arguments: [step ? "step" : "script"],
                profile: profile,
                environment: environment
            ) { () throws in
                unsetenv("OMPI_COMM_WORLD_LOCAL_SIZE")
                if try RankCheck.argument(0, as: String.self) == "step" { unsetenv("OMPI_COMM_WORLD_RANK") }
                _ = Communicator.world
                print(getenv("OMPI_MCA_mpi_yield_when_idle").map { String(cString: $0) } ?? "none")
            }
            return result.output(ofRank: 0).filter { $0 != "\n" }
        }
        #expect(try await decision("1,\(cores + 1)") == "1")
        #expect(try await decision("\(cores + 1),1") == "none", "the other node is not this one")
        #expect(try await decision("\(cores + 1)(x2)") == "1")
        #expect(try await decision("\(cores + 1)(x2)", step: false) == "none", "mpirun's word counts")
        let bound = ["SLURM_CPU_BIND_TYPE": "mask_cpu:", "SLURM_CPU_BIND_LIST": "0x1,0x1"]
        #expect(try await decision("\(cores)(x2)", bound) == (cores > 1 ? "1" : "none"), "all on one core")
        #expect(try await decision("\(cores)(x2)") == "none")
    }

    @Test("the number of ranks is known without initializing MPI", arguments: [nil, 1, 2])
    func launchedOnSeveralRanks(ranks: Int?) async throws {
        try await onRanks(ranks, arguments: ["\(ranks ?? 1)"]) { () throws in
            let ranks = try RankCheck.argument(0, as: Int.self)
            #expect(MPIAvailability.isLaunchedOnSeveralRanks == (ranks > 1))
            #expect(!Environment.isInitialized)
            _ = Communicator.world
            #expect(MPIAvailability.isLaunchedOnSeveralRanks == (ranks > 1))
        }
    }
}
