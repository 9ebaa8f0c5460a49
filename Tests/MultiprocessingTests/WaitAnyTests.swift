import Multiprocessing
import RankChecks
import RankLaunching
import Testing

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
