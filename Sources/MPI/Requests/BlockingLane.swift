internal import Synchronization

/// A thread that does the blocking operations of one communicator one after the other, for those who await them.
///
/// Collective operations must be called in the same order on all ranks, so there is one lane per communicator. Its thread is
/// started when it is needed first, and lives until the program ends.
final class BlockingLane: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var isStarted = false
    }

    private let state = Mutex(State())
    private let bell = Bell()

    /// Does something that blocks, on the thread of the lane.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enter { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Has something done that blocks, on the thread of the lane, and returns at once.
    func enter(_ work: @escaping @Sendable () -> Void) {
        let mustStart = state.withLock { state in
            state.work.append(work)
            defer { state.isStarted = true }
            return !state.isStarted
        }
        if mustStart { DetachedThread.start { self.serve() } }
        bell.ring()
    }

    private func serve() {
        while true {
            let work = state.withLock { state in
                defer { state.work = [] }
                return state.work
            }
            if work.isEmpty { bell.wait(nanoseconds: nil) }
            for entry in work { entry() }
        }
    }
}
