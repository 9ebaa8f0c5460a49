import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 4]

private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in result * base }
}

private func noteSum(_ queue: Queue<Int>, _ first: Int, _ second: Int) throws {
    try queue.put(first + second)
}

private func prepare(_ name: String, _ value: Int) throws { setenv(name, "\(value)", 1) }

private func refuse(_ text: String) throws { throw Unencodable.Refusal() }

@Suite("The forms of a pool's work")
struct PoolFormsTests {
    @Test("starMap calls a function with the elements of tuples, in all forms", arguments: sizes)
    func stars(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let pairs = (0..<20).map { ($0, $0 % 4) }
                let expected = pairs.map { power($0.0, $0.1) }
                #expect(try pool.blockingStarMap(pairs, chunkSize: 3) == expected)
                #expect(try await pool.starMap(pairs, power) == expected)
                let result = try pool.starMapAsync(zip(0..<3, ["a", "b", "c"])) { "\($1)\($0)" }
                #expect(try result.get(timeout: .seconds(20)) == ["a0", "b1", "c2"])
                let sums = try await pool.starMap([(1, 2.5, "x"), (3, 4.5, "yy")]) { a, b, c in
                    Double(a) + b + Double(c.count)
                }
                #expect(sums == [4.5, 9.5])
                #expect(try await pool.starMap([(1, 2, 3, 4)]) { $0 + $1 * $2 - $3 } == [3])
                #expect(try await pool.starMap([(Int, Int)]()) { $0 + $1 } == [])
            }
        }
    }

    @Test("functions that return nothing can be mapped and applied", arguments: sizes)
    func nothing(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let seen = try Queue<Int>()
                try pool.blockingMap(0..<3, seen)
                try await pool.map(3..<6) { try await seen.put($0) }
                let tally = Tally()
                let result = try pool.mapAsync(6..<8, callback: { tally.note("done") }) { try seen.put($0) }
                try result.get(timeout: .seconds(20))
                #expect(tally.entries == ["done"])
                try await pool.apply { try await seen.put(8) }
                try pool.applyAsync { try seen.put(9) }.get(timeout: .seconds(20))
                try await pool.apply(noteSum, args: seen, 4, 6)
                try await pool.starMap([(11, 0), (6, 6)]) { try seen.put($0 + $1) }
                let numbers = try (0..<13).map { _ in try seen.get(timeout: .seconds(20)) }
                #expect(numbers.sorted() == Array(0..<13))
                let late = try pool.applyAsync(noteSum, callback: { tally.note("late") }, args: seen, 1, 2)
                try late.get(timeout: .seconds(20))
                #expect(tally.entries == ["done", "late"])
                try pool.applyAsync({ try seen.put($0) }, args: 4).get(timeout: .seconds(20))
                try pool.applyAsync({ try seen.put($0 + $1 + $2 + $3) }, args: 1, 1, 1, 2)
                    .get(timeout: .seconds(20))
                try pool.applyAsync({ try seen.put($0 + $1 + $2 + $3 + $4) }, args: 1, 1, 1, 1, 2)
                    .get(timeout: .seconds(20))
                let stars = try pool.starMapAsync([(1, 6), (2, 6)]) { try seen.put($0 + $1) }
                try stars.get(timeout: .seconds(20))
                try pool.starMapAsync([(1, 2, 6)]) { try seen.put($0 + $1 + $2) }.get(timeout: .seconds(20))
                try pool.starMapAsync([(1, 2, 3, 4)]) { try seen.put($0 + $1 + $2 + $3) }
                    .get(timeout: .seconds(20))
                #expect(try (0..<8).map { _ in try seen.get(timeout: .zero) }.sorted() == Array(3...10))
                let refused = try pool.applyAsync(refuse, args: "x")
                #expect(throws: Unencodable.Refusal.self) { try refused.get(timeout: .seconds(20)) }
                await #expect(throws: Unencodable.Refusal.self) {
                    try await pool.map(0..<3) { (_: Int) async throws -> Void in throw Unencodable.Refusal() }
                }
            }
        }
    }

    @Test("functions with arguments can be applied in all forms", arguments: sizes)
    func arguments(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                #expect(try await pool.apply(power, args: 2, 10) == 1024)
                let tally = Tally()
                let result = try pool.applyAsync(power, callback: { tally.note("\($0)") }, args: 3, 4)
                #expect(try result.get(timeout: .seconds(20)) == 81)
                #expect(tally.entries == ["81"])
                #expect(try await pool.apply({ $0 + $1 + $2 + $3 + $4 }, args: 1, 2, 3, 4, 5) == 15)
            }
        }
    }

    @Test(
        "an initializer can have arguments, and one that throws breaks the pool with its own words",
        arguments: sizes
    )
    func initializers(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2, initializer: prepare, initializerArguments: "PREPARED", 42)
                let texts = try pool.map(0..<6, chunkSize: 1) { _ in
                    getenv("PREPARED").map { String(cString: $0) } ?? "no"
                }
                #expect(texts == Array(repeating: "42", count: 6))
                let broken = try Pool(processes: 2, initializer: refuse, initializerArguments: "x")
                let text = textOfError { _ = try broken.map(0..<3) { $0 } }
                #expect(text.contains("initializer") && text.contains("Refusal"))
                #expect(kindOfError { _ = try broken.apply { 1 } } == .brokenPool)
                try broken.close()
                #expect(try broken.join(timeout: .seconds(20)))
            }
        }
    }

    @Test(
        "a worker ends after its share of chunks with status 0, and another one takes its place",
        arguments: sizes
    )
    func maxTasksPerChild(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                #expect(kindOfError { _ = try Pool(processes: 1, maxTasksPerChild: 0) } == .misuse)
                let pool = try Pool(processes: 2, maxTasksPerChild: 3)
                let pids = try pool.map(0..<20, chunkSize: 1) { _ in Process.current.pid }
                let counts = Dictionary(grouping: pids, by: { $0 }).mapValues(\.count)
                #expect(counts.values.allSatisfy { $0 <= 3 } && counts.count >= 7, "\(counts)")
                // A chunk is one task.
                let own = try Pool(processes: 1, maxTasksPerChild: 1)
                let chunked = try own.map(0..<12, chunkSize: 4) { _ in Process.current.pid }
                #expect(Set(chunked).count == 3)
                #expect((0..<3).allSatisfy { Set(chunked[$0 * 4..<$0 * 4 + 4]).count == 1 })
                try own.close()
                #expect(try own.join(timeout: .seconds(20)))
            }
        }
    }

    @Test("progress is told, for the last time before the result is given", arguments: sizes)
    func progress(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let tally = Tally()
                let observer = Pool.ProgressObserver.calling { progress in
                    tally.note("\(progress.done)/\(progress.total ?? -1)")
                }
                _ = try pool.map(0..<50, chunkSize: 1, progress: observer) { $0 }
                #expect(tally.entries.last == "50/50")
                #expect(tally.entries.count < 50)
                // The bar is quiet: this is no terminal.
                _ = try pool.map(0..<5, progress: .bar) { $0 }
                let results = try pool.imap(0..<5, progress: observer) { $0 }
                while try results.next() != nil {}
                _ = try pool.mapAsync([Int](), progress: observer) { $0 }.get(timeout: .seconds(20))
                #expect(tally.entries.contains("5/5") && tally.entries.last == "0/0")
            }
        }
    }

    @Test(
        "a cancelled task ends its map with CancellationError, and what has not begun is not done",
        arguments: sizes
    )
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let (begun, gate) = (try Queue<Int>(), try Queue<Bool>())
                let mapping = Task {
                    try await pool.map(0..<50, chunkSize: 5) { number async throws -> Int in
                        try await begun.put(number)
                        _ = try await gate.get()
                        return number
                    }
                }
                for _ in 0..<2 { _ = try await begun.get(timeout: .seconds(20)) }
                mapping.cancel()
                await #expect(throws: CancellationError.self) { try await mapping.value }
                // The two that run may end; the pool has nothing else to do.
                for _ in 0..<2 { try await gate.put(true) }
                #expect(try await pool.map(0..<10) { $0 + 1 } == Array(1...10))
                #expect(try begun.isEmpty)
                let never = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await pool.apply { try begun.put(1) }
                }
                await #expect(throws: CancellationError.self) { try await never.value }
                try pool.close()
                #expect(try await pool.join(timeout: .seconds(20)))
                #expect(try begun.isEmpty)
            }
        }
    }

    @Test("a pool that nobody holds ends its workers, but not before its work is done", arguments: sizes)
    func abandoned(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (pids, gate) = (try Queue<Int>(), try Queue<Bool>())
                let sentinels = try Queue<ProcessSentinel>()
                func makeResult() throws -> AsyncResult<Int> {
                    try Pool(processes: 1).applyAsync {
                        let endpoint = try Endpoint.required(for: "a sentinel of oneself")
                        try sentinels.put(
                            ProcessSentinel(
                                address: endpoint.address,
                                epoch: endpoint.epoch,
                                name: Process.current.name
                            )
                        )
                        try pids.put(Process.current.pid)
                        _ = try gate.get()
                        return 5
                    }
                }
                let result = try makeResult()
                let pid = try pids.get(timeout: .seconds(20))
                #expect(ProcessSurvey.process(pid_t(pid)) != nil)
                try gate.put(true)
                #expect(try result.get(timeout: .seconds(20)) == 5)
                #expect(try sentinels.get(timeout: .seconds(20)).wait(timeout: .seconds(20)))
                #expect(ProcessSurvey.process(pid_t(pid)) == nil)
            }
        }
    }
}

extension Pool {
    /// Where `await` would choose another variant.
    fileprivate func blockingStarMap(_ pairs: [(Int, Int)], chunkSize: Int) throws -> [Int] {
        try starMap(pairs, chunkSize: chunkSize, power)
    }

    fileprivate func blockingMap(_ inputs: Range<Int>, _ queue: Queue<Int>) throws {
        try map(inputs) { try queue.put($0) }
        try apply { _ = try queue.isEmpty }
    }
}

@Suite("The progress of a pool's work, as text")
struct ProgressLineTests {
    @Test("the bar is as wide as the terminal but one, and says how many, how long and how fast")
    func line() {
        let progress = Pool.Progress(done: 50, total: 100, elapsed: .milliseconds(1500))
        #expect(progress.line(title: "load", width: 42) == "load [#####     ] 50/100 50% 1.5 s 33.3/s")
        #expect(progress.line(title: "", width: 44).count == 43)
        #expect(progress.line(title: "", width: 10) == "50/100 50")
        #expect(
            Pool.Progress(done: 3, total: nil, elapsed: .zero).line(title: "", width: 20)
                == "3 0.0 s 0.0/s      "
        )
        #expect(Pool.Progress(done: 0, total: 0, elapsed: .zero).line(title: "", width: 60).contains("100%"))
    }
}
