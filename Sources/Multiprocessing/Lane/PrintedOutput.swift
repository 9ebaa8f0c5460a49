internal import CProcessSupport
internal import Glibc
internal import Synchronization

/// What this process has printed and is not shown yet, if its Host passes that on.
enum PrintedOutput {
    // Set before the process's work begins; after that it is only read. In a main program it stays empty.
    nonisolated(unsafe) private static var watch: OutputWatch?

    /// Called by a process before its work begins.
    static func begin(_ inHand: OutputInHand) { watch = OutputWatch(inHand) }

    /// Whether it can be known.
    static var isKnowable: Bool { watch?.isKnowable ?? true }

    /// Whether all whole lines are shown, or on their way to the rank that shows them.
    static var isShown: Bool { watch?.isShown ?? true }

    /// Waits for a moment until they are; returns whether they are.
    static func waitForMoment() -> Bool {
        var wait = SpinWait()
        while !isShown { guard isKnowable, wait.goOn() else { return false } }
        return true
    }
}

/// Looks at the pipes in which a process's output goes to its Host.
private final class OutputWatch: Sendable {
    private enum State {
        case new
        /// Nobody passes on what is printed.
        case unneeded
        /// By this descriptor it is known whether the Host has read everything.
        case watching(Int32)
        case impossible
    }

    private static let streams = [STDOUT_FILENO, STDERR_FILENO]
    private let inHand: OutputInHand
    /// The pipes as they are at the beginning; 0 for what is none.
    private let pipes: [UInt64]
    private let state = Mutex(State.new)

    init(_ inHand: OutputInHand) {
        self.inHand = inHand
        pipes = OutputWatch.streams.map(cps_pipe_number)
    }

    var isKnowable: Bool {
        if case .impossible = begun() { false } else { true }
    }

    var isShown: Bool {
        switch begun() {
        case .watching(let descriptor): cps_has_unread(descriptor) == 0 && !inHand.isSet
        case .unneeded: true
        case .new, .impossible: false
        }
    }

    private func begun() -> State {
        state.withLock { state in
            if case .new = state { state = begin() }
            return state
        }
    }

    private func begin() -> State {
        guard pipes.contains(where: { $0 != 0 }) else { return .unneeded }
        // What the program has redirected meanwhile is its own, and nobody knows what it had written before.
        guard OutputWatch.streams.map(cps_pipe_number) == pipes else { return .impossible }
        let watched = zip(OutputWatch.streams, pipes).filter { $1 != 0 }.map(\.0)
        let descriptor = cps_watch_pipes(watched, Int32(watched.count))
        return descriptor < 0 ? .impossible : .watching(descriptor)
    }
}
