import Multiprocessing
import RankChecks
import Testing

private let sizes: [Int?] = [nil, 1, 3]

/// Set by the main program: processes that were executed afresh know nothing of it.
private nonisolated(unsafe) var isPrepared = false

@Suite("Process: start methods")
struct ProcessStartMethodTests {
    @Test("a start method that was set counts for what is started after that", arguments: sizes)
    func methods(ranks: Int?) async throws {
        try await onRanks(ranks) {
            isPrepared = true
            #expect(Process.allStartMethods == [.forkServer, .spawn])
            #expect(Process.startMethod == .forkServer)
            try withProcesses {
                #expect(try Process.running { isPrepared }.result())
                Process.startMethod = .spawn
                #expect(Process.startMethod == .spawn)
                #expect(try !Process.running { isPrepared }.result())
                #expect(try Process.running(startMethod: .forkServer) { isPrepared }.result())
                // A process goes on as it was started, until it sets another one, for itself.
                let methods = try Process.running {
                    let first = Process.startMethod
                    Process.startMethod = .forkServer
                    return [first, Process.startMethod]
                }
                #expect(try methods.result() == [.spawn, .forkServer])
                #expect(Process.startMethod == .spawn)
            }
            // What was set inside was for that one.
            #expect(Process.startMethod == .forkServer)
            Process.startMethod = .spawn
            try withProcesses {
                let method = try Process.running { Process.startMethod }.result()
                #expect(method == .spawn)
            }
            try withProcesses(startMethod: .forkServer) {
                let method = try Process.running { Process.startMethod }.result()
                #expect(method == .forkServer)
            }
            #expect(Process.startMethod == .spawn)
        }
    }
}
