import CoreMetrics
import MetricsTestKit
import Multiprocessing
import RankChecks
import Testing

@testable import MultiprocessingMetrics

@Suite("Metrics")
struct MetricsTests {
    @Test("they say what a program has done and what it is at", arguments: [nil, 1, 3])
    func program(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let recorded = TestMetrics()
                let metrics = ProcessingMetrics(factory: recorded)
                let queue = try Queue<Int>()
                for number in 0..<5 { try await queue.put(number) }
                try await metrics.update()
                let depths = recorded.recorders(label: "swift_mpi_queue_depth")
                #expect(depths.map(\.lastValue) == [5])
                #expect(recorded.counterTotal(label: "swift_mpi_messages") == 5)
                #expect(recorded.counterTotal(label: "swift_mpi_tasks_done") == 0)
                _ = try await queue.get()
                let pool = try Pool(processes: 2)
                #expect(try await pool.map(0..<10) { $0 } == Array(0..<10))
                try await metrics.update()
                #expect(depths.map(\.lastValue) == [4])
                #expect(recorded.counterTotal(label: "swift_mpi_tasks_done") == 10)
                try pool.close()
                try await pool.join()
                try await metrics.update()
                // A pool that is gone has still done what it did, and is counted once.
                #expect(recorded.counterTotal(label: "swift_mpi_tasks_done") == 10)
                #expect(recorded.counterTotal(label: "swift_mpi_processes_started") == 2)
                #expect(recorded.counterTotal(label: "swift_mpi_processes_killed") == 0)
                #expect(recorded.counterTotal(label: "swift_mpi_messages") == 5)
                #expect(recorded.recorders(label: "swift_mpi_pool_workers").isEmpty)
                let ranks = try recorded.expectRecorder("swift_mpi_ranks")
                #expect(ranks.lastValue == Double(Process.current.rankCount))
                #expect(try recorded.expectTimer("swift_mpi_update_time").values.count == 3)
            }
        }
    }

    @Test("reports go on until the task is cancelled")
    func interval() async throws {
        try await onRanks(nil) {
            try await withProcesses {
                let recorded = TestMetrics()
                let metrics = ProcessingMetrics(prefix: "x.", factory: recorded)
                let reporting = Task { try await metrics.report(every: .milliseconds(1)) }
                while recorded.timers(label: "x.update_time").first?.values.count ?? 0 < 3 {
                    await Task.yield()
                }
                reporting.cancel()
                await #expect(throws: CancellationError.self) { try await reporting.value }
            }
        }
    }

    @Test("outside of withProcesses there is nothing to report")
    func outside() async throws {
        let metrics = ProcessingMetrics(factory: TestMetrics())
        await #expect(throws: ProcessingError.self) { try await metrics.update() }
    }
}
