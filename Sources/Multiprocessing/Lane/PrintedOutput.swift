internal import CProcessSupport
internal import Glibc

/// What this process has printed and is not shown yet, if its Host passes that on.
enum PrintedOutput {
    private enum Watch {
        /// Nobody passes on what it prints.
        case nothing
        /// The descriptor says whether there is something that the Host has not read, and the memory whether it has something in hand.
        case pipes(Int32, OutputInHand)
        case unknown
    }

    private struct Beginning {
        let outputInHand: OutputInHand
        /// The pipes to the Host.
        let pipes = streams.map(cps_pipe_number)
    }

    private static let streams = [STDOUT_FILENO, STDERR_FILENO]
    // Set once, before the process's work begins; after that it is only read.
    nonisolated(unsafe) private static var beginning: Beginning?

    /// Called by a process, once, before its work begins.
    static func begin(_ outputInHand: OutputInHand) { beginning = Beginning(outputInHand: outputInHand) }

    private static let watch: Watch = {
        guard let beginning, beginning.pipes.contains(where: { $0 != 0 }) else { return .nothing }
        // What the program has redirected meanwhile is its own, and nobody knows what it had written before.
        guard streams.map(cps_pipe_number) == beginning.pipes else { return .unknown }
        let pipes = zip(streams, beginning.pipes).filter { $1 != 0 }.map(\.0)
        let descriptor = cps_watch_pipes(pipes, Int32(pipes.count))
        return descriptor < 0 ? .unknown : .pipes(descriptor, beginning.outputInHand)
    }()

    /// Whether all of it is shown, or with those who show it.
    static var isShown: Bool {
        switch watch {
        case .nothing: true
        // In this order: the Host takes it in hand before it reads.
        case .pipes(let descriptor, let inHand): cps_has_unread(descriptor) == 0 && !inHand.isSet
        case .unknown: false
        }
    }

    /// Waits for a moment until it is, if need be; returns whether it is.
    static func waitForMoment() -> Bool {
        var wait = SpinWait()
        while !isShown { guard wait.goOn() else { return false } }
        return true
    }
}
