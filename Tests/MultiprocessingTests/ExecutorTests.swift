import Multiprocessing
import RankChecks
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 4]

private struct Oddity: Error, Codable, Hashable {
    var number: Int
}

private func add(_ first: Int, _ second: Int) -> Int { first + second }

@Suite("Executor")
struct ExecutorTests {
    @Test("a future has the result or the error of its call, and calls back", arguments: sizes)
    func results(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let executor = try Executor(maxWorkers: 2)
                #expect(executor.workerCount == 2)
                let base = 20
                let future = try executor.submit { base + 1 }
                #expect(try await future.value == 21)
                #expect(future.isDone && !future.isRunning && !future.isCancelled)
                #expect(try future.exception() == nil)
                #expect(await !future.cancel())
                let failing = try executor.submit { () -> Int in throw Oddity(number: base) }
                #expect(try failing.exception(timeout: .seconds(20)) as? Oddity == Oddity(number: 20))
                await #expect(throws: Oddity(number: 20)) { try await failing.value }
                #expect(try await executor.submit(add, args: 2, 3).value == 5)
                let calls = try Queue<Int>()
                let quiet = try executor.submit { () throws -> Void in try calls.put(1) }
                try await quiet.value
                #expect(try await calls.get(timeout: .seconds(20)) == 1)
                let mute = try executor.submit { () async throws -> Void in try await calls.put(2) }
                try await mute.value
                try await executor.submit({ try calls.put($0) }, args: 3).value
                try await executor.submit({ try calls.put($0 + $1) }, args: 2, 2).value
                try await executor.submit({ try calls.put($0 + $1 + $2) }, args: 1, 2, 2).value
                try await executor.submit({ try calls.put($0 + $1 + $2 + $3) }, args: 1, 1, 2, 2).value
                try await executor.submit({ try calls.put($0 + $1 + $2 + $3 + $4) }, args: 1, 1, 1, 2, 2)
                    .value
                for number in 2...7 { #expect(try await calls.get(timeout: .zero) == number) }
                let suspending = try executor.submit {
                    await Task.yield()
                    return 3
                }
                let (stream, continuation) = AsyncStream<Int>.makeStream()
                suspending.addDoneCallback { continuation.yield((try? $0.result(timeout: .zero)) ?? -1) }
                for await number in stream {
                    #expect(number == 3)
                    break
                }
                try await executor.shutdown()
                #expect(kindOfError { try executor.submit { 1 } } == .closed)
                #expect(kindOfError { try executor.submit(add, args: 2, 3) } == .closed)
                #expect(kindOfError { _ = try executor.map(0..<2) { $0 } } == .closed)
            }
        }
    }

    @Test("a call can be cancelled until it begins", arguments: sizes)
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let executor = try Executor(maxWorkers: 1)
                let (begun, gate) = (try Queue<Int>(), try Queue<Int>())
                let futures = try (0..<5).map { number in
                    try executor.submit {
                        try begun.put(number)
                        return try gate.get()
                    }
                }
                #expect(try begun.get(timeout: .seconds(20)) == 0)
                #expect(futures[0].isRunning && !futures[0].isDone)
                #expect(!futures[4].isRunning)
                #expect(!futures[0].cancel())
                // The next one is at the worker already, the last one is not.
                #expect(futures[1].cancel() && futures[4].cancel())
                #expect(futures[1].isCancelled && futures[4].isDone)
                #expect(throws: CancellationError.self) { try futures[1].result() }
                #expect(throws: CancellationError.self) { try futures[4].exception() }
                #expect(kindOfError { _ = try futures[0].result(timeout: .milliseconds(5)) } == .timedOut)
                for number in 0..<3 { try gate.put(number) }
                #expect(try [0, 2, 3].map { try futures[$0].result(timeout: .seconds(20)) } == [0, 1, 2])
                #expect(try (0..<2).map { _ in try begun.get(timeout: .seconds(20)) } == [2, 3])
                // The rest is cancelled with the executor.
                let last = try (0..<5).map { _ in try executor.submit { try gate.get() } }
                try executor.shutdown(wait: false, cancelFutures: true)
                #expect(last[4].isCancelled)
                for number in 0..<2 { try gate.put(number) }
                try executor.shutdown()
                #expect(last.filter { $0.isCancelled }.count >= 3)
            }
        }
    }

    @Test("futures come as they are completed, and can be waited for in three ways", arguments: sizes)
    func waiting(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let executor = try Executor(maxWorkers: 3)
                let gates = try (0..<3).map { _ in try Queue<Int>() }
                func submit() throws -> [Future<Int>] {
                    try gates.map { gate in
                        try executor.submit {
                            let number = try gate.get()
                            if number < 0 { throw Oddity(number: number) }
                            return number
                        }
                    }
                }
                var futures = try submit()
                var completed = Executor.asCompleted(futures)
                for index in [2, 0, 1] {
                    try await gates[index].put(index)
                    #expect(try await completed.next() === futures[index])
                }
                #expect(try await completed.next() == nil)
                completed = Executor.asCompleted(futures, timeout: .seconds(20))
                var count = 0
                for try await future in completed { count += try await future.value }
                #expect(count == 3)

                futures = try submit()
                var (done, notDone) = try await Executor.wait(
                    for: futures,
                    until: .firstCompleted,
                    timeout: .milliseconds(10)
                )
                #expect(done.isEmpty && notDone.count == 3)
                try await gates[1].put(1)
                (done, notDone) = try await Executor.wait(for: futures, until: .firstCompleted)
                #expect(done.map { $0 === futures[1] } == [true] && notDone.count == 2)
                try await gates[2].put(-1)
                (done, notDone) = try await Executor.wait(for: futures, until: .firstError)
                #expect(done.count == 2 && notDone.count == 1)
                try await gates[0].put(0)
                (done, notDone) = try await Executor.wait(for: futures)
                #expect(done.count == 3 && notDone.isEmpty)
                try blocking(futures)
            }
        }
    }

    @Test("map gives the results in order, and no longer than it was told", arguments: sizes)
    func mapping(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let executor = try Executor(maxWorkers: 2)
                let results = try executor.map(0..<30, chunkSize: 4) { $0 * 2 }
                #expect(try (0..<31).map { _ in try results.next() } == (0..<30).map { $0 * 2 } + [nil])
                let gate = try Queue<Int>()
                let late = try executor.map(0..<2, timeout: .milliseconds(20)) { _ in try gate.get() }
                #expect(kindOfError { _ = try late.next() } == .timedOut)
                for number in 0..<2 { try gate.put(number) }
            }
        }
    }

    @Test("a worker's death fails only the call that it ran", arguments: sizes)
    func lostWorker(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let executor = try Executor(maxWorkers: 2)
                let futures = try (0..<20).map { number in
                    try executor.submit { () -> Int in
                        if number == 5 { kill(getpid(), SIGKILL) }
                        return number
                    }
                }
                for (number, future) in futures.enumerated() {
                    if number == 5 {
                        #expect(throws: WorkerLost.self) { try future.result(timeout: .seconds(20)) }
                    } else {
                        #expect(try future.result(timeout: .seconds(20)) == number)
                    }
                }
            }
        }
    }
}

/// Where `await` would choose other variants.
private func blocking(_ futures: [Future<Int>]) throws {
    #expect(Executor.wait(for: futures, timeout: .seconds(20)).done.count == 3)
    let completed = Executor.asCompleted(futures)
    for _ in 0..<3 { #expect(try completed.next() != nil) }
    #expect(try completed.next() == nil)
}
