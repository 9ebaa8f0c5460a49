/// Computing that takes a certain time, for tasks.
struct BusyWork: Codable, Sendable {
    /// How many steps a task does.
    var steps: Int

    /// Does the steps.
    @inline(never)
    func run() -> Int {
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<steps {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
        }
        return Int(truncatingIfNeeded: state)
    }

    /// Work for so many seconds on this machine, measured now.
    static func taking(_ seconds: Double) -> BusyWork {
        guard seconds > 0 else { return BusyWork(steps: 0) }
        let trial = BusyWork(steps: 2_000_000)
        let times = (0..<5).map { _ in Stopwatch.time { keep(trial.run()) } }
        // The fastest was disturbed least.
        let step = (times.min() ?? 1) / Double(trial.steps)
        return BusyWork(steps: Int((seconds / step).rounded()))
    }

    /// What is not used might not be computed.
    @inline(never)
    static func keep(_ value: Int) { if value == 0 { print("") } }
}
