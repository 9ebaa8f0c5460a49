import Multiprocessing
import RankChecks
import Testing

private let sizes: [Int?] = [nil, 1, 3]

@Suite("Process: close, and its sentinel")
struct ProcessCloseTests {
    @Test("a running process cannot be closed; a closed one can do nothing more", arguments: sizes)
    func close(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let process = Process(name: "brief", daemon: true) { waitForTheEnd() }
                #expect(kindOfError { _ = try process.sentinel } == .misuse)
                try process.start()
                #expect(process.ident == process.pid && process.ident != nil)
                #expect(kindOfError { try process.close() } == .misuse)
                #expect(process.isAlive)
                process.terminate()
                try process.join()
                for _ in 0..<2 { try process.close() }
                #expect(!process.isAlive && process.exitCode == nil && process.ident == nil)
                #expect(process.pid == nil && process.rank == nil)
                #expect(process.name == "brief" && process.isDaemon)
                #expect(process.description == "<Process name='brief' closed daemon>")
                process.terminate()
                process.kill()
                #expect(kindOfError { try process.join() } == .closed)
                #expect(kindOfError { try process.start() } == .closed)
                #expect(kindOfError { _ = try process.sentinel } == .closed)
                // Ended, but not joined; and not even started.
                let ended = Process {}
                try ended.start()
                try ended.sentinel.wait()
                try ended.close()
                #expect(kindOfError { try ended.join() } == .closed)
                let idle = Process {}
                try idle.close()
                #expect(kindOfError { try idle.start() } == .closed)
            }
        }
    }

    @Test("a sentinel waits for the end, here and in another process, with a limit or none", arguments: sizes)
    func sentinels(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let gate = try Queue<Bool>()
                let process = Process { _ = try gate.get() }
                try await process.start()
                let sentinel = try process.sentinel
                #expect(try !sentinel.hasEnded)
                #expect(try await !sentinel.wait(timeout: .zero))
                #expect(try await !sentinel.wait(timeout: .milliseconds(10)))
                let waiting = Task { try await sentinel.wait() }
                waiting.cancel()
                let outcome = await waiting.result
                #expect(throws: CancellationError.self) { try outcome.get() }
                let ready = try Queue<Bool>()
                let observer = try await Process.running {
                    let hadEnded = try sentinel.wait(timeout: .milliseconds(10))
                    try ready.put(true)
                    return try [hadEnded, sentinel.wait()]
                }
                _ = try await ready.get(timeout: .seconds(20))
                try await gate.put(true)
                #expect(try await observer.value == [false, true])
                #expect(try await sentinel.wait())
                #expect(try sentinel.hasEnded)
            }
        }
    }
}
