internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The one thread that moves operations along which somebody awaits, or which were dropped.
///
/// MPI can only be polled, and polling must not keep a thread of the cooperative pool busy. The thread is started when it is
/// needed first. While nothing happens it looks less and less often, down to once a millisecond; with nothing to watch it sleeps.
final class ProgressThread: Sendable {
    static let shared = ProgressThread()

    private struct Watched {
        let operation: any PendingOperation
        let end: @Sendable () -> Void
    }

    private struct State {
        var arrivals: [Watched] = []
        var isStarted = false
        var isStopping = false
        var hasStopped = false
    }

    private let state = Mutex(State())
    private let bell = Bell()

    private init() {}

    /// Moves an operation along until it has ended.
    ///
    /// The closure is called by this thread when the operation has ended.
    func watch(_ operation: any PendingOperation, end: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.arrivals.append(Watched(operation: operation, end: end))
            defer { state.isStarted = true }
            return !state.isStarted
        }
        if mustStart { DetachedThread.start { ProgressThread.shared.run() } }
        bell.ring()
    }

    /// Waits until an operation has ended, or the time is up, without keeping a thread.
    func completion(of operation: any PendingOperation, deadline: Deadline = .never) async {
        if operation.advance() { return }
        let watched: any PendingOperation = deadline.isNever ? operation : Limited(operation, deadline)
        await withCheckedContinuation { continuation in
            watch(watched) { continuation.resume() }
        }
    }

    /// An operation that is watched for a while only.
    private final class Limited: PendingOperation {
        private let operation: any PendingOperation
        private let deadline: Deadline

        init(_ operation: any PendingOperation, _ deadline: Deadline) {
            self.operation = operation
            self.deadline = deadline
        }

        func advance() -> Bool { operation.advance() || deadline.isOver }
    }

    private func run() {
        var watched: [Watched] = []
        var backoff = Backoff()
        while true {
            let (arrivals, isStopping) = state.withLock { state in
                defer { state.arrivals = [] }
                return (state.arrivals, state.isStopping)
            }
            if !arrivals.isEmpty {
                watched += arrivals
                backoff.reset()
            }
            if isStopping {
                Self.lookOnceMore(at: &watched)
                break
            }
            if watched.isEmpty {
                bell.wait(nanoseconds: nil)
                continue
            }
            let before = watched.count
            watched.removeAll { entry in
                guard entry.operation.advance() else { return false }
                entry.end()
                return true
            }
            if watched.count < before {
                backoff.reset()
            } else if let nanoseconds = backoff.next() {
                bell.wait(nanoseconds: nanoseconds)
            }
        }
        // What is left is MPI's until the program is gone.
        if !watched.isEmpty { _ = Unmanaged.passRetained(Remains(watched.map(\.operation))) }
        state.withLock { $0.hasStopped = true }
    }

    /// Lets what is complete by now end, so that the library need not keep it: a send that was dropped may have arrived since the last look.
    ///
    /// What still waits for others is not waited for, since they may never come.
    private static func lookOnceMore(at watched: inout [Watched]) {
        for _ in 0..<lastLooks where !watched.isEmpty {
            watched.removeAll { entry in
                guard entry.operation.advance() else { return false }
                entry.end()
                return true
            }
            sched_yield()
        }
    }
    private static let lastLooks = 1_000

    /// Operations that nobody will move along any more, kept for the sake of the memory that the library uses.
    private final class Remains {
        let operations: [any PendingOperation]
        init(_ operations: [any PendingOperation]) { self.operations = operations }
    }

    /// Ends the thread, before MPI is finalized.
    func stop() {
        let isRunning = state.withLock { state in
            state.isStopping = true
            return state.isStarted && !state.hasStopped
        }
        guard isRunning else { return }
        bell.ring()
        while !state.withLock({ $0.hasStopped }) { sched_yield() }
    }
}
