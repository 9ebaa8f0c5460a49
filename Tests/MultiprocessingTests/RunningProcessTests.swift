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

/// An error that travels as it is.
private struct Complaint: Error, Codable, Hashable {
    var text: String
}

/// An error that travels in words.
private struct Grumble: Error {
    var number: Int
}

private func add(_ first: Int, _ second: Int) throws -> Int { first + second }
private func repeated(_ text: String, _ count: Int, _ separator: String) -> String {
    Array(repeating: text, count: count).joined(separator: separator)
}
private func negated(_ parcel: Parcel) -> Parcel {
    var parcel = parcel
    parcel.weights = parcel.weights.map { -$0 }
    return parcel
}
private func sum(_ a: Int, _ b: Int8, _ c: UInt16, _ d: Double, _ e: Float) -> Double {
    Double(a) + Double(b) + Double(c) + d + Double(e)
}
private func list(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> [Int] { [a, b, c, d] }

@Suite("Process.running: processes that return a value")
struct RunningProcessTests {
    @Test("closures, those that suspend, and functions return their values, on any rank", arguments: sizes)
    func values(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let base = 40
                for rank in 0..<Process.current.rankCount {
                    for startMethod in StartMethod.allCases {
                        let process = try Process.running(on: rank, startMethod: startMethod) {
                            (base + 2, Process.current.rank, Process.current.name).0 * 100
                                + Process.current.rank
                        }
                        #expect(process.rank == rank && process.pid != nil)
                        #expect(try process.result(timeout: .seconds(30)) == 4200 + rank)
                        // Again, and after its end.
                        #expect(try process.join() && process.exitCode == 0 && !process.isAlive)
                        #expect(try process.result(timeout: .zero) == 4200 + rank)
                    }
                }
                let suspending = try Process.running(name: "suspending") {
                    await Task.yield()
                    return Process.current.name
                }
                #expect(try suspending.result() == "suspending" && suspending.name == "suspending")
                #expect(try Process.running(target: negated, args: .example).result().weights[0] == -1.5)
                #expect(try Process.running(target: add, args: 2, 3).result() == 5)
                #expect(try Process.running(target: repeated, args: "x", 3, "-").result() == "x-x-x")
                #expect(try Process.running(target: list, args: 1, 2, 3, 4).result() == [1, 2, 3, 4])
                #expect(try Process.running(target: sum, args: 1, 2, 3, 4.5, 5.5).result() == 16)
            }
        }
    }

    @Test(
        "values can be awaited, by several tasks at once, and after the process has ended",
        arguments: sizes
    )
    func awaiting(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let gate = try Queue<Int>()
                let process = try await Process.running { try gate.get() }
                let values = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<4 { group.addTask { try await process.value } }
                    try await gate.put(9)
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(values == [9, 9, 9, 9])
                #expect(try await process.join(timeout: .seconds(20)))
                let ended = try await Process.running { "late" }
                #expect(try await ended.join(timeout: .seconds(20)))
                #expect(try await ended.value == "late")
                #expect(try await ended.result(timeout: .zero) == "late")
            }
        }
    }

    @Test("an error arrives as it is, or in words, and ends the process with status 1", arguments: sizes)
    func errors(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try await withProcesses {
                let complaining = try await Process.running { () throws -> Int in
                    throw Complaint(text: "enough")
                }
                await #expect(throws: Complaint(text: "enough")) { try await complaining.value }
                #expect(throws: Complaint(text: "enough")) { try complaining.result() }
                #expect(try await complaining.join())
                #expect(complaining.exitCode == 1)
                let grumbling = try await Process.running(name: "grumbler") { () async throws -> Int in
                    throw Grumble(number: 3)
                }
                do {
                    _ = try await grumbling.value
                    Issue.record("a value came of an error")
                } catch {
                    let remote = error as? RemoteError
                    #expect(remote?.typeName.contains("Grumble") == true, "\(error)")
                    #expect(remote?.message.contains("3") == true, "\(error)")
                    #expect(remote?.process.hasPrefix("grumbler (pid ") == true, "\(error)")
                }
                // What cannot be encoded is an error as well, and so is what cannot be decoded.
                let unencodable = try await Process.running { Unencodable() }
                await #expect(throws: (any Error).self) { try await unencodable.value }
                let undecodable = try await Process.running { Undecodable(number: 1) }
                await #expect(throws: (any Error).self) { try await undecodable.value }
                #expect(try await undecodable.join())
                #expect(undecodable.exitCode == 0)
            }
        }
        // Who asks is told; nobody else is.
        #expect(!result.standardError.contains("Process "), "\(result.report)")
    }

    @Test("a process that ends without a value is reported, with its exit code", arguments: sizes)
    func losses(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                for rank in 0..<Process.current.rankCount {
                    let process = try await Process.running(on: rank) { () -> Int in waitForTheEnd() }
                    let waiting = Task { try await process.value }
                    process.kill()
                    let loss = ProcessLost.of(await waiting.result)
                    #expect(loss?.process == process.name && loss?.pid == process.pid)
                    #expect(loss?.rank == rank && loss?.host == Process.current.host)
                    #expect(loss?.exitCode == -9 && loss?.signal == 9)
                }
                for status: Int32 in [0, 7] {
                    let process = try await Process.running { () -> Int in exit(status) }
                    let loss = ProcessLost.of(Result { try process.result() })
                    #expect(loss?.exitCode == Int(status) && loss?.signal == nil)
                }
                let terminated = try await Process.running { () -> Int in waitForTheEnd() }
                terminated.terminate()
                #expect(ProcessLost.of(Result { try terminated.result() })?.exitCode == -15)
            }
        }
    }

    @Test("64 MiB come back, and nothing is lost when the process ends right after", arguments: sizes)
    func large(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let count = 64 << 20
                let process = try Process.running { [UInt8](repeating: 7, count: count) }
                #expect(try process.join(timeout: .seconds(50)))
                let value = try process.result(timeout: .seconds(50))
                #expect(value.count == count && value.allSatisfy { $0 == 7 })
            }
        }
    }

    @Test("a wait can have a limit and be cancelled; the process goes on", arguments: sizes)
    func limits(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let gate = try Queue<Int>()
                let process = try await Process.running { try gate.get() }
                #expect(kindOfError { _ = try process.result(timeout: .zero) } == .timedOut)
                #expect(kindOfError { _ = try process.result(timeout: .milliseconds(10)) } == .timedOut)
                #expect(await kindOfAsyncError { _ = try await process.result(timeout: .zero) } == .timedOut)
                let waiting = Task { try await process.value }
                waiting.cancel()
                let outcome = await waiting.result
                #expect(throws: CancellationError.self) { try outcome.get() }
                #expect(process.isAlive)
                try await gate.put(5)
                #expect(try await process.value == 5)
            }
        }
    }

    @Test("processes inside processes return their values, from rank to rank", arguments: sizes)
    func nested(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let last = Process.current.rankCount - 1
                let outer = try Process.running(on: last) {
                    let inner = try Process.running(on: last / 2) {
                        [Process.current.name, Process.current.parentName ?? "", "\(Process.current.rank)"]
                    }
                    return try inner.result() + ["\(Process.current.rank)"]
                }
                #expect(
                    try outer.result()
                        == ["\(outer.name):1", outer.name, "\(last / 2)", "\(last)"]
                )
            }
        }
    }

    @Test(
        "what start refuses is refused; a daemon can return a value but not have a process",
        arguments: sizes
    )
    func refusals(ranks: Int?) async throws {
        try await onRanks(ranks) {
            #expect(kindOfError { _ = try Process.running { 1 } } == .noScope)
            try withProcesses {
                #expect(kindOfError { _ = try Process.running(on: 99) { 1 } } == .notFound)
                let daemon = try Process.running(daemon: true) {
                    textOfError { _ = try Process.running { 1 } }
                }
                let refusal = try daemon.result()
                #expect(refusal.contains("daemons cannot start processes"))
                #expect(daemon.description.hasSuffix(" daemon>"))
            }
            let kept = try withProcesses { try Process.running { 1 } }
            // Nobody has asked in time.
            if let kept { #expect(kindOfError { _ = try kept.result() } == .noScope) }
        }
    }

    @Test("closures that return nothing can be waited for, and asked for their error", arguments: sizes)
    func nothing(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let seen = try Queue<Int>()
                for rank in 0..<Process.current.rankCount {
                    let process = try await Process.running(on: rank) { try seen.put(1) }
                    try await process.value
                    #expect(try await seen.get(timeout: .zero) == 1)
                    #expect(try await process.join(timeout: .seconds(20)) && process.exitCode == 0)
                }
                let suspending = try await Process.running { try await seen.put(2) }
                try await suspending.result(timeout: .seconds(20))
                #expect(try await seen.get(timeout: .zero) == 2)
                try blockingNothing(seen)
                let failing = try await Process.running { () async throws -> Void in
                    throw Complaint(text: "nothing")
                }
                await #expect(throws: Complaint(text: "nothing")) { try await failing.value }
                let killed = try await Process.running { () -> Void in waitForTheEnd() }
                killed.kill()
                #expect(ProcessLost.of(Result { try killed.result() })?.exitCode == -9)
            }
        }
    }

    @Test(
        "a process is started and gives its value without blocking the thread, in all forms",
        arguments: sizes
    )
    func asynchronousStart(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let last = Process.current.rankCount - 1
                let base = 40
                let process = try await Process.running(name: "answer", on: last) {
                    base + 2 + Process.current.rank
                }
                #expect(process.name == "answer" && process.rank == last && process.pid != nil)
                #expect(try await process.value == 42 + last)
                let suspending = try await Process.running {
                    await Task.yield()
                    return Process.current.parentPid
                }
                #expect(try await suspending.value == Process.current.pid)
                #expect(try await Process.running(target: negated, args: .example).value.weights[0] == -1.5)
                #expect(try await Process.running(target: add, args: 2, 3).value == 5)
                #expect(try await Process.running(target: repeated, args: "x", 3, "-").value == "x-x-x")
                #expect(try await Process.running(target: list, args: 1, 2, 3, 4).value == [1, 2, 3, 4])
                #expect(try await Process.running(target: sum, args: 1, 2, 3, 4.5, 5.5).value == 16)
                #expect(
                    await kindOfAsyncError { _ = try await Process.running(on: 99) { 1 } } == .notFound
                )
            }
        }
    }

    @Test("a capture that cannot travel is refused, and named", arguments: sizes)
    func captures(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let cargo = Untransportable(number: 1, text: "x")
                let text = textOfError { _ = try Process.running { cargo.number } }
                #expect(text.contains("Untransportable"), "\(text)")
            }
        }
    }
}

/// Where `await` would choose another variant.
private func blockingNothing(_ seen: Queue<Int>) throws {
    let process = try Process.running { try seen.put(3) }
    try process.result(timeout: .seconds(20))
    try Process.running { () async throws -> Void in try await seen.put(4) }.result(timeout: .seconds(20))
    #expect(try (0..<2).map { _ in try seen.get(timeout: .zero) } == [3, 4])
}

extension ProcessLost {
    /// The loss that was thrown, if it was one.
    fileprivate static func of<Value>(_ result: Result<Value, any Error>) -> ProcessLost? {
        guard case .failure(let error) = result else { return nil }
        return error as? ProcessLost
    }
}
