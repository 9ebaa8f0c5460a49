internal import CProcessSupport
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

extension Runtime {
    static func beforeFinalizing(_ action: @escaping @Sendable () -> Void) {
        state.withLock { state in
            watchExit(&state)
            state.actions.append(action)
        }
    }

    /// Has something freed right before MPI is finalized, which this library has made for itself and keeps until then; last made, first freed.
    ///
    /// What is freed collectively is made collectively, hence in the same order on all ranks.
    static func freeAtEnd(_ free: @escaping @Sendable () -> Void) {
        state.withLock { $0.possessions.append(free) }
    }

    /// Has `programEnds` called at the end of the program.
    static func watchExit(_ state: inout State) {
        if state.watchedProcess != getpid() { state.actions.removeAll { _ in state.watchedProcess != 0 } }
        state.watchedProcess = getpid()
        guard !state.isWatchingExit else { return }
        state.isWatchingExit = cps_on_exit { status in Runtime.programEnds(status) } == 0
    }

    /// The program ends by `exit` or by returning from its main function.
    private static func programEnds(_ status: Int32) {
        let (isWatched, isRunning) = state.withLock { state in
            (state.watchedProcess == getpid(), isRunningHere(state))
        }
        guard isWatched, !Gate.has(Gate.Obstacle.forbidden) else { return }
        guard status == 0 else {
            if isRunning, !libraryIsFinalized { abandon(status) }
            return
        }
        while let action = state.withLock({ $0.actions.popLast() }) { action() }
        do throws(MPIError) {
            try finalize()
        } catch {
            report("MPI could not be finalized. \(error)")
        }
    }

    /// This rank has failed; the others must not wait for it.
    private static func abandon(_ status: Int32) -> Never {
        let (rank, size) = state.withLock { ($0.worldRank, $0.worldSize ?? 1) }
        report(
            """
            rank \(rank) of \(size) on \(hostName) ended with exit status \(status)\
            \(size > 1 ? "; all ranks of the job are ended" : "")
            """
        )
        abort(status: status)
    }

    /// Whether this library initialized MPI in this very process, and has not finalized it.
    private static func isRunningHere(_ state: State) -> Bool {
        if case .running(isOurs: true) = state.phase { return state.rankProcess == getpid() }
        return false
    }

    static func abort(status: Int32) -> Never {
        fflush(nil)
        if libraryIsInitialized, !libraryIsFinalized,
            !Gate.has(Gate.Obstacle.forbidden | Gate.Obstacle.forked)
        {
            abortLibrary(status)
        }
        // Where the library returned: the status must not become 0 because it has bits above the lowest eight only.
        _exit(status & 0xFF == 0 ? EXIT_FAILURE : status)
    }

    static func finalize() throws(MPIError) {
        guard state.withLock({ isRunningHere($0) }), !libraryIsFinalized else { return }
        ProgressThread.shared.stop()
        if hasLostRank.load(ordering: .relaxed) {
            finalizeWithoutLostRanks(seconds: 5)
        } else if LaunchEnvironment.goesOnWithoutLostRanks {
            // One may be lost of which nothing is known; otherwise the others have this long to come to their end, too.
            finalizeWithoutLostRanks(seconds: 10)
        } else {
            while let free = state.withLock({ $0.possessions.popLast() }) { free() }
            try finalizeLibrary()
        }
        Gate.put(Gate.Obstacle.finalized)
        state.withLock { $0.phase = .finalized }
    }

    /// Finalizes as far as that can be done with ranks missing: a library may wait for them for ever.
    private static func finalizeWithoutLostRanks(seconds: UInt64) {
        let hasEnded = Atomic(false)
        let bell = Bell()
        DetachedThread.start {
            do throws(MPIError) {
                try finalizeLibrary()
            } catch {
                report("MPI could not be finalized; perhaps a rank has failed. \(error)")
            }
            hasEnded.store(true, ordering: .releasing)
            bell.ring()
        }
        bell.wait(nanoseconds: .init(seconds) * 1_000_000_000)
        guard !hasEnded.load(ordering: .acquiring) else { return }
        report(
            "MPI has not been finalized within \(seconds) seconds, as if a rank had failed; the program ends without that"
        )
        fflush(nil)
        _exit(EXIT_SUCCESS)
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "an unknown host" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
