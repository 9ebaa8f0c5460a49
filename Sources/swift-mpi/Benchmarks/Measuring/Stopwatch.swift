#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The clock of the benchmarks: one for all processes of a machine, the same that Python's `perf_counter` and the programs in C read.
enum Stopwatch {
    /// Seconds since some moment before.
    @inline(__always)
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// How many seconds something took.
    @inline(__always)
    static func time(_ body: () throws -> Void) rethrows -> Double {
        let start = now
        try body()
        return now - start
    }
}
