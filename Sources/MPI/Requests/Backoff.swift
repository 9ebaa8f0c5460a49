#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// How long to pause between two looks at something that has not happened yet: not at all, then a turn for others, then a sleep
/// that grows to a millisecond.
struct Backoff {
    private var round = 0
    private let policy: WaitingPolicy
    private static let roundsWithoutPause = LaunchEnvironment.isOversubscribed ? 0 : 500
    private static let roundsWithoutSleep = 4_000
    private static let longestSleep = 1_000_000

    /// A row of pauses; if nothing is said they grow, since somebody polls who could not let the library wait.
    init(_ policy: WaitingPolicy = .backOff) {
        self.policy = policy
    }

    /// Begins anew, since something has happened.
    mutating func reset() { round = 0 }

    /// How many nanoseconds to sleep before the next look, or `nil` if it is too early for that.
    mutating func next() -> Int? {
        switch policy {
        case .spin: return nil
        case .yield:
            sched_yield()
            return nil
        case .backOff: break
        }
        round += 1
        if round <= Self.roundsWithoutPause { return nil }
        guard round > Self.roundsWithoutSleep else {
            sched_yield()
            return nil
        }
        return min(Self.longestSleep, 20_000 + (round - Self.roundsWithoutSleep) * 10_000)
    }

    /// Does what the program is owed while it waits, then pauses before the next look.
    mutating func pause() {
        UnmatchedReceives.lookEverywhere()
        guard let nanoseconds = next() else { return }
        var time = timespec(tv_sec: 0, tv_nsec: nanoseconds)
        nanosleep(&time, nil)
    }
}
