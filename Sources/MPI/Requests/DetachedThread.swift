internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Threads of the operating system, for what must not keep a thread of the cooperative pool busy.
enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a thread that takes no signals and that nobody waits for.
    ///
    /// The program cannot go on if there is no thread to be had.
    static func start(_ run: @escaping @Sendable () -> Void) {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        #if canImport(Glibc)
        var thread = pthread_t()
        #else
        var thread: pthread_t?
        #endif
        let body = Unmanaged.passRetained(Body(run)).toOpaque()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                #if canImport(Glibc)
                guard let argument else { return nil }
                #endif
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            body
        )
        guard code == 0 else {
            Runtime.report("a thread could not be started: \(String(cString: strerror(code)))")
            exit(EXIT_FAILURE)
        }
        #if canImport(Glibc)
        pthread_detach(thread)
        #else
        if let thread { pthread_detach(thread) }
        #endif
    }
}

/// Something to wait for, with a limit.
final class Bell: @unchecked Sendable {
    // The lock of the operating system guards `isRinging`; the C objects are made for use by several threads.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isRinging = false

    init() {
        lock.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        pthread_mutex_init(lock, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(lock)
        condition.deallocate()
        lock.deallocate()
    }

    /// Wakes the one who waits, or the next who is going to.
    func ring() {
        pthread_mutex_lock(lock)
        isRinging = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(lock)
    }

    /// Waits for the next ring.
    ///
    /// - Parameter nanoseconds: How long at most; `nil` for ever.
    func wait(nanoseconds: Int?) {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if let nanoseconds {
            var moment = timespec()
            clock_gettime(CLOCK_REALTIME, &moment)
            let total = Int(moment.tv_nsec) + nanoseconds
            moment.tv_sec += total / 1_000_000_000
            moment.tv_nsec = total % 1_000_000_000
            if !isRinging { pthread_cond_timedwait(condition, lock, &moment) }
        } else {
            while !isRinging { pthread_cond_wait(condition, lock) }
        }
        isRinging = false
    }
}
