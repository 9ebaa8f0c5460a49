import Multiprocessing
import RankChecks
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 4]

/// What a process has in its hands when it is stopped.
private struct Belongings: Codable, Sendable {
    let ready: Queue<Bool>
    let items: Queue<Int>
    let lock: Lock
    let end: Connection<[Int]>
}

/// Takes the lock, then waits for an item.
private func holdAndWait(_ belongings: Belongings) throws {
    try belongings.lock.acquire()
    try belongings.ready.put(true)
    try belongings.end.send([try belongings.items.get()])
    try belongings.lock.release()
}

@Suite("Stopped processes")
struct StoppedProcessTests {
    @Test(
        "a stopped process holds up nobody but who waits for it; time limits hold, and it can be killed and joined",
        arguments: sizes
    )
    func stopped(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (mine, theirs) = try Pipe<[Int]>().ends
                let belongings = Belongings(
                    ready: try Queue(),
                    items: try Queue(),
                    lock: try Lock(),
                    end: theirs
                )
                let process = Process(target: holdAndWait, args: belongings)
                try process.start()
                #expect(try belongings.ready.get(timeout: .seconds(20)))
                stop(process)
                #expect(process.isAlive && process.exitCode == nil)
                // Who waits for it waits as long as he said.
                #expect(try !process.join(timeout: .milliseconds(20)))
                #expect(try !belongings.lock.acquire(timeout: .milliseconds(20)))
                #expect(kindOfError { _ = try mine.receive(timeout: .milliseconds(20)) } == .timedOut)
                // More than its socket holds: the Host keeps it.
                try mine.send(Array(0..<500_000))
                try belongings.items.put(contentsOf: Array(0..<100))
                // All others go on, also on its own rank.
                let counts = try Queue<Int>()
                for rank in 0..<Process.current.rankCount {
                    let items = belongings.items
                    try Process(on: rank) {
                        var count = 0
                        while kindOfError({ _ = try items.get(timeout: .zero) }) == nil { count += 1 }
                        try counts.put(count)
                    }.start()
                }
                let others = try (0..<Process.current.rankCount).map { _ in
                    try counts.get(timeout: .seconds(20))
                }
                // The stopped one was handed one, or had not asked yet.
                let taken = others.reduce(0, +)
                #expect(taken == 99 || taken == 100)
                let pool = try Pool(processes: 2)
                #expect(try pool.map(0..<50, chunkSize: 1) { $0 + 1 } == Array(1...50))
                // It cannot heed this as long as it is stopped.
                process.terminate()
                #expect(try !process.join(timeout: .milliseconds(20)))
                process.kill()
                #expect(try process.join(timeout: .seconds(20)))
                #expect(process.exitCode == -9)
                // What it had goes back.
                #expect(
                    try belongings.lock.acquireReportingAbandonment(timeout: .seconds(20)).lostHolder?.pid
                        == process.pid
                )
                if taken == 99 { #expect(try belongings.items.get(timeout: .seconds(20)) == 0) }
                #expect(try belongings.items.isEmpty)
            }
        }
    }

    @Test("a process that was stopped and goes on has missed nothing", arguments: sizes)
    func continued(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (mine, theirs) = try Pipe<[Int]>().ends
                let belongings = Belongings(
                    ready: try Queue(),
                    items: try Queue(),
                    lock: try Lock(),
                    end: theirs
                )
                let process = Process(target: holdAndWait, args: belongings)
                try process.start()
                #expect(try belongings.ready.get(timeout: .seconds(20)))
                stop(process)
                try belongings.items.put(7)
                #expect(kindOfError { _ = try mine.receive(timeout: .milliseconds(20)) } == .timedOut)
                kill(pid_t(process.pid ?? 0), SIGCONT)
                #expect(try mine.receive(timeout: .seconds(20)) == [7])
                #expect(try process.join(timeout: .seconds(20)))
                #expect(process.exitCode == 0)
                #expect(try belongings.lock.acquireReportingAbandonment(timeout: .zero) == .acquired)
            }
        }
    }
}
