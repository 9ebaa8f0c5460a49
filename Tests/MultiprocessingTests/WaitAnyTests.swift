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

/// Whether these are the ones, in this order.
private func isSame(_ things: [any Waitable], _ expected: [any Waitable]) -> Bool {
    things.count == expected.count && zip(things, expected).allSatisfy { $0 === $1 }
}

@Suite("Waiting for any of several things")
struct WaitAnyTests {
    @Test(
        "those that are ready come back, in the given order, and nothing is taken from them",
        arguments: sizes
    )
    func ready(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (queue, gate) = (try Queue<Int>(), try Queue<Bool>())
                let (left, right) = try Pipe<Int>().ends
                let process = Process { _ = try gate.get() }
                try process.start()
                let things: [any Waitable] = [left, process, queue]
                #expect(try wait(any: []).isEmpty)
                for timeout in [Duration.zero, .seconds(-1), .milliseconds(20)] {
                    #expect(try wait(any: things, timeout: timeout).isEmpty)
                }
                try queue.put(1)
                #expect(isSame(try wait(any: things), [queue]))
                try right.send(2)
                for timeout in [nil, .zero, .seconds(20)] as [Duration?] {
                    #expect(isSame(try wait(any: things, timeout: timeout), [left, queue]))
                    #expect(isSame(try wait(any: things.reversed(), timeout: timeout), [queue, left]))
                }
                #expect(try queue.count == 1)
                #expect(try left.receive(timeout: .zero) == 2)
                #expect(try queue.get(timeout: .zero) == 1)
                try gate.put(true)
                #expect(isSame(try wait(any: things), [process]))
                #expect(process.exitCode == 0)
                #expect(isSame(try wait(any: things, timeout: .zero), [process]))
                try queue.close()
                right.close()
                #expect(isSame(try wait(any: things), things))
                let simple = try SimpleQueue<Int>()
                try simple.put(1)
                #expect(isSame(try wait(any: [simple]), [simple]))
                left.close()
                #expect(kindOfError { _ = try wait(any: things) } == .closed)
                #expect(kindOfError { _ = try wait(any: [Process {}]) } == .misuse)
            }
        }
    }

    @Test(
        "what happens anywhere ends the wait: an item, a message, the end of a stream, a death",
        arguments: sizes
    )
    func events(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let results = try Queue<String>()
                let gate = try Queue<String>()
                let (left, right) = try Pipe<Int>().ends
                // What is waited for lives with another rank than the one that waits.
                let waiter = Process(on: Process.current.rankCount - 1) {
                    let own = try Queue<Int>()
                    let doomed = Process { waitForTheEnd() }
                    try doomed.start()
                    let helper = Process {
                        while case let order = try gate.get(), order != "close" {
                            if order == "put" { try own.put(1) } else { try right.send(1) }
                        }
                        right.close()
                    }
                    try helper.start()
                    right.close()
                    let things: [any Waitable] = [own, left, doomed]
                    while true {
                        try results.put("waiting")
                        let ready = try wait(any: things)
                        if ready.contains(where: { $0 === own }) { try results.put("item \(try own.get())") }
                        if ready.contains(where: { $0 === doomed }) { return try results.put("death") }
                        guard ready.contains(where: { $0 === left }) else { continue }
                        do {
                            try results.put("message \(try left.receive())")
                        } catch {
                            try results.put("end")
                            doomed.kill()
                            #expect(isSame(try wait(any: [own, doomed]), [doomed]))
                            return
                        }
                    }
                }
                try waiter.start()
                for (order, result) in [
                    ("put", "item 1"), ("send", "message 1"), ("put", "item 1"), ("close", "end"),
                ] {
                    #expect(try results.get(timeout: .seconds(20)) == "waiting")
                    try gate.put(order)
                    #expect(try results.get(timeout: .seconds(20)) == result)
                }
                #expect(try waiter.join(timeout: .seconds(20)))
                #expect(waiter.exitCode == 0)
            }
        }
    }

    @Test("without blocking the thread; a wait that is cancelled ends, and takes nothing", arguments: sizes)
    func asynchronous(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (queue, other) = (try Queue<Int>(), try Queue<Int>())
                let (left, right) = try Pipe<Int>().ends
                for round in 0..<10 {
                    let waiting = Task { try await wait(any: [queue, left, other]).count }
                    if round % 2 == 0 { await Task.yield() }
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                }
                #expect(try await wait(any: [queue, left], timeout: .milliseconds(20)).isEmpty)
                let process = Process {
                    try await right.send(1)
                    try await other.put(2)
                }
                try await process.start()
                #expect(isSame(try await wait(any: [queue, left], timeout: .seconds(20)), [left]))
                #expect(isSame(try await wait(any: [process, queue]), [process]))
                #expect(isSame(try await wait(any: [other, queue, left, process]), [other, left, process]))
                #expect(try await other.get(timeout: .zero) == 2)
                #expect(try await left.receive(timeout: .zero) == 1)
                try await queue.put(3)
                #expect(try await queue.get(timeout: .seconds(20)) == 3)
            }
        }
    }
}

/// Waits for what comes of work; throws at the first thing that is not as it should be, so that a process ends with status 1.
private func checkWork() throws {
    let (gate, late) = (try Queue<Int>(), try Queue<Int>())
    let (pool, executor) = (try Pool(processes: 2), try Executor(maxWorkers: 1))
    let event = try Event()
    let doomed = Process { waitForTheEnd() }
    try doomed.start()
    let sentinel = try doomed.sentinel
    let tally = Tally()
    // The callback takes its time, on a thread of its own, and waits for a frame meanwhile.
    let note: @Sendable (Int) -> Void = { tally.note("\($0) \((try? late.get()) ?? 0)") }
    let result = try pool.applyAsync(callback: note) { try gate.get() }
    let future = try executor.submit { try late.get() }
    let things: [any Waitable] = [result, future, event, sentinel]
    for timeout in [Duration.zero, .seconds(-1), .milliseconds(20)] {
        try #require(try wait(any: things, timeout: timeout).isEmpty)
    }
    try late.put(7)
    try #require(isSame(try wait(any: things), [future]))
    try #require(try future.result(timeout: .zero) == 7)
    try gate.put(1)
    try late.put(2)
    try #require(isSame(try wait(any: [event, result, sentinel]), [result]))
    try #require(tally.entries == ["1 2"] && result.isReady)
    for timeout in [nil, .zero, .seconds(20)] as [Duration?] {
        try #require(isSame(try wait(any: things, timeout: timeout), [result, future]))
    }

    let setter = Process { try event.set() }
    try setter.start()
    try #require(isSame(try wait(any: [sentinel, event]), [event]))
    try #require(isSame(try wait(any: things, timeout: .zero), [result, future, event]))
    try event.clear()
    try #require(try wait(any: [sentinel, event], timeout: .zero).isEmpty)

    doomed.kill()
    try #require(isSame(try wait(any: [event, sentinel]), [sentinel]))
    try #require(try doomed.sentinel === sentinel && doomed.exitCode == -Int(SIGKILL))
    let lost = try pool.applyAsync { Int(kill(getpid(), SIGKILL)) }
    try #require(isSame(try wait(any: [event, lost]), [lost]))
    try #require(throws: WorkerLost.self) { try lost.get(timeout: .zero) }
    let running = try Process.running { () -> Int in waitForTheEnd() }
    try #require(try wait(any: [running, event], timeout: .milliseconds(20)).isEmpty)
    running.kill()
    try #require(isSame(try wait(any: [running, event]), [running]))
    try #require(throws: ProcessLost.self) { try running.result(timeout: .zero) }

    // Whoever is killed while waiting takes nothing along.
    let waiting = try Queue<Bool>()
    let waiter = Process {
        try waiting.put(true)
        _ = try wait(any: [event, gate])
    }
    try waiter.start()
    try #require(try waiting.get(timeout: .seconds(20)))
    waiter.kill()
    try #require(try waiter.join(timeout: .seconds(20)))
    try event.set()
    try #require(isSame(try wait(any: [gate, event, waiter]), [event, waiter]))
    try pool.terminate()
    try executor.shutdown()
}

@Suite("Waiting for what comes of work")
struct WaitForWorkTests {
    @Test(
        "a result, a future, an event or a sentinel ends the wait, by a death, too, in a process as well",
        arguments: sizes
    )
    func work(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                try checkWork()
                // A process reads its socket itself, where a main program shares its memory with a Host.
                let process = Process(on: Process.current.rankCount - 1) { try checkWork() }
                try process.start()
                #expect(try process.join(timeout: .seconds(50)))
                #expect(process.exitCode == 0)
            }
        }
    }

    @Test("without blocking the thread; a wait that is cancelled ends", arguments: sizes)
    func asynchronous(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let gate = try Queue<Int>()
                let event = try Event()
                let pool = try Pool(processes: 1)
                let result = try pool.applyAsync { try gate.get() }
                let process = Process { waitForTheEnd() }
                try await process.start()
                let sentinel = try process.sentinel
                for round in 0..<10 {
                    let waiting = Task { try await wait(any: [result, event, sentinel]).count }
                    if round % 2 == 0 { await Task.yield() }
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                }
                let things: [any Waitable] = [result, event, sentinel]
                for timeout in [Duration.zero, .milliseconds(20)] {
                    #expect(try await wait(any: things, timeout: timeout).isEmpty)
                    #expect(try await wait(any: [result], timeout: timeout).isEmpty)
                }
                let waiting = Task { isSame(try await wait(any: [result, event, sentinel]), [result]) }
                try await gate.put(5)
                #expect(try await waiting.value)
                #expect(isSame(try await wait(any: things), [result]))
                try await event.set()
                #expect(isSame(try await wait(any: things), [result, event]))
                process.kill()
                #expect(isSame(try await wait(any: [sentinel]), [sentinel]))
                #expect(isSame(try await wait(any: things, timeout: .seconds(20)), things))
            }
        }
    }
}
