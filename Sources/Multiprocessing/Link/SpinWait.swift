internal import CProcessSupport
internal import Glibc

/// How a thread waits for another that is probably about to act: it looks again and again for a short time, since to sleep and to be
/// woken takes tens of microseconds.
///
/// ```swift
/// var wait = SpinWait()
/// while !ring.hasInput { guard wait.goOn() else { return sleep() } }
/// ```
/// For about a microsecond it only pauses; then it gives its processor to whoever wants it, who may be the one that it waits for. Were it longer,
/// two that share a processor would keep each other waiting until both sleep, and nothing would ever part them.
struct SpinWait {
    /// How long it is worth it.
    private static let limit = Duration.microseconds(50)
    private var pauseCount: Int
    private var deadline: ContinuousClock.Instant?

    init() { pauseCount = Machine.processorCount > 1 ? 32 : 0 }

    /// Lets a moment pass; false when it is time to sleep.
    mutating func goOn() -> Bool {
        if pauseCount > 0 {
            pauseCount -= 1
            cps_pause()
            return true
        }
        let now = ContinuousClock.now
        guard let deadline else {
            deadline = now.advanced(by: SpinWait.limit)
            return true
        }
        guard now < deadline else { return false }
        sched_yield()
        return true
    }
}
