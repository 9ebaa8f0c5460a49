import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]

/// What a process knows of its parent.
private struct ParentFacts: Codable, Hashable, Sendable {
    var name = Process.parent?.name
    var pid = Process.parent?.pid
    var rank = Process.parent?.rank
    var isAlive = Process.parent?.isAlive
    var hasEnded = try? Process.parent?.join(timeout: .milliseconds(1))
}

private final class Special: Process {}

@Suite("Process: parents and children")
struct ProcessFamilyTests {
    @Test("a process knows its parent, a main program has none", arguments: sizes)
    func parents(ranks: Int?) async throws {
        try await onRanks(ranks) {
            #expect(Process.parent == nil && Process.activeChildren().isEmpty)
            try withProcesses {
                #expect(Process.parent == nil)
                let main = Process.current
                for startMethod in StartMethod.allCases {
                    let child = try Process.running(startMethod: startMethod) {
                        [ParentFacts(), try Process.running { ParentFacts() }.result()]
                    }
                    let facts = try child.result()
                    #expect(
                        facts[0]
                            == ParentFacts(
                                name: "MainProcess",
                                pid: main.pid,
                                rank: 0,
                                isAlive: true,
                                hasEnded: false
                            )
                    )
                    #expect(
                        facts[1]
                            == ParentFacts(
                                name: child.name,
                                pid: child.pid,
                                rank: child.rank,
                                isAlive: true,
                                hasEnded: false
                            )
                    )
                }
                // A pool's workers are its maker's children.
                let pool = try Pool(processes: 1)
                #expect(
                    try pool.apply { ParentFacts() }
                        == ParentFacts(
                            name: "MainProcess",
                            pid: main.pid,
                            rank: 0,
                            isAlive: true,
                            hasEnded: false
                        )
                )
            }
        }
    }

    @Test("a child outlives a parent that is killed, and sees it end; the daemons do not", arguments: sizes)
    func orphans(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let words = try Queue<String>()
                let pids = try Queue<Int>()
                let sentinels = try Queue<ProcessSentinel>()
                let last = Process.current.rankCount - 1
                let parent = Process(on: last) {
                    let daemon = Process(daemon: true, on: last / 2) { waitForTheEnd() }
                    try daemon.start()
                    try sentinels.put(daemon.sentinel)
                    let child = Process(on: last / 2) {
                        guard let parent = Process.parent else { return }
                        try words.put("\(parent.isAlive)")
                        let hasEnded = try parent.join()
                        try words.put("\(hasEnded) \(parent.isAlive) \(parent.name)")
                    }
                    try child.start()
                    try sentinels.put(child.sentinel)
                    try pids.put(child.pid ?? 0)
                    waitForTheEnd()
                }
                try parent.start()
                #expect(try words.get(timeout: .seconds(30)) == "true")
                parent.kill()
                #expect(try words.get(timeout: .seconds(30)) == "true false \(parent.name)")
                for _ in 0..<2 {
                    #expect(try sentinels.get(timeout: .seconds(30)).wait(timeout: .seconds(30)))
                }
                #expect(try pids.get(timeout: .seconds(30)) != 0)
            }
        }
    }

    @Test("a wait for a parent that is a main program can be cancelled", arguments: sizes)
    func patience(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let process = try await Process.running { () async throws -> String in
                    let waiting = Task { try await Process.parent?.join() }
                    waiting.cancel()
                    do {
                        return "\(try await waiting.value.map(String.init) ?? "orphan")"
                    } catch {
                        return "\(type(of: error))"
                    }
                }
                #expect(try await process.value == "CancellationError")
            }
        }
    }

    @Test("the children that run are listed, those that have ended are not", arguments: sizes)
    func children(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let gate = try Queue<Bool>()
                let processes = [
                    Process { _ = try gate.get() }, Special(name: "special"),
                    Process(daemon: true) { _ = try gate.get() },
                ]
                #expect(Process.activeChildren().isEmpty)
                for process in processes { try process.start() }
                try processes[1].sentinel.wait()
                #expect(Process.activeChildren() == [processes[0], processes[2]])
                #expect(Process.activeChildren().map(\.name) == ["Process-1", "Process-3"])
                #expect(processes[1].exitCode == 0)
                #expect(Set(processes + Process.activeChildren()).count == 3)
                let running = try Process.running {
                    let grandchild = Process {}
                    try grandchild.start()
                    try grandchild.join()
                    return Process.activeChildren().count
                }
                // A process lists its own children only.
                #expect(try running.result() == 0)
                try running.join()
                for _ in 0..<2 { try gate.put(true) }
                for process in processes { try process.join() }
                #expect(Process.activeChildren().isEmpty)
            }
        }
    }
}
