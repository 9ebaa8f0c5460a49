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

private struct Oddity: Error, Codable, Hashable {
    var number: Int
}

@Suite("The workers of a pool")
struct PoolWorkerTests {
    @Test("the workers are processes of their own, spread over the ranks, and daemons", arguments: sizes)
    func workers(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                struct Answer: Codable, Hashable, Sendable {
                    var name = Process.current.name
                    var pid = Process.current.pid
                    var rank = Process.current.rank
                    var isDaemon = Process.current.isDaemon
                    var text = textOfError { try Process {}.start() }
                }
                let pool = try Pool(processes: 4)
                // Each waits until all four are at it, so each of them takes one.
                let (arrived, gate) = (try Queue<Int>(), try Queue<Bool>())
                let result = try pool.mapAsync(0..<4, chunkSize: 1) { number in
                    try arrived.put(number)
                    _ = try gate.get()
                    return Answer()
                }
                for _ in 0..<4 { _ = try arrived.get(timeout: .seconds(20)) }
                for _ in 0..<4 { try gate.put(true) }
                let answers = try result.get(timeout: .seconds(20))
                #expect(Set(answers.map(\.pid)).union([Process.current.pid]).count == 5)
                #expect(Set(answers.map(\.name)) == Set((1...4).map { "PoolWorker-\($0)" }))
                let rankCount = Process.current.rankCount
                #expect(Set(answers.map(\.rank)) == (rankCount > 1 ? Set(1..<rankCount) : [0]))
                #expect(answers.allSatisfy { $0.isDaemon && $0.text.contains("daemon") })
            }
        }
    }

    @Test("the initializer runs once in each worker, with either start method", arguments: [1, 3])
    func initializers(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for startMethod in StartMethod.allCases {
                    let started = try Queue<Int>()
                    let pool = try Pool(processes: 2, startMethod: startMethod) {
                        setenv("PREPARED", "yes", 1)
                        try started.put(Process.current.pid)
                    }
                    let pids = try (0..<2).map { _ in try started.get(timeout: .seconds(20)) }
                    #expect(Set(pids).count == 2)
                    let texts = try pool.map(0..<10, chunkSize: 1) { _ in
                        getenv("PREPARED").map { String(cString: $0) } ?? "no"
                    }
                    #expect(texts == Array(repeating: "yes", count: 10))
                    try pool.close()
                    #expect(try pool.join(timeout: .seconds(20)))
                    #expect(kindOfError { _ = try started.getWithoutWaiting() } == .empty)
                }
            }
        }
    }

    @Test("a pool whose initializer fails is broken, and says so instead of hanging", arguments: sizes)
    func brokenInitializer(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                #expect(kindOfError { _ = try Pool(processes: 0) } == .misuse)
                #expect(kindOfError { _ = try Pool(processes: -4) } == .misuse)
                let cargo = Untransportable(number: 1, text: "x")
                #expect(
                    textOfError {
                        _ = try Pool(processes: 1, initializer: { print(cargo.number, cargo.text) })
                    }
                    .contains("Untransportable")
                )
                for ending in [0, 1] {
                    let pool = try Pool(processes: 2) {
                        if ending == 0 { exit(5) }
                        throw Oddity(number: 1)
                    }
                    let result = try pool.applyAsync { 1 }
                    #expect(kindOfError { _ = try result.get(timeout: .seconds(20)) } == .brokenPool)
                    #expect(kindOfError { _ = try pool.map(0..<3) { $0 } } == .brokenPool)
                    try pool.close()
                    #expect(try pool.join(timeout: .seconds(20)))
                }
            }
        }
    }

    @Test(
        "several threads and jobs share a pool, and a process that is no daemon may have its own",
        arguments: [1, 3]
    )
    func sharing(ranks: Int) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 3)
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for job in 0..<6 {
                        group.addTask {
                            let sums = try await pool.map(0..<40, chunkSize: 3) { number async in number * job
                            }
                            return sums == (0..<40).map { $0 * job }
                        }
                    }
                    for try await isRight in group { #expect(isRight) }
                }
                let answers = try Queue<[Int]>()
                let process = Process {
                    let own = try Pool(processes: 2)
                    try answers.put(try own.map(0..<10) { $0 * $0 })
                }
                try await process.start()
                #expect(try await answers.get(timeout: .seconds(20)) == (0..<10).map { $0 * $0 })
                try await process.join()
                #expect(process.exitCode == 0)
            }
        }
    }
}
