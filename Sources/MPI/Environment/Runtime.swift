internal import CProcessSupport
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The one MPI environment of this program: initialized on first use, finalized at exit.
enum Runtime {
    struct State {
        enum Phase {
            case untouched
            /// Running. If another library initialized MPI, that library finalizes it.
            case running(isOurs: Bool)
            case finalized
        }
        var phase = Phase.untouched
        var level: ThreadLevel?
        /// Threads that the MPI library started.
        var threadCount = 0
        var worldRank = 0
        var worldSize: Int?
        /// Called at the end, last first.
        var actions: [@Sendable () -> Void] = []
        /// Free what this library has made for itself.
        var possessions: [@Sendable () -> Void] = []
        var isWatchingExit = false
        /// The process that registered actions.
        ///
        /// One forked from it does none of them.
        var watchedProcess: pid_t = 0
        /// The process that is the rank.
        ///
        /// One forked from it leaves MPI alone.
        var rankProcess: pid_t = 0
        var reasonNotToCommunicate: String?
    }

    static let state = Mutex(State())

    /// Whether the library has reported the failure of a rank.
    static let hasLostRank = Atomic(false)

    // MARK: Beginning

    @discardableResult
    static func initialize(_ wanted: ThreadLevel) throws(MPIError) -> ThreadLevel {
        let outcome: Result<ThreadLevel, MPIError> = state.withLock { state in
            if let reason = state.reasonNotToCommunicate {
                return .failure(MPIError(.notRunning, call: "MPI_Init_thread", text: refusal(reason)))
            }
            do throws(MPIError) {
                return .success(try initialize(wanted, &state))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private static func initialize(_ wanted: ThreadLevel, _ state: inout State) throws(MPIError)
        -> ThreadLevel
    {
        if case .running = state.phase, let level = state.level {
            guard state.rankProcess == getpid() else { throw forkedError("MPI_Init_thread") }
            return level
        }
        guard !libraryIsFinalized else {
            throw MPIError(
                .notRunning,
                call: "MPI_Init_thread",
                text: "MPI has been finalized, and cannot be initialized again"
            )
        }
        let isOurs = !libraryIsInitialized
        let threadsBefore = threadsOfProcess
        if isOurs {
            LaunchEnvironment.preferYielding()
            try initializeLibrary(wanted)
            state.threadCount = max(0, threadsOfProcess - threadsBefore)
        }
        let level = try providedLevel()
        state.level = level
        // An error must come back as one, not end the program: MPI's own choice is the opposite.
        try RawCommunicator.world.returnErrors()
        try RawCommunicator.alone.returnErrors()
        state.worldRank = Int(try RawCommunicator.world.rank())
        state.worldSize = Int(try RawCommunicator.world.size())
        state.phase = .running(isOurs: isOurs)
        state.rankProcess = getpid()
        closeGateInForkedProcesses()
        watchExit(&state)
        initializingThread.store(thisThread, ordering: .releasing)
        if level == .serialized { Gate.put(Gate.Obstacle.serialized) }
        if level < .serialized { Gate.put(Gate.Obstacle.singleThread) }
        return level
    }

    /// Initializes MPI for a use that cannot throw; a failure ends the program with a message.
    static func start() {
        do throws(MPIError) {
            try initialize(.multiple)
        } catch {
            end("MPI cannot be used. \(error)")
        }
    }

    static var threadLevel: ThreadLevel? { state.withLock { $0.level } }
    static var threadCount: Int { state.withLock { $0.threadCount } }
    static var worldSize: Int? { state.withLock { $0.worldSize } }
    static var isInitializingThread: Bool { initializingThread.load(ordering: .acquiring) == thisThread }
    private static let initializingThread = Atomic<UInt>(0)

    private static var thisThread: UInt {
        #if canImport(Glibc)
        UInt(pthread_self())
        #else
        UInt(bitPattern: pthread_self())
        #endif
    }

    private static var threadsOfProcess: Int {
        guard let directory = opendir("/proc/self/task") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }

    // MARK: Where MPI may not be used

    /// A forked process has a copy of the connections of the rank, over which it would really send.
    private static func closeGateInForkedProcesses() {
        pthread_atfork(nil, nil) { Gate.put(Gate.Obstacle.forked) }
    }

    static func forkedError(_ name: StaticString) -> MPIError {
        MPIError(
            .notRunning,
            call: name,
            text: "this process was forked from a rank and is none itself; MPI can be used in the rank only"
        )
    }

    static func forbid(_ reason: String) {
        state.withLock { $0.reasonNotToCommunicate = reason }
        Gate.put(Gate.Obstacle.forbidden)
    }

    private static func refusal(_ reason: String) -> String {
        "Communicator is not available here: \(reason)"
    }

    /// Ends a program that uses MPI where it may not.
    static func refuse() -> Never {
        let reason = state.withLock { $0.reasonNotToCommunicate } ?? "the process is no rank"
        report(refusal(reason))
        exit(EXIT_FAILURE)
    }

    /// Ends a program for which there is no way on.
    ///
    /// Nothing of it is run any more.
    private static func end(_ message: String) -> Never {
        report(message)
        fflush(nil)
        _exit(EXIT_FAILURE)
    }

    /// Writes a line to the standard error output, in one piece.
    static func report(_ message: String) {
        let line = "swift-mpi: \(message)\n"
        var rest = Array(line.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno != EINTR {
                return
            }
        }
    }
}
