import RankChecks
import Testing

@testable import Multiprocessing

@Suite("Machine")
struct MachineTests {
    @Test("a machine that several ranks are on is counted once")
    func counting() {
        #expect(Machine.processorCount(of: [("a", 4), ("b", 8), ("a", 4), ("a", 3)]) == 12)
        #expect(Machine.processorCount(of: []) == 0)
    }

    @Test("the processors of the job are known to the main program and to processes", arguments: [nil, 1, 3])
    func processors(ranks: Int?) async throws {
        try await onRanks(ranks) {
            let outside = try? Machine.jobProcessorCount
            try withProcesses {
                // Outside, the other ranks are not known.
                #expect(outside == (Process.current.rankCount > 1 ? nil : Machine.processorCount))
                // All ranks are on this machine.
                #expect(try Machine.jobProcessorCount == Machine.processorCount)
                let process = try Process.running { [Machine.processorCount, try Machine.jobProcessorCount] }
                #expect(try process.result() == [Machine.processorCount, Machine.processorCount])
            }
        }
    }
}
