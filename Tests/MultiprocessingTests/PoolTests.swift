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

/// An error that cannot travel as it is.
private enum Mishap: Error {
    case spilled(String)
}

private func power(_ base: Int, _ exponent: Int) -> Int {
    (0..<exponent).reduce(1) { result, _ in result * base }
}

private func label(_ parcel: Parcel, _ suffix: String) throws -> String { parcel.label + suffix }

@Suite("Pool")
struct PoolTests {
    @Test("map gives the results in the order of the inputs, whatever the chunks", arguments: sizes)
    func mapping(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 3)
                #expect(pool.processCount == 3)
                let (factor, table) = (3, [0: "zero", 7: "seven"])
                let expected = (0..<100).map { "\($0 * factor)\(table[$0] ?? "")" }
                for chunkSize in [nil, 1, 7, 100, 1000] {
                    #expect(
                        try pool.map(0..<100, chunkSize: chunkSize) { "\($0 * factor)\(table[$0] ?? "")" }
                            == expected,
                        "chunks of \(chunkSize ?? 0)"
                    )
                }
                for count in 0...5 { #expect(try pool.map(0..<count) { -$0 } == (0..<count).map { -$0 }) }
                #expect(try pool.map([String]()) { $0.count } == [])
                #expect(
                    try pool.map([Parcel.example], chunkSize: 3) { [$0.label: $0] } == [["Grüße 🚀": .example]]
                )
                #expect(try pool.map(stride(from: 10, to: 0, by: -3)) { Double($0) / 2 } == [5, 3.5, 2, 0.5])
                #expect(try pool.map([nil, 1, nil]) { (number: Int?) in number } == [nil, 1, nil])
                #expect(kindOfError { _ = try pool.map([1], chunkSize: 0) { $0 } } == .misuse)
                #expect(kindOfError { _ = try pool.map([1], chunkSize: -1) { $0 } } == .misuse)
                try pool.close()
                #expect(try pool.join(timeout: .seconds(20)))
            }
        }
    }

    @Test(
        "apply and applyAsync call once, with captures or arguments, and the callback comes first",
        arguments: sizes
    )
    func applying(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let base = 20
                #expect(try pool.apply { base * 2 + 2 } == 42)
                #expect(try pool.apply(power, args: 2, 10) == 1024)
                #expect(try pool.apply(label, args: Parcel.example, "?") == "Grüße 🚀?")
                let tally = Tally()
                let result = try pool.applyAsync(
                    callback: { tally.note("value \($0)") },
                    errorCallback: { tally.note("error \($0)") }
                ) { base + 1 }
                #expect(try result.get(timeout: .seconds(20)) == 21)
                #expect(tally.entries == ["value 21"])
                #expect(result.isReady)
                #expect(try result.isSuccessful)
                #expect(result.wait(timeout: .zero))
                #expect(try result.get(timeout: .zero) == 21)
                let results = try (0..<30).map { number in try pool.applyAsync { number * number } }
                #expect(try results.map { try $0.get(timeout: .seconds(20)) } == (0..<30).map { $0 * $0 })
                let failing = try pool.applyAsync(
                    callback: { (_: Int) in tally.note("wrong") },
                    errorCallback: { tally.note("error \(($0 as? Oddity)?.number ?? -1)") }
                ) { throw Oddity(number: base) }
                #expect(failing.wait(timeout: .seconds(20)))
                #expect(tally.entries == ["value 21", "error 20"])
                #expect(try !failing.isSuccessful)
                #expect(throws: Oddity(number: 20)) { try failing.get() }
            }
        }
    }

    @Test("mapAsync hands the whole result to its callback, or the error to the other", arguments: sizes)
    func callbacks(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let tally = Tally()
                let result = try pool.mapAsync(
                    0..<5,
                    callback: { tally.note("\($0)") },
                    errorCallback: { tally.note("\($0)") }
                ) { $0 + 1 }
                #expect(try result.get(timeout: .seconds(20)) == [1, 2, 3, 4, 5])
                let failing = try pool.mapAsync(
                    0..<5,
                    callback: { (_: [Int]) in tally.note("wrong") },
                    errorCallback: { tally.note("\(($0 as? Oddity)?.number ?? -1)") }
                ) {
                    guard $0 > 1 else { return $0 }
                    throw Oddity(number: $0)
                }
                #expect(throws: Oddity(number: 2)) { try failing.get(timeout: .seconds(20)) }
                #expect(tally.entries == ["[1, 2, 3, 4, 5]", "2"])
                let empty = try pool.mapAsync([Int](), callback: { tally.note("\($0)") }) { $0 }
                #expect(try empty.get(timeout: .seconds(20)) == [])
                #expect(tally.entries.last == "[]")
                // A callback may ask the pool for more.
                let more = try pool.applyAsync(callback: { number in
                    let next = try? pool.apply { number + 1 }
                    tally.note("\(next ?? -1)")
                }) { 1 }
                #expect(try more.get(timeout: .seconds(20)) == 1)
                #expect(tally.entries.last == "2")
            }
        }
    }

    @Test(
        "a callback may wait for work that has callbacks of its own, or that is awaited elsewhere",
        arguments: sizes
    )
    func nestedCallbacks(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let tally = Tally()
                let outer = try pool.applyAsync(callback: { number in
                    let doubled = try? pool.map(0..<3, progress: .calling { tally.note("\($0.done) done") }) {
                        $0 * number
                    }
                    tally.note("\(doubled ?? [])")
                    let inner = try? pool.applyAsync(callback: { tally.note("inner \($0)") }) { number + 1 }
                    tally.note("\((try? inner?.get(timeout: .seconds(20))) ?? -1)")
                }) { 2 }
                #expect(try await outer.value(timeout: .seconds(30)) == 2)
                #expect(Array(tally.entries.suffix(3)) == ["[0, 2, 4]", "inner 3", "3"])
                #expect(tally.entries.contains("3 done"))
                // What a task awaits meanwhile does not need the thread.
                let awaited = try Event()
                let blocked = try pool.applyAsync(callback: { (_: Int) in
                    _ = try? awaited.wait(timeout: .seconds(30))
                }) { 1 }
                let future = try pool.applyAsync { 4 }
                #expect(try await future.value(timeout: .seconds(20)) == 4)
                try await awaited.set()
                #expect(try await blocked.value(timeout: .seconds(20)) == 1)
                for number in 0..<20 {
                    let again = try pool.applyAsync(callback: { tally.note("again \($0)") }) { number }
                    #expect(try await again.value(timeout: .seconds(20)) == number)
                    #expect(tally.entries.last == "again \(number)")
                }
            }
        }
    }

    @Test(
        "a Codable error comes back as itself, any other in words, and the first in order counts",
        arguments: sizes
    )
    func errors(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let done = try Queue<Int>()
                #expect(throws: Oddity(number: 3)) {
                    try pool.map(0..<10, chunkSize: 2) { number in
                        if number % 4 == 3 { throw Oddity(number: number) }
                        try done.put(number)
                        return number
                    }
                }
                // The others have all been done.
                let numbers = try (0..<8).map { _ in try done.get(timeout: .zero) }
                #expect(numbers.sorted() == [0, 1, 2, 4, 5, 6, 8, 9])
                do {
                    _ = try pool.apply { () -> Int in throw Mishap.spilled("milk") }
                    Issue.record("no error")
                } catch let error as RemoteError {
                    #expect(
                        error.typeName.contains("Mishap") && error.typeName.contains("MultiprocessingTests")
                    )
                    #expect(error.message == "spilled(\"milk\")")
                    #expect(error.process.hasPrefix("PoolWorker-"))
                    #expect(error.description.contains("Mishap") && error.description.contains("milk"))
                }
                do {
                    _ = try pool.apply { () -> Int in throw ProcessingError(.empty, "by hand") }
                    Issue.record("no error")
                } catch let error as RemoteError {
                    #expect(error.message == "by hand" && error.typeName == "Multiprocessing.ProcessingError")
                }
                #expect(try pool.map(0..<3) { $0 } == [0, 1, 2])
            }
        }
    }

    @Test(
        "inputs, results and functions that cannot travel are errors, and the pool works on",
        arguments: sizes
    )
    func uncodable(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let cargo = Untransportable(number: 1, text: "")
                #expect(
                    textOfError { _ = try pool.map(0..<3) { $0 + cargo.number } }.contains("Untransportable")
                )
                #expect(throws: (any Error).self) { try pool.map([Unencodable()]) { $0.number } }
                #expect(throws: (any Error).self) {
                    try pool.map([1, 2, 3]) { (number: Int) -> Unencodable in Unencodable(number: number) }
                }
                #expect(throws: (any Error).self) {
                    try pool.map([Undecodable(number: 1), Undecodable(number: 2)]) { $0.number }
                }
                #expect(throws: Undecodable.Refusal.self) {
                    try pool.map([1, 2, 3]) { (number: Int) -> Undecodable in Undecodable(number: number) }
                }
                let heavy = Undecodable(number: 3)
                #expect(throws: (any Error).self) { try pool.map([1, 2, 3]) { $0 + heavy.number } }
                #expect(try pool.map(0..<20) { $0 + 1 } == Array(1...20))
            }
        }
    }

    @Test(
        "the async variants do not block, and a cancelled wait ends while the work goes on",
        arguments: sizes
    )
    func suspending(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let pool = try Pool(processes: 2)
                let factor = 2
                let doubled = try await pool.map(0..<20) { number in
                    await Task.yield()
                    return number * factor
                }
                #expect(doubled == (0..<20).map { $0 * 2 })
                let value = try await pool.apply {
                    try await Task.sleep(for: .milliseconds(1))
                    return factor
                }
                #expect(value == 2)
                await #expect(throws: Oddity(number: 2)) {
                    try await pool.map(0..<5) { number async throws -> Int in
                        if number == 2 { throw Oddity(number: number) }
                        return number
                    }
                }
                let gate = try Queue<Bool>()
                let result = try pool.applyAsync { try gate.get() }
                let waiting = Task { try await result.value }
                waiting.cancel()
                await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                try await gate.put(true)
                #expect(try await result.value)
                try pool.close()
                #expect(try await pool.join(timeout: .seconds(20)))
            }
        }
    }

    @Test("an AsyncResult says that it is not ready, and waits no longer than it was told", arguments: sizes)
    func results(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 1)
                let gate = try Queue<Int>()
                let result = try pool.applyAsync { try gate.get() }
                #expect(
                    !result.isReady && !result.wait(timeout: .zero)
                        && !result.wait(timeout: .milliseconds(20))
                )
                #expect(kindOfError { _ = try result.get(timeout: .milliseconds(20)) } == .timedOut)
                #expect(kindOfError { _ = try result.isSuccessful } == .misuse)
                try gate.put(5)
                #expect(try result.get() == 5)
                #expect(result.isReady)
                #expect(try result.isSuccessful)
            }
        }
    }

    @Test("close lets all work end and takes no more; join before it is refused", arguments: sizes)
    func closing(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let gate = try Queue<Int>()
                let results = try (0..<4).map { _ in try pool.applyAsync { try gate.get() } }
                #expect(kindOfError { try pool.join() } == .misuse)
                try pool.close()
                #expect(try !pool.join(timeout: .milliseconds(20)))
                #expect(kindOfError { _ = try pool.apply { 1 } } == .closed)
                // What does not wait throws at the call, too.
                #expect(kindOfError { try pool.applyAsync { 1 } } == .closed)
                #expect(kindOfError { try pool.mapAsync(0..<3) { $0 } } == .closed)
                #expect(kindOfError { try pool.starMapAsync([(1, 2)]) { $0 + $1 } } == .closed)
                #expect(kindOfError { _ = try pool.imap(0..<3) { $0 } } == .closed)
                #expect(
                    kindOfError { _ = try pool.imapUnordered(AsyncStream<Int> { nil }) { $0 } } == .closed
                )
                for number in 0..<4 { try gate.put(number) }
                #expect(try Set(results.map { try $0.get(timeout: .seconds(20)) }) == [0, 1, 2, 3])
                #expect(try pool.join(timeout: .seconds(20)))
                #expect(try pool.join())
                try pool.close()
                try pool.terminate()
                #expect(kindOfError { _ = try pool.apply { 1 } } == .closed)
            }
        }
    }

    @Test("terminate ends running work, which fails with terminated", arguments: sizes)
    func terminating(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let pids = try Queue<Int>()
                let results = try (0..<5).map { _ in
                    try pool.applyAsync { () -> Int in
                        try pids.put(Process.current.pid)
                        waitForTheEnd()
                    }
                }
                let running = try (0..<2).map { _ in try pids.get(timeout: .seconds(20)) }
                try pool.terminate()
                for result in results {
                    #expect(kindOfError { _ = try result.get(timeout: .seconds(20)) } == .terminated)
                }
                #expect(try pool.join(timeout: .seconds(20)))
                for pid in running { #expect(ProcessSurvey.process(pid_t(pid)) == nil) }
                // Another pool is no worse for it.
                let other = try Pool(processes: 2)
                try other.terminate()
                #expect(try other.join(timeout: .seconds(20)))
            }
        }
    }

    @Test("large inputs arrive as they were, more of them than are handed in at once", arguments: sizes)
    func largeInputs(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                // 48 MiB, of plain values and of others.
                let inputs = (0..<48).map { number in [Int](repeating: number, count: 1 << 17) }
                #expect(try pool.map(inputs, chunkSize: 1) { Set($0).first ?? -1 } == Array(0..<48))
                let optional = inputs.map { Optional($0) }
                #expect(try pool.map(optional, chunkSize: 1) { $0?.count ?? 0 } == inputs.map(\.count))
                #expect(throws: Oddity(number: 3)) {
                    try pool.map(inputs, chunkSize: 1) { input in
                        if input[0] >= 3 { throw Oddity(number: input[0]) }
                    }
                }
                // A pool that is terminated while its client waits to hand in more: the client is told.
                let other = try Pool(processes: 2)
                let (begun, never) = (try Queue<Int>(), try Event())
                try pool.applyAsync(callback: { (_: Int) in try? other.terminate() }) { try begun.get() }
                #expect(throws: ProcessingError.self) {
                    try other.map(inputs, chunkSize: 1) { input in
                        try begun.put(input[0])
                        try never.wait()
                    }
                }
            }
        }
    }

    @Test(
        "results larger than what a worker keeps come back whole, together with small ones",
        arguments: sizes
    )
    func largeResults(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pool = try Pool(processes: 2)
                let results = try pool.map(0..<12, chunkSize: 3) { number in
                    Array(repeating: number, count: number % 2 == 0 ? 300_000 : 3)
                }
                for (number, result) in results.enumerated() {
                    #expect(result.count == (number % 2 == 0 ? 300_000 : 3))
                    #expect(Set(result) == [number])
                }
            }
        }
    }
}
