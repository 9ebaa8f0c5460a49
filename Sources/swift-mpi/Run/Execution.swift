import RankLaunching

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Carries out a plan: becomes the launcher, or watches over it if there is a time limit.
enum Execution {
    /// Keeps what is sent to this process until there is a launcher to get it.
    ///
    /// Called before there are other threads, which would take signals away and end the process.
    ///
    /// - Returns: What was kept before, for the launcher.
    static func holdSignals() -> sigset_t {
        var before = sigset_t()
        #if os(Linux)
        var held = awaited
        pthread_sigmask(SIG_BLOCK, &held, &before)
        #endif
        return before
    }

    /// Does what a plan says.
    ///
    /// Without a time limit this process becomes the launcher, so that whatever is sent to it, and whatever it is asked by a
    /// terminal, is the launcher's.
    ///
    /// - Parameters:
    ///   - plan: What to execute.
    ///   - signals: What `holdSignals` returned, if there is a time limit.
    /// - Returns: The exit status for this process.
    /// - Throws: `LaunchFailure.cannotExecute` if the system refuses.
    static func run(_ plan: LaunchPlan, signals: sigset_t?) throws(LaunchFailure) -> Int32 {
        for name in plan.removed { unsetenv(name) }
        for (name, value) in plan.environment { setenv(name, value, 1) }
        #if os(Linux)
        if let limit = plan.timeLimit, let signals {
            return try watch(plan.words, seconds: limit, signals)
        }
        #else
        // Both launchers keep such a limit themselves; the status then is theirs.
        if let limit = plan.timeLimit { setenv("MPIEXEC_TIMEOUT", "\(limit)", 1) }
        #endif
        let reason = withPointers(plan.words) { words in
            fflush(nil)
            execv(plan.words[0], words)
            return String(cString: strerror(errno))
        }
        throw .cannotExecute(plan.words[0], reason: reason)
    }

    private static func withPointers<Result>(
        _ words: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = words.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }

    #if os(Linux)
    /// What others may send this process, and the launcher is to get.
    private static let forwarded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]

    private static var awaited: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in forwarded + [SIGCHLD] { sigaddset(&set, signal) }
        return set
    }

    /// Starts the launcher, hands signals on to it, and ends it when its time is over.
    private static func watch(_ words: [String], seconds: Int, _ signals: sigset_t) throws(LaunchFailure)
        -> Int32
    {
        var awaited = awaited
        // Inherited as ignored, it would never come.
        signal(SIGCHLD, SIG_DFL)
        // What has come before there was a launcher did not go to it.
        var early = sigset_t()
        sigpending(&early)
        let child = try spawn(words, mask: signals)
        let clock = ContinuousClock()
        var deadline = clock.now + .seconds(seconds)
        var isOutOfTime = false
        var isKilled = false
        while true {
            if let status = ending(of: child) { return isOutOfTime ? 124 : status }
            let left = max(.zero, deadline - clock.now).components
            var patience = timespec(
                tv_sec: Int(left.seconds),
                tv_nsec: Int(left.attoseconds / 1_000_000_000)
            )
            var information = siginfo_t()
            let signal =
                isKilled
                ? sigwaitinfo(&awaited, &information) : sigtimedwait(&awaited, &information, &patience)
            if signal == SIGCHLD { continue }
            if signal > 0 {
                // What a terminal sends goes to the launcher as well as to this process.
                if information.si_code <= 0 || sigismember(&early, signal) == 1 { kill(child, signal) }
                sigdelset(&early, signal)
            } else if errno == EAGAIN, !isOutOfTime {
                isOutOfTime = true
                deadline = clock.now + .seconds(LaunchPlan.graceSeconds)
                printToStandardError("swift-mpi run: out of time after \(seconds) s")
                kill(child, SIGTERM)
            } else if errno == EAGAIN {
                isKilled = true
                kill(child, SIGKILL)
            }
        }
    }

    private static func spawn(_ words: [String], mask: sigset_t) throws(LaunchFailure) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = mask
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        fflush(nil)
        let code = withPointers(words) { posix_spawn(&child, words[0], nil, &attributes, $0, environ) }
        guard code == 0 else { throw .cannotExecute(words[0], reason: String(cString: strerror(code))) }
        return child
    }

    /// The exit status of a child as a shell gives it, if it has ended.
    private static func ending(of child: pid_t) -> Int32? {
        var status: Int32 = 0
        let waited = waitpid(child, &status, WNOHANG)
        // Somebody has arranged that ends of children are not kept.
        if waited < 0, errno == ECHILD { return 1 }
        guard waited == child else { return nil }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
    #endif
}
