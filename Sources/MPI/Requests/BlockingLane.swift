internal import Synchronization

/// A thread that does the blocking operations of one communicator one after the other, for those who await them.
///
/// Collective operations must be called in the same order on all ranks, so there is one lane per communicator. Its thread is
/// started when it is needed first, and ends when the lane is gone and everything is done that was begun.
final class BlockingLane: Sendable {
    /// What the lane has in common with its thread, which must not keep the lane itself.
    private final class Work: Sendable {
        private struct State {
            var entries: [@Sendable () -> Void] = []
            var isStarted = false
            var isOver = false
        }

        private let state = Mutex(State())
        private let bell = Bell()

        func add(_ entry: @escaping @Sendable () -> Void) {
            let mustStart = state.withLock { state in
                state.entries.append(entry)
                defer { state.isStarted = true }
                return !state.isStarted
            }
            if mustStart { DetachedThread.start { self.serve() } }
            bell.ring()
        }

        var isStarted: Bool { state.withLock { $0.isStarted } }

        func end() {
            state.withLock { $0.isOver = true }
            bell.ring()
        }

        private func serve() {
            while let entries = next() {
                for entry in entries { entry() }
            }
        }

        private func next() -> [@Sendable () -> Void]? {
            while true {
                let (entries, isOver) = state.withLock { state in
                    defer { state.entries = [] }
                    return (state.entries, state.isOver)
                }
                if !entries.isEmpty { return entries }
                if isOver { return nil }
                bell.wait(nanoseconds: nil)
            }
        }
    }

    private let work = Work()

    deinit { work.end() }

    /// Does something that blocks, on the thread of the lane.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            enter { continuation.resume(with: Result { try body() }) }
        }
    }

    /// Waits until everything is done that was begun.
    func finish() {
        guard work.isStarted else { return }
        let bell = Bell()
        enter { bell.ring() }
        bell.wait(nanoseconds: nil)
    }

    /// Has something done that blocks, on the thread of the lane, and returns at once.
    func enter(_ entry: @escaping @Sendable () -> Void) { work.add(entry) }
}
