internal import Glibc

/// State that several threads share, with a way to wait until it has changed.
///
/// A lock and a condition of the system: a waiting thread sleeps in the kernel and costs nothing.
final class Monitor<State>: @unchecked Sendable {
    // `state` and `sleeperCount` are touched only between locking and unlocking `mutex`.
    private var state: State
    /// How many threads sleep, or are about to: mostly nobody, and then waking needs no more than the lock.
    private var sleeperCount = 0
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init(_ state: sending State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Calls `use` while no other thread has the state.
    func withLock<Result, Failure: Error>(_ use: (inout State) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try use(&state)
    }

    /// Wakes every thread that waits, to look again at what it waits for.
    ///
    /// It takes the lock, so that what changed outside of it is not missed by a thread between its look and its sleep.
    func wakeAll() {
        pthread_mutex_lock(mutex)
        if sleeperCount > 0 { pthread_cond_broadcast(condition) }
        pthread_mutex_unlock(mutex)
    }

    /// Calls `check` with the state until it returns something, sleeping in between until another thread
    /// calls `wakeAll`.
    ///
    /// Returns `nil` when the deadline passes first.
    func wait<Result, Failure: Error>(
        until deadline: ContinuousClock.Instant? = nil,
        _ check: (inout State) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = try check(&state) { return result }
            sleeperCount += 1
            defer { sleeperCount -= 1 }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { return nil }
            var moment = timespec()
            clock_gettime(CLOCK_MONOTONIC, &moment)
            let (seconds, attoseconds) = min(remaining, .seconds(1_000_000)).components
            moment.tv_sec += Int(seconds)
            moment.tv_nsec += Int(attoseconds / 1_000_000_000)
            if moment.tv_nsec >= 1_000_000_000 {
                moment.tv_sec += 1
                moment.tv_nsec -= 1_000_000_000
            }
            pthread_cond_timedwait(condition, mutex, &moment)
        }
    }
}
