/// The clock of the MPI library, as a clock of Swift.
///
/// ```swift
/// let clock = WallClock()
/// let duration = try clock.measure { try world.barrier() }
/// print(duration)
/// ```
/// Instants of different ranks can be compared only if ``Environment/clockIsGlobal`` is true.
///
/// Local · `MPI_Wtime` (MPI 3.1 §8.6)
public struct WallClock: Clock {
    /// A moment, in seconds since one that does not change while the program runs.
    public struct Instant: InstantProtocol {
        /// Seconds since some moment in the past.
        public let seconds: Double

        /// Makes a moment.
        ///
        /// - Parameter seconds: Seconds since the moment from which the clock counts.
        public init(seconds: Double) {
            self.seconds = seconds
        }

        /// The moment that lies a while after this one.
        ///
        /// - Parameter duration: How long after; before, if negative.
        /// - Returns: The moment.
        public func advanced(by duration: Duration) -> Instant {
            Instant(seconds: seconds + duration / .seconds(1))
        }

        /// How long after this moment another one lies.
        ///
        /// - Parameter other: The other moment.
        /// - Returns: How long; negative if it lies before.
        public func duration(to other: Instant) -> Duration {
            .seconds(other.seconds - seconds)
        }

        /// Whether one moment lies before another.
        public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }
    }

    /// Makes the clock.
    public init() {}

    /// The time now; it can be asked for before MPI is initialized.
    ///
    /// Local · `MPI_Wtime` (MPI 3.1 §8.6)
    public var now: Instant { Instant(seconds: Runtime.wallTime) }

    /// How finely the clock divides time.
    ///
    /// Local · `MPI_Wtick` (MPI 3.1 §8.6)
    public var minimumResolution: Duration { .seconds(Runtime.wallTimeResolution) }

    /// Sleeps until a moment.
    ///
    /// - Parameters:
    ///   - deadline: The moment.
    ///   - tolerance: How much later it may become.
    /// - Throws: `CancellationError` if the task is cancelled.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        // The library's clock says how long; the system's knows how to sleep.
        let rest = now.duration(to: deadline)
        if rest > .zero { try await Task.sleep(for: rest, tolerance: tolerance, clock: .continuous) }
    }
}
