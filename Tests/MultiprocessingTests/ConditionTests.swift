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

@Suite("Condition")
struct ConditionTests {
    @Test(
        "producers and consumers with a store of three places lose nothing and never overfill it",
        arguments: sizes
    )
    func store(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let lock = try Lock()
                let (hasItems, hasRoom) = (try Condition(lock: lock), try Condition(lock: lock))
                let (store, taken) = (try Queue<Int>(), try Queue<[Int]>())
                let producers = (0..<2).map { producer in
                    Process {
                        for number in 0..<60 {
                            try hasRoom.withLock {
                                try hasRoom.wait(for: { try store.count < 3 })
                                try store.put(producer * 1000 + number)
                                try hasItems.notify()
                            }
                        }
                    }
                }
                let consumers = (0..<3).map { _ in
                    Process {
                        var items: [Int] = []
                        for _ in 0..<40 {
                            try hasItems.withLock {
                                try hasItems.wait { try !store.isEmpty }
                                if try store.count > 3 { throw Undecodable.Refusal() }
                                items.append(try store.getWithoutWaiting())
                                try hasRoom.notify()
                            }
                        }
                        try taken.put(items)
                    }
                }
                for process in producers + consumers { try process.start() }
                var all: [Int] = []
                for _ in consumers {
                    let items = try taken.get(timeout: .seconds(40))
                    for producer in 0..<2 {
                        let own = items.filter { $0 / 1000 == producer }
                        #expect(own == own.sorted())
                    }
                    all += items
                }
                #expect(all.sorted() == (0..<60).map { $0 } + (1000..<1060).map { $0 })
                for process in producers + consumers {
                    try process.join()
                    #expect(process.exitCode == 0)
                }
            }
        }
    }

    @Test("notify wakes as many as it says, the oldest first, and notifyAll all", arguments: sizes)
    func notifying(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (condition, reports) = (try Condition(), try Queue<Int>())
                let processes = (0..<5).map { number in
                    Process {
                        try condition.withLock {
                            try reports.put(-1)
                            try condition.wait()
                            try reports.put(number)
                        }
                    }
                }
                for process in processes {
                    try process.start()
                    // The lock is free again once it waits.
                    #expect(try reports.get(timeout: .seconds(20)) == -1)
                    try condition.withLock {}
                }
                func nextReports(_ count: Int) throws -> [Int] {
                    try (0..<count).map { _ in try reports.get(timeout: .seconds(20)) }
                }
                try condition.withLock {
                    try condition.notify()
                    // Nobody goes on before the lock is released.
                    #expect(kindOfError { _ = try reports.getWithoutWaiting() } == .empty)
                }
                #expect(try nextReports(1) == [0])
                try condition.withLock { try condition.notify(2) }
                #expect(try nextReports(2) == [1, 2])
                try condition.withLock {
                    try condition.notify(0)
                    try condition.notify(-1)
                }
                #expect(kindOfError { _ = try reports.getWithoutWaiting() } == .empty)
                try condition.withLock { try condition.notifyAll() }
                #expect(try nextReports(2) == [3, 4])
                // What was notified when nobody waited is not kept.
                try condition.withLock {
                    try condition.notifyAll()
                    #expect(try !condition.wait(timeout: .milliseconds(20)))
                }
            }
        }
    }

    @Test("who does not hold the lock can neither wait nor notify", arguments: sizes)
    func notHeld(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (lock, reentrant) = (try Lock(), try RLock())
                let results = try Queue<[String]>()
                for condition in [try Condition(), try Condition(lock: lock), try Condition(lock: reentrant)]
                {
                    #expect(kindOfError { try condition.wait() } == .misuse)
                    #expect(kindOfError { try condition.wait(for: { false }) } == .misuse)
                    #expect(kindOfError { try condition.notify() } == .misuse)
                    #expect(kindOfError { try condition.notifyAll() } == .misuse)
                    #expect(kindOfError { try condition.release() } == .misuse)
                    // As in Python, what holds already needs no wait.
                    #expect(try condition.wait(for: { true }))
                    try condition.withLock {
                        let other = Process {
                            try results.put([
                                kindOfError { try condition.wait() }?.rawValue ?? "none",
                                kindOfError { try condition.notify() }?.rawValue ?? "none",
                            ])
                        }
                        try other.start()
                        #expect(try results.get(timeout: .seconds(20)) == ["misuse", "misuse"])
                    }
                }
            }
        }
    }

    @Test("a wait holds the lock again when its time is up, as often as before", arguments: sizes)
    func timeouts(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let lock = try RLock()
                let condition = try Condition(lock: lock)
                let reports = try Queue<String>()
                try condition.withLock {
                    try lock.withLock {
                        for timeout in [Duration.zero, .milliseconds(20), .seconds(-1)] {
                            #expect(try !condition.wait(timeout: timeout))
                            var looks = 0
                            let holds = try condition.wait(
                                for: {
                                    looks += 1
                                    return false
                                },
                                timeout: timeout
                            )
                            #expect(!holds && looks > 0)
                        }
                        let other = Process {
                            try lock.withLock {
                                try reports.put("has the lock")
                                try condition.notify()
                            }
                        }
                        try other.start()
                        // It takes all of the lock's releases for the other to come in.
                        #expect(try condition.wait(timeout: .seconds(20)))
                        #expect(try reports.getWithoutWaiting() == "has the lock")
                    }
                    #expect(try condition.acquireReportingAbandonment(timeout: .zero) == .acquired)
                    try condition.release()
                }
                #expect(kindOfError { try condition.release() } == .misuse)
            }
        }
    }

    @Test(
        "a killed waiter swallows no notification, and a killed holder leaves the waiters the lock",
        arguments: sizes
    )
    func kills(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (condition, reports) = (try Condition(), try Queue<String>())
                func waiter(_ name: String) throws -> Process {
                    let process = Process(name: name) {
                        try condition.withLock {
                            try reports.put("waits")
                            try condition.wait()
                            try reports.put(Process.current.name)
                        }
                        waitForTheEnd()
                    }
                    try process.start()
                    #expect(try reports.get(timeout: .seconds(20)) == "waits")
                    try condition.withLock {}
                    return process
                }
                for round in 0..<4 {
                    let (first, second) = (try waiter("first"), try waiter("second"))
                    try condition.withLock {
                        if round % 2 == 0 {
                            // It dies while it waits for the notification, or while it waits for the lock.
                            first.kill()
                            try first.join()
                            try condition.notify()
                        } else {
                            try condition.notify()
                            first.kill()
                            try first.join()
                        }
                    }
                    #expect(try reports.get(timeout: .seconds(20)) == "second")
                    second.kill()
                }
                // The holder dies after it has notified.
                let last = try waiter("last")
                let holder = Process {
                    try condition.acquire()
                    try condition.notify()
                    try reports.put("notified")
                    waitForTheEnd()
                }
                try holder.start()
                #expect(try reports.get(timeout: .seconds(20)) == "notified")
                holder.kill()
                #expect(try reports.get(timeout: .seconds(20)) == "last")
                let lost = try condition.withLock { lost in lost }
                #expect(lost?.pid == holder.pid, "nobody asked before")
                last.kill()
            }
        }
    }

    @Test("a cancelled wait holds the lock again and has taken no notification", arguments: sizes)
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let condition = try Condition(lock: try Lock())
                let tally = Tally()
                for round in 0..<10 {
                    let (waits, began) = AsyncStream.makeStream(of: Void.self)
                    let waiting = Task {
                        try await condition.withLock {
                            began.finish()
                            do {
                                try await condition.wait()
                            } catch {
                                // Still the holder, so this is allowed.
                                try await condition.notify()
                                throw error
                            }
                        }
                    }
                    for await _ in waits {}
                    let other = Task {
                        try await condition.withLock {
                            try await condition.wait(for: { tally.entries.count > round })
                        }
                    }
                    if round % 2 == 0 { await Task.yield() }
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { try await waiting.value }
                    try await condition.withLock {
                        tally.note("now")
                        try await condition.notifyAll()
                    }
                    #expect(try await other.value)
                }
            }
        }
    }
}
