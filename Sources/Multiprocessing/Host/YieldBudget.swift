internal import Glibc

/// Decides whether a thread that looks for something to do gives its processor away between two looks.
///
/// It should if one that waits for the processor will cause what is looked for: two processes that talk through a Host, all on two
/// processors. But where others compute, the processor comes back only after milliseconds; so a yield that took long is the last one
/// for twenty times as long.
struct YieldBudget {
    /// What takes no longer was between those who talk.
    private static let briefness = Duration.microseconds(50)
    private static let share = 20
    private var resumption: ContinuousClock.Instant?

    /// Whether it is worth a try.
    func allows(at now: ContinuousClock.Instant) -> Bool { resumption.map { $0 <= now } ?? true }

    /// Notes when a yield began and ended.
    mutating func note(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) {
        let duration = start.duration(to: end)
        resumption = duration > YieldBudget.briefness ? end.advanced(by: duration * YieldBudget.share) : nil
    }

    /// Gives the processor away if it is worth it.
    mutating func yield() {
        let start = ContinuousClock.now
        guard allows(at: start) else { return }
        sched_yield()
        note(from: start, to: .now)
    }
}
