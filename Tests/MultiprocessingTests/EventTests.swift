import Multiprocessing
import RankChecks
import RankLaunching
import Testing

private let sizes: [Int?] = [nil, 1, 3]

@Suite("Event")
struct EventTests {
    @Test("setting an event lets five processes and a task go on", arguments: sizes)
    func broadcast(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (event, reports) = (try Event(), try Queue<Bool>())
                let processes = (0..<5).map { _ in
                    Process {
                        try reports.put(try event.wait(timeout: .zero))
                        try reports.put(try event.wait())
                    }
                }
                for process in processes {
                    try await process.start()
                    #expect(try await !reports.get(timeout: .seconds(20)))
                }
                let task = Task { try await event.wait(timeout: .seconds(40)) }
                #expect(try !event.isSet)
                // Whoever has begun to wait hears of it, even if it is cleared at once.
                let setter = Process {
                    try event.set()
                    if try !event.isSet { throw Undecodable.Refusal() }
                }
                try await setter.start()
                for _ in processes { #expect(try await reports.get(timeout: .seconds(20))) }
                #expect(try await task.value)
                try await setter.join()
                #expect(setter.exitCode == 0)
                #expect(try event.isSet)
                #expect(try await event.wait(timeout: .zero))
                try await event.clear()
                #expect(try !event.isSet)
                #expect(try await !event.wait(timeout: .zero))
                for timeout in [Duration.milliseconds(20), .seconds(-1)] {
                    #expect(try await !event.wait(timeout: timeout))
                }
                try await event.set()
                #expect(try await event.wait())
            }
        }
    }

    @Test("a cancelled wait ends, and so does one whose process is killed", arguments: sizes)
    func endedWaits(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (event, ready) = (try Event(), try Queue<Bool>())
                for round in 0..<20 {
                    let waiting = Task { try await event.wait() }
                    if round % 2 == 0 { await Task.yield() }
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { try await waiting.value }
                }
                let process = Process {
                    try ready.put(true)
                    try event.wait()
                }
                try await process.start()
                #expect(try await ready.get(timeout: .seconds(20)))
                process.kill()
                try await process.join()
                try blockingUse(of: event)
            }
        }
    }
}

/// A context without `await`, where the blocking variants are chosen.
private func blockingUse(of event: Event) throws {
    #expect(try !event.wait(timeout: .milliseconds(20)))
    try event.set()
    #expect(try event.wait() && event.isSet)
    try event.clear()
    #expect(try !event.wait(timeout: .zero))
}
