internal import CProcessSupport
internal import ClosureCoding
internal import Glibc
internal import Logging
internal import MPI
internal import Synchronization

/// One `withProcesses` on one rank, from its entry to its end.
final class Scope: Sendable {
    private let endpoint: Endpoint
    private let helm: Helm
    private let hostThread: NativeThread
    private let descriptorLimit: DescriptorLimit
    let runsBlock: Bool
    /// Whether the Host has ended, and whether nothing is left of the scope.
    private let hasEnded = Monitor(false)
    private let isGone = Monitor(false)
    /// What kept the ranks from ending together.
    private let breakdown = Monitor<ProcessingError?>(nil)
    /// The blocks of other threads and tasks inside of this one.
    private let guests = Monitor(Guests())

    private struct Guests {
        var count = 0
        /// Whether it is too late to come.
        var isOver = false
    }

    /// The number of scopes that this program has entered.
    private static let epoch = Mutex<UInt32>(0)
    /// The scope that `exit` has to see to.
    private static let current = Mutex<Scope?>(nil)

    // MARK: Entering

    /// What a call of `withProcesses` finds.
    enum Entry {
        /// Nothing yet: what it needs was set up.
        case owner(Scope)
        /// Another block of the program is going on; it ends after this one.
        case guest(Scope)
        /// Everything that there will be: it was called in a process, or where no block is run.
        case inside
        case elsewhere
    }

    private static let entry = Monitor(())

    /// Enters: of several threads that do so at once one sets everything up, and the others are its guests.
    static func enter(_ placement: BlockPlacement, _ startMethod: StartMethod?, _ output: OutputForm?) throws
        -> Entry
    {
        // A process may have been forked while `entry` was locked. A callback may be waited for by the end of the block.
        if let endpoint = Endpoint.current, !endpoint.address.isMainProgram || CallbackThread.shared.isCurrent
        {
            return .inside
        }
        return try entry.withLock { _ in
            if let scope = current.withLock({ $0 }) {
                guard scope.runsBlock else { return .elsewhere }
                if scope.admitGuest() { return .guest(scope) }
                _ = scope.isGone.wait { $0 ? true : nil }
            }
            return .owner(try Scope(placement, startMethod, output))
        }
    }

    private func admitGuest() -> Bool {
        guests.withLock { guests in
            if !guests.isOver { guests.count += 1 }
            return !guests.isOver
        }
    }

    func guestLeaves() {
        guests.withLock { $0.count -= 1 }
        guests.wakeAll()
    }

    /// Waits until no guest is left, unless an error ended the block, and lets nobody in any more.
    private func closeDoor(withError hasFailed: Bool) {
        guests.wait { guests -> Void? in
            guard guests.count == 0 || hasFailed else { return nil }
            guests.isOver = true
            return ()
        }
    }

    /// Sets everything up.
    ///
    /// Collective over the ranks.
    private init(_ placement: BlockPlacement, _ startMethod: StartMethod?, _ output: OutputForm?) throws {
        let startMethod = startMethod ?? Process.startMethod
        // What is opened from here on must not get the number of a stream that was closed, and be printed into.
        cps_open_standard_streams()
        // Line by line, so that what the main program and the processes print comes in the order in which it happened.
        cps_buffer_output_by_line()
        Lineage.begin(path: [], isDaemon: false, parent: nil)
        // Its thread has to have ended: a server can be forked only while there is no other one.
        let early = Crew.current?.resume() ?? []
        let server = try Scope.makeServer(startMethod)
        let epoch = Scope.epoch.withLock { epoch in
            epoch += 1
            return epoch
        }
        let meeting: Meeting
        do {
            meeting = try Meeting(output ?? OutputForm.ofEnvironment ?? .plain, epoch: epoch, early: early)
        } catch {
            server.stop()
            throw error
        }
        helm = try Helm()
        runsBlock = placement == .everyRank || meeting.rank == 0
        endpoint = Endpoint(
            address: .main(ofRank: meeting.rank),
            parent: .main(ofRank: meeting.rank),
            hostName: HostName.current,
            mainRank: placement == .everyRank ? meeting.rank : 0,
            rankCount: meeting.size,
            startMethod: startMethod,
            epoch: epoch,
            claims: ClaimMemory(),
            outlet: helm,
            inlet: helm
        )
        let host = try Host(
            setup: .init(
                rank: meeting.rank,
                size: meeting.size,
                epoch: epoch,
                hostName: HostName.current,
                blockCount: placement == .everyRank ? meeting.size : 1,
                outputForm: meeting.outputForm,
                jobProcessorCount: meeting.jobProcessorCount,
                hostNames: meeting.hostNames,
                rankTimeout: meeting.rankTimeout,
                observation: meeting.observation,
                clockOffset: meeting.clockOffset,
                isObservable: true,
                survivesLosses: meeting.survivesLosses,
                losses: meeting.losses,
                neighbours: meeting.neighbours
            ),
            transport: meeting.transport,
            helm: helm,
            mainEndpoint: endpoint,
            doorbell: meeting.doorbell,
            server: server
        )
        if let record = host.observation.mainRecord { Recorder.begin(record) }
        helm.steers(host)
        let handedOver = HandedOver(host)
        let (hasEnded, breakdown) = (hasEnded, breakdown)
        hostThread = try NativeThread(name: "mpi-host") {
            handedOver.value.run()
            breakdown.withLock { $0 = handedOver.value.breakdown }
            // Nobody else looks at it before this thread has ended.
            Crew.current?.losses = handedOver.value.roll.lost
            Crew.current?.early = handedOver.value.early
            hasEnded.withLock { $0 = true }
            hasEnded.wakeAll()
        }
        descriptorLimit = .raised()
        Endpoint.makeCurrent(endpoint)
        Scope.current.withLock { $0 = self }
        Scope.watchExit()
    }

    /// Forks the server if it is safe: only if no other thread of the program runs Swift code.
    ///
    /// The threads of MPI do not.
    private static func makeServer(_ startMethod: StartMethod) throws -> ForkServer {
        guard hasOtherThreads() else { return try .forked() }
        if startMethod == .forkServer {
            Logger(label: "swift-mpi").notice(
                """
                the program has other threads, so its processes begin with a fresh copy of it: top-level variables of \
                main.swift are not set there. Enter withProcesses before the first await or thread, or let closures \
                capture what they need
                """
            )
        }
        return try .executed()
    }

    private static func hasOtherThreads() -> Bool {
        // The system may go on counting a thread for a moment that has ended and was joined.
        for _ in 0..<20 {
            if NativeThread.count - MPIAvailability.threadCount <= 1 { return false }
            usleep(100)
        }
        return true
    }

    // MARK: The end

    /// Ends this rank's part: its daemons are ended and its other processes waited for, unless an error ended the block.
    func end(withError hasFailed: Bool) {
        closeDoor(withError: hasFailed)
        if !hasFailed { endpoint.finishChildren() }
        let frame = endpoint.makeFrame(.blockEnded, to: .host(ofRank: 0), argument: hasFailed ? 1 : 0)
        // It is heard even if an error elsewhere has ended everything; if the Host is gone, so be it.
        try? endpoint.notify(frame)
        serve()
    }

    /// See `end(withError:)`.
    func end(withError hasFailed: Bool) async {
        await onOwnThread { self.end(withError: hasFailed) }
    }

    /// Waits until all is over.
    func serve() {
        _ = hasEnded.wait { $0 ? true : nil }
        hostThread.join()
        descriptorLimit.restore()
        Crew.current?.rest()
        CallbackThread.shared.finish()
        Endpoint.makeCurrent(nil)
        Scope.current.withLock { $0 = nil }
        isGone.withLock { $0 = true }
        isGone.wakeAll()
    }

    /// Throws what kept the ranks from ending together, once all is over.
    func checkThatRanksEndedTogether() throws {
        if let breakdown = breakdown.withLock({ $0 }) { throw breakdown }
    }

    /// The end of a program that has called `exit`: its other threads are not told, nor waited for.
    private func endByExit() {
        // One action is registered for each scope there ever was.
        guard helm.noteExit() else { return }
        guests.withLock { $0.isOver = true }
        if runsBlock {
            endpoint.finishChildren()
            // If the Host has ended, so be it.
            try? endpoint.notify(endpoint.makeFrame(.blockEnded, to: .host(ofRank: 0)))
        }
        _ = hasEnded.wait { $0 ? true : nil }
        CallbackThread.shared.finish()
    }

    /// See `serve()`.
    func serve() async {
        await onOwnThread { self.serve() }
    }

    /// Runs what blocks on a thread of its own, which is none of the cooperative pool.
    private func onOwnThread(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            do {
                try NativeThread(name: "mpi-scope") {
                    body()
                    continuation.resume()
                }.detach()
            } catch {
                body()
                continuation.resume()
            }
        }
    }

    /// Makes `exit(0)` inside the block end it properly; any other status ends everything at once, through MPI if it is there.
    private static func watchExit() {
        MPIAvailability.beforeFinalizing {
            guard let scope = Scope.current.withLock({ $0 }) else { return }
            scope.endByExit()
        }
    }
}
