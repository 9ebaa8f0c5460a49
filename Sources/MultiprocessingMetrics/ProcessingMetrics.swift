public import CoreMetrics
internal import Multiprocessing
internal import Synchronization

/// Reports what a program of processes is at through swift-metrics: counters, gauges and a timer, for whatever the program has chosen as
/// its `MetricsSystem`.
///
/// ```swift
/// try await withProcesses {
///     let metrics = ProcessingMetrics()
///     let reporting = Task { try await metrics.report(every: .seconds(10)) }
///     defer { reporting.cancel() }
///     …
///     try await metrics.update()
/// }
/// ```
/// The numbers are those that the Hosts of all ranks count anyway; they are asked for them at each report, and nothing else costs anything.
/// One process reports for the whole program: usually rank 0's main program.
///
/// The labels begin with a prefix, by default `swift_mpi_`. Counters: `processes_started`, `processes_ended`, `processes_killed` (ended by a
/// signal), `messages` and `message_bytes` (brought to queues and pipes), each with the dimension `rank`; `frames_sent` and `bytes_sent`
/// from one rank to another, with `rank` and `to`; `tasks_done`, `tasks_failed`; `ranks_lost`. Gauges: `ranks`; `processes` by `rank`;
/// `queue_depth` and `queue_waiters` by `queue`; `pool_workers`, `pool_workers_busy` and `pool_tasks_waiting` by `pool`. Timer:
/// `update_time`, what a report takes.
public final class ProcessingMetrics: Sendable {
    private struct State {
        var totals: [MetricReadings.Key: Int] = [:]
        var counters: [MetricReadings.Key: Counter] = [:]
        var gauges: [MetricReadings.Key: Gauge] = [:]
    }

    private let state = Mutex(State())
    private let prefix: String
    private let factory: any MetricsFactory

    /// Makes a reporter.
    ///
    /// - Parameters:
    ///   - prefix: What labels begin with.
    ///   - factory: Where the numbers go; by default where the program sends all of its metrics.
    public init(prefix: String = "swift_mpi_", factory: (any MetricsFactory)? = nil) {
        self.prefix = prefix
        self.factory = factory ?? MetricsSystem.factory
    }

    /// Asks all ranks, and reports what they say.
    ///
    /// - Throws: `ProcessingError` outside of `withProcesses`, or when it ends.
    public func update() async throws {
        let start = ContinuousClock.now
        apply(MetricReadings(try await JobPicture.current()))
        let (seconds, attoseconds) = start.duration(to: .now).components
        let timer = Timer(label: prefix + "update_time", dimensions: [], factory: factory)
        timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Does so again and again, until the task is cancelled.
    ///
    /// - Parameter interval: How long to wait between two reports.
    /// - Throws: As `update`; `CancellationError` when the task is cancelled.
    public func report(every interval: Duration) async throws {
        while true {
            try await update()
            try await Task.sleep(for: interval)
        }
    }

    func apply(_ readings: MetricReadings) {
        for (key, total) in readings.totals {
            let known = state.withLock { state in
                defer { state.totals[key] = max(total, state.totals[key] ?? 0) }
                return state.totals[key]
            }
            // What is 0 is reported once, so that it is known to exist.
            let change = total - (known ?? 0)
            if known == nil || change > 0 { counter(key).increment(by: max(0, change)) }
        }
        for (key, level) in readings.levels { gauge(key).record(level) }
        // A queue or a pool that is gone has nothing any more, and is not spoken of again.
        let gone = state.withLock { state in
            let gone = state.gauges.filter { readings.levels[$0.key] == nil }
            for key in gone.keys { state.gauges[key] = nil }
            return Array(gone.values)
        }
        for gauge in gone {
            gauge.record(0)
            gauge.destroy()
        }
    }

    private func counter(_ key: MetricReadings.Key) -> Counter {
        state.withLock { state in
            if let known = state.counters[key] { return known }
            let counter = Counter(label: prefix + key.label, dimensions: key.pairs, factory: factory)
            state.counters[key] = counter
            return counter
        }
    }

    private func gauge(_ key: MetricReadings.Key) -> Gauge {
        state.withLock { state in
            if let known = state.gauges[key] { return known }
            let gauge = Gauge(label: prefix + key.label, dimensions: key.pairs, factory: factory)
            state.gauges[key] = gauge
            return gauge
        }
    }
}

extension MetricReadings.Key {
    var pairs: [(String, String)] { dimensions.map { ($0.name, $0.value) } }
}
