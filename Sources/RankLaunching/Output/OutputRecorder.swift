import Synchronization

/// Keeps the lines of a job in the order in which they came, and wakes those who wait for the next one.
final class OutputRecorder: Sendable {
    /// More characters than this are counted, not kept.
    private static let limit = 64 << 20

    private struct State {
        var lines: [OutputLine] = []
        var size = 0
        var dropped = 0
        var isFinished = false
        var waiting: [CheckedContinuation<Void, Never>] = []

        mutating func takeWaiting() -> [CheckedContinuation<Void, Never>] {
            defer { waiting = [] }
            return waiting
        }
    }

    private let state = Mutex(State())

    /// Adds lines and wakes whoever waits.
    func append(_ lines: [OutputLine]) {
        if lines.isEmpty { return }
        let waiting = state.withLock { state in
            for line in lines {
                guard state.size < Self.limit else {
                    state.dropped += 1
                    continue
                }
                state.size += line.text.utf8.count + 1
                state.lines.append(line)
            }
            return state.takeWaiting()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Says that no more lines will come.
    ///
    /// Saying it again changes nothing.
    func finish() {
        let waiting = state.withLock { state in
            if state.dropped > 0 && !state.isFinished {
                state.lines.append(OutputLine("… and \(state.dropped) more lines", stream: .error))
            }
            state.isFinished = true
            return state.takeWaiting()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// All lines so far.
    var lines: [OutputLine] {
        state.withLock { $0.lines }
    }

    /// The line with a number, counted from 0; waits until it is there.
    ///
    /// - Returns: The line, or `nil` if the job ended without it.
    func line(at index: Int) async -> OutputLine? {
        while true {
            let found: OutputLine?? = state.withLock { state in
                if index < state.lines.count { return .some(state.lines[index]) }
                return state.isFinished ? .some(nil) : nil
            }
            if let found { return found }
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if index < state.lines.count || state.isFinished { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isThere { continuation.resume() }
            }
        }
    }
}
