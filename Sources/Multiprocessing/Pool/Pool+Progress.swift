internal import Glibc

extension Pool {
    /// How far a job has come.
    public struct Progress: Hashable, Sendable {
        /// How many tasks have ended, one way or the other.
        public var done: Int
        /// How many there are; `nil` while that is not known.
        public var total: Int?
        /// How long the job has been going on.
        public var elapsed: Duration

        /// How many tasks have ended in a second, on average.
        public var rate: Double {
            let (seconds, attoseconds) = elapsed.components
            let time = Double(seconds) + Double(attoseconds) / 1e18
            return time > 0 ? Double(done) / time : 0
        }
    }

    /// Who is told how far a job has come: at most ten times a second, and when it is complete.
    ///
    /// ```swift
    /// let lengths = try pool.map(files, progress: .bar) { try length(of: $0) }
    /// let sums = try pool.map(rows, progress: .calling { print($0.done, "of", $0.total ?? 0) }) { $0.sum }
    /// ```
    public struct ProgressObserver: Sendable {
        let observe: @Sendable (Progress, _ isComplete: Bool) -> Void

        /// A function, called on the thread for callbacks, for the last time before whoever waits for the result gets it.
        public static func calling(_ observer: @escaping @Sendable (Progress) -> Void) -> ProgressObserver {
            ProgressObserver { progress, _ in observer(progress) }
        }

        /// A bar on the standard error, if that is a terminal; nothing if it is not.
        public static var bar: ProgressObserver { bar(title: "") }

        /// A bar with a title before it.
        public static func bar(title: String) -> ProgressObserver {
            guard isatty(STDERR_FILENO) == 1 else { return ProgressObserver { _, _ in } }
            return ProgressObserver { progress, isComplete in
                var window = winsize()
                let width = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0 ? Int(window.ws_col) : 0
                let line = progress.line(title: title, width: width > 0 ? width : 80)
                let text = "\r" + line + (isComplete ? "\n" : "")
                Array(text.utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
            }
        }
    }
}

extension Pool.Progress {
    /// `title [#####     ] 50/100  50% 1.5 s 33.3/s`, filled up with spaces or cut to the width.
    func line(title: String, width: Int) -> String {
        let (seconds, attoseconds) = elapsed.components
        let time = Pool.Progress.text(Double(seconds) + Double(attoseconds) / 1e18)
        var facts = "\(done)"
        if let total { facts += "/\(total) \(total > 0 ? done * 100 / total : 100)%" }
        facts += " \(time) s \(Pool.Progress.text(rate))/s"
        var line = title.isEmpty ? "" : title + " "
        let room = width - 1 - line.count - facts.count - 3
        if let total, room >= 4 {
            let filled = total > 0 ? min(room, room * done / total) : room
            line += "[" + String(repeating: "#", count: filled)
            line += String(repeating: " ", count: room - filled) + "] "
        }
        line += facts
        // One place is left free: a terminal that is full to the edge begins a new line.
        line = String(line.prefix(max(0, width - 1)))
        return line + String(repeating: " ", count: max(0, width - 1 - line.count))
    }

    /// A number with one decimal.
    private static func text(_ number: Double) -> String {
        let tenths = Int((min(max(number, 0), 1e12) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// Counts results and tells an observer of it, not too often.
final class ProgressMeter: Sendable {
    private struct State {
        var done = 0
        var total: Int?
        var last: ContinuousClock.Instant
    }
    private let state: Monitor<State>
    private let start = ContinuousClock.now
    private let observer: Pool.ProgressObserver
    private static let interval = Duration.milliseconds(100)

    init(total: Int?, _ observer: Pool.ProgressObserver) {
        state = Monitor(State(total: total, last: start))
        self.observer = observer
    }

    /// Says how many tasks there are, once that is known.
    func know(total: Int) { state.withLock { $0.total = total } }

    func advance(by count: Int) {
        let now = ContinuousClock.now
        let progress = state.withLock { state -> Pool.Progress? in
            state.done += count
            guard state.last.duration(to: now) >= ProgressMeter.interval else { return nil }
            state.last = now
            return Pool.Progress(done: state.done, total: state.total, elapsed: start.duration(to: now))
        }
        if let progress { CallbackThread.shared.run { self.observer.observe(progress, false) } }
    }

    /// Tells the observer for the last time, at once.
    func finish() {
        let progress = state.withLock {
            Pool.Progress(done: $0.done, total: $0.total, elapsed: start.duration(to: .now))
        }
        observer.observe(progress, true)
    }
}
