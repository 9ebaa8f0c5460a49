internal import DequeModule

/// The thread on which callbacks run, one after the other, so that one that takes its time holds up nothing else.
///
/// It exists only while there is something to call. If a callback itself waits for something that other callbacks may have to
/// come before, another thread takes over meanwhile.
final class CallbackThread: Sendable {
    static let shared = CallbackThread()

    private struct State {
        var work: Deque<@Sendable () -> Void> = []
        /// The thread whose turn it is to call, if there is one.
        var server: Int?
        /// Threads that have not ended, and those that have nothing more to do than to end.
        var running: [Int: NativeThread] = [:]
        var ended: [NativeThread] = []
        var lastNumber = 0
    }
    private let state = Monitor(State())

    func run(_ work: @escaping @Sendable () -> Void) {
        let (number, ended) = state.withLock { state -> (Int?, [NativeThread]) in
            state.work.append(work)
            guard state.server == nil else { return (nil, []) }
            defer { state.ended = [] }
            return (startServer(&state) ? nil : state.lastNumber, state.ended)
        }
        for thread in ended { thread.join() }
        // Without a thread of their own they run here, rather than never.
        if let number { serve(number) }
    }

    /// Starts a thread, whose turn it is then in any case; returns false if there is none to be had.
    ///
    /// It finds itself among the running ones, for it waits for the lock first.
    private func startServer(_ state: inout State) -> Bool {
        state.lastNumber += 1
        let number = state.lastNumber
        state.server = number
        guard let thread = try? NativeThread(name: "mpi-callbacks", { self.serve(number) }) else {
            return false
        }
        state.running[number] = thread
        return true
    }

    private func serve(_ number: Int) {
        while let work = nextWork(number) { work() }
        state.wakeAll()
    }

    private func nextWork(_ number: Int) -> (@Sendable () -> Void)? {
        state.withLock { state in
            if state.server == number {
                if let work = state.work.popFirst() { return work }
                state.server = nil
            }
            if let thread = state.running.removeValue(forKey: number) { state.ended.append(thread) }
            return nil
        }
    }

    /// Whether the calling thread is one for callbacks.
    var isCurrent: Bool { state.withLock { $0.running.values.contains { $0.isCurrent } } }

    /// To be called before a wait for something that a callback may have to come before.
    ///
    /// On a thread for callbacks, the next one then runs on another thread.
    func prepareToWait() {
        state.withLock { state in
            guard let number = state.server, state.running[number]?.isCurrent == true else { return }
            state.server = nil
            // If there is no other thread to be had, it is still this one's turn.
            if !state.work.isEmpty, !startServer(&state) { state.server = number }
        }
    }

    /// Waits until everything has been called and the threads are gone.
    func finish() {
        prepareToWait()
        let ended = state.wait { state -> [NativeThread]? in
            // The program may be ended by a callback.
            guard state.server == nil, state.running.values.allSatisfy(\.isCurrent) else { return nil }
            defer { state.ended = [] }
            return state.ended
        }
        for thread in ended ?? [] { thread.join() }
    }
}
