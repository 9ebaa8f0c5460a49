import Synchronization

/// Computing that takes a certain time, for tasks.
struct BusyWork: Codable, Sendable {
    /// How many steps a task does.
    var steps: Int

    /// Does the steps.
    ///
    /// - Parameter seed: What the steps begin with, for a compiler does what is always the same only once.
    /// - Returns: What came of it.
    @inline(never)
    func run(_ seed: Int) -> Int {
        var state = UInt64(truncatingIfNeeded: seed) | 1
        for _ in 0..<steps {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
        }
        // A compiler leaves out what has no effect, or does it later, when nobody measures any more.
        Self.effect.store(state, ordering: .relaxed)
        return Int(truncatingIfNeeded: state)
    }

    private static let effect = Atomic<UInt64>(0)

    /// Does a number of tasks, one after another, and returns how many seconds they took.
    func timeOfLoop(_ count: Int) -> Double {
        Stopwatch.time {
            for seed in 0..<count { _ = run(seed) }
        }
    }

    /// Work for so many seconds on this machine, measured now.
    static func taking(_ seconds: Double) -> BusyWork {
        guard seconds > 0 else { return BusyWork(steps: 0) }
        let trial = BusyWork(steps: 1_000_000)
        // The fastest was disturbed least.
        let time = (0..<10).map { _ in trial.timeOfLoop(1) }.min() ?? 1
        return BusyWork(steps: Int((seconds / time * Double(trial.steps)).rounded()))
    }
}
