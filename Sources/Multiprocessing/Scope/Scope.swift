internal import CProcessSupport
internal import ClosureCoding
internal import Glibc
internal import Logging
internal import MPI
internal import Synchronization

/// One `withProcesses` on one rank, from its entry to its end.
final class Scope: Sendable {
    private let endpoint: Endpoint
    private let hostThread: NativeThread
    let runsBlock: Bool
    private let hasEnded = Monitor(false)

    /// The number of scopes that this program has entered.
    private static let epoch = Mutex<UInt32>(0)
    /// The scope that `exit` has to see to.
    private static let current = Mutex<Scope?>(nil)

    /// Sets everything up.
    ///
    /// Collective over the ranks.
    init(_ placement: BlockPlacement, _ startMethod: StartMethod?, _ output: OutputForm?) throws {
        let startMethod = startMethod ?? Process.startMethod
        // What is opened from here on must not get the number of a stream that was closed, and be printed into.
        cps_open_standard_streams()
        // Line by line, so that what the main program and the processes print comes in the order in which it happened.
        cps_buffer_output_by_line()
        Lineage.begin(path: [], isDaemon: false, parent: nil)
        let server = try Scope.makeServer(startMethod)
        let meeting: Meeting
        do {
            meeting = try Meeting(output ?? OutputForm.ofEnvironment ?? .plain)
        } catch {
            server.stop()
            throw error
        }
        let epoch = Scope.epoch.withLock { epoch in
            epoch += 1
            return epoch
        }
        let helm = try Helm()
        runsBlock = placement == .everyRank || meeting.rank == 0
        endpoint = Endpoint(
            address: .main(ofRank: meeting.rank),
            parent: .main(ofRank: meeting.rank),
            hostName: HostName.current,
            mainRank: placement == .everyRank ? meeting.rank : 0,
            rankCount: meeting.size,
            startMethod: startMethod,
            epoch: epoch,
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
                jobProcessorCount: meeting.jobProcessorCount
            ),
            transport: meeting.transport,
            helm: helm,
            mainEndpoint: endpoint,
            doorbell: meeting.doorbell,
            server: server
        )
        helm.steers(host)
        let handedOver = HandedOver(host)
        let hasEnded = hasEnded
        hostThread = try NativeThread(name: "mpi-host") {
            handedOver.value.run()
            hasEnded.withLock { $0 = true }
            hasEnded.wakeAll()
        }
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
        CallbackThread.shared.finish()
        Endpoint.makeCurrent(nil)
        Scope.current.withLock { $0 = nil }
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
            scope.end(withError: false)
        }
    }
}
