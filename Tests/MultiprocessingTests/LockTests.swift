import MessageCoding
import RankChecks
import RankLaunching
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private let sizes: [Int?] = [nil, 1, 3]

/// Adds to the number in a queue of one item, which goes wrong if two do it at the same time.
private func add(_ number: Int, to counter: Queue<Int>) throws {
    try counter.put(try counter.getWithoutWaiting() + number)
}

@Suite("Lock")
struct LockTests {
    @Test("four processes that add 200 times each under a lock lose nothing", arguments: sizes)
    func counting(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let lock = try Lock()
                let counter = try Queue<Int>()
                try counter.put(0)
                let processes = (0..<4).map { _ in
                    Process { for _ in 0..<200 { try lock.withLock { try add(1, to: counter) } } }
                }
                for process in processes { try process.start() }
                for process in processes {
                    try process.join()
                    #expect(process.exitCode == 0)
                }
                #expect(try counter.get(timeout: .zero) == 800)
            }
        }
    }

    @Test("tasks, threads and processes exclude one another, whoever made the lock", arguments: sizes)
    func tasks(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let (locks, counter) = (try Queue<Lock>(), try Queue<Int>())
                let process = Process(on: Process.current.rankCount - 1) {
                    let lock = try Lock()
                    try lock.acquire()
                    try counter.put(0)
                    for _ in 0..<4 { try locks.put(lock) }
                    for _ in 0..<20 { try add(1, to: counter) }
                    try lock.release()
                    for _ in 0..<20 { try lock.withLock { try add(1, to: counter) } }
                }
                try await process.start()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            let lock = try await locks.get(timeout: .seconds(20))
                            for _ in 0..<20 { try await lock.withLock { try add(1, to: counter) } }
                        }
                    }
                    try await group.waitForAll()
                }
                try await process.join()
                #expect(process.exitCode == 0)
                #expect(try await counter.get(timeout: .zero) == 120)
            }
        }
    }

    @Test(
        "acquire waits, or not, or until its time is up, and one release too many is an error",
        arguments: sizes
    )
    func acquiring(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let lock = try Lock()
                #expect(kindOfError { try lock.release() } == .misuse)
                #expect(try lock.acquire())
                for timeout in [Duration.zero, .milliseconds(20), .seconds(-1)] {
                    #expect(try !lock.acquire(timeout: timeout))
                    #expect(try lock.acquireReportingAbandonment(timeout: timeout) == .timedOut)
                    #expect(kindOfError { try lock.withLock(timeout: timeout) {} } == .timedOut)
                }
                // As in Python, whoever likes releases.
                let process = Process { try lock.release() }
                try process.start()
                #expect(try lock.acquire(timeout: .seconds(20)))
                try lock.release()
                #expect(kindOfError { try lock.release() } == .misuse)
                #expect(textOfError { try lock.release() } == "releasing a lock: nobody holds it")
                #expect(try lock.acquireReportingAbandonment() == .acquired)
                try lock.release()
            }
        }
    }

    @Test("withLock returns what its closure returns, and releases however it ends", arguments: sizes)
    func scoped(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let lock = try Lock()
                for _ in 0..<2 {
                    #expect(try await lock.withLock { 5 } == 5)
                    #expect(try await lock.withLock { lost in lost == nil })
                    await #expect(throws: Undecodable.Refusal.self) {
                        try await lock.withLock { throw Undecodable.Refusal() }
                    }
                    await #expect(throws: Undecodable.Refusal.self) {
                        try await lock.withLock { (_: LostHolder?) in throw Undecodable.Refusal() }
                    }
                    try blocking(lock)
                    #expect(try await lock.acquire(timeout: .zero))
                    try await lock.release()
                    // The closure's own release is one too many then.
                    #expect(
                        await kindOfAsyncError { try await lock.withLock { try await lock.release() } }
                            == .misuse
                    )
                }
            }
        }
    }

    @Test(
        "when a holder is killed the next one goes on and is told by whom the lock was abandoned",
        arguments: [nil, 1, 4]
    )
    func abandoned(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (lock, reports) = (try Lock(), try Queue<String>())
                for round in 0..<4 {
                    let holder = Process(name: "holder", on: round % Process.current.rankCount) {
                        try lock.acquire()
                        try reports.put("held")
                        waitForTheEnd()
                    }
                    try holder.start()
                    #expect(try reports.get(timeout: .seconds(20)) == "held")
                    let waiters = (0..<3).map { _ in
                        Process {
                            try reports.put("waiting")
                            try lock.withLock { lost in
                                try reports.put(lost.map { "\($0.name) \($0.exitCode)" } ?? "fine")
                            }
                        }
                    }
                    for waiter in waiters {
                        try waiter.start()
                        #expect(try reports.get(timeout: .seconds(20)) == "waiting")
                    }
                    #expect(try !lock.acquire(timeout: .zero))
                    if round < 2 { holder.kill() } else { holder.terminate() }
                    let told = try (0..<3).map { _ in try reports.get(timeout: .seconds(20)) }
                    #expect(told == ["holder \(round < 2 ? -9 : -15)", "fine", "fine"])
                    for waiter in waiters { try waiter.join() }
                }
                #expect(try lock.acquireReportingAbandonment(timeout: .zero) == .acquired)
            }
        }
    }

    @Test("a process that ends well without releasing abandons the lock too", arguments: sizes)
    func endedWell(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let lock = try Lock()
                let process = Process(name: "careless") { try lock.acquire() }
                try process.start()
                try process.join()
                let acquisition = try lock.acquireReportingAbandonment(timeout: .seconds(20))
                guard case .abandoned(let holder) = acquisition else {
                    Issue.record("\(acquisition)")
                    return
                }
                #expect(acquisition.isAcquired && acquisition.lostHolder == holder)
                #expect(holder.name == "careless" && holder.exitCode == 0 && holder.signal == nil)
                #expect(holder.pid == process.pid && holder.rank == process.rank)
                try lock.release()
            }
        }
    }

    @Test("a killed process that waits for a lock does not get it", arguments: sizes)
    func killedWaiter(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (lock, ready) = (try Lock(), try Queue<Bool>())
                for _ in 0..<5 {
                    try lock.acquire()
                    let waiter = Process {
                        try ready.put(true)
                        try lock.acquire()
                        waitForTheEnd()
                    }
                    try waiter.start()
                    #expect(try ready.get(timeout: .seconds(20)))
                    waiter.kill()
                    try waiter.join()
                    try lock.release()
                    #expect(try lock.acquire(timeout: .seconds(20)))
                    try lock.release()
                }
            }
        }
    }

    @Test("a cancelled acquire takes nothing, and a cancelled withLock releases", arguments: sizes)
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let lock = try Lock()
                for round in 0..<20 {
                    try await lock.acquire()
                    let acquiring = Task { try await lock.acquire() }
                    let scoped = Task { try await lock.withLock { Issue.record("it ran without the lock") } }
                    if round % 2 == 0 { await Task.yield() }
                    acquiring.cancel()
                    scoped.cancel()
                    await #expect(throws: CancellationError.self) { try await acquiring.value }
                    await #expect(throws: CancellationError.self) { try await scoped.value }
                    try await lock.release()
                    let (entered, enter) = AsyncStream.makeStream(of: Void.self)
                    let inside = Task {
                        try await lock.withLock {
                            enter.finish()
                            while true { try await Task.sleep(for: .seconds(60)) }
                        }
                    }
                    for await _ in entered {}
                    inside.cancel()
                    await #expect(throws: CancellationError.self) { try await inside.value }
                    #expect(try await lock.acquire(timeout: .zero))
                    try await lock.release()
                }
            }
        }
    }

    @Test("when the lock and a cancellation race, it is either held or free", arguments: sizes)
    func cancellationRace(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let lock = try Lock()
                for round in 0..<100 {
                    try await lock.acquire()
                    let acquiring = Task { try await lock.acquire() }
                    if round % 3 > 0 { await Task.yield() }
                    async let released: Void = lock.release()
                    if round % 2 == 0 { await Task.yield() }
                    acquiring.cancel()
                    try await released
                    do {
                        _ = try await acquiring.value
                        try await lock.release()
                    } catch is CancellationError {}
                    #expect(try await lock.acquire(timeout: .zero))
                    try await lock.release()
                }
            }
        }
    }

    @Test("an exit code that no process can have is words like any other")
    func strangeExitCodes() throws {
        for exitCode in [Int.min, .max, -9, 3] {
            let lost = WorkerLost(worker: "w", pid: 1, rank: 0, host: "here", exitCode: exitCode)
            #expect(lost.description.hasPrefix("worker w (pid 1, rank 0 on here) was lost by "))
        }
    }
}

/// A context without `await`, where the blocking variants are chosen.
private func blocking(_ lock: Lock) throws {
    #expect(try lock.withLock { 7 } == 7)
    #expect(try lock.withLock { lost in lost == nil })
    #expect(throws: Undecodable.Refusal.self) { try lock.withLock { throw Undecodable.Refusal() } }
    #expect(throws: Undecodable.Refusal.self) {
        try lock.withLock { (_: LostHolder?) in throw Undecodable.Refusal() }
    }
}

@Suite("RLock")
struct RLockTests {
    @Test(
        "the holder acquires again; it is free after as many releases; others cannot release it",
        arguments: sizes
    )
    func reentrance(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (lock, reports) = (try RLock(), try Queue<String>())
                let other = Process {
                    try reports.put(kindOfError { try lock.release() }?.rawValue ?? "none")
                    try reports.put(try lock.acquire(timeout: .zero) ? "acquired" : "held")
                    try lock.withLock { try reports.put("in turn") }
                }
                try lock.withLock {
                    try lock.withLock {}
                    for _ in 0..<2 { #expect(try lock.acquire(timeout: .zero)) }
                    try other.start()
                    #expect(try reports.get(timeout: .seconds(20)) == "misuse")
                    #expect(try reports.get(timeout: .seconds(20)) == "held")
                    for _ in 0..<2 { try lock.release() }
                    #expect(kindOfError { _ = try reports.getWithoutWaiting() } == .empty)
                }
                #expect(try reports.get(timeout: .seconds(20)) == "in turn")
                #expect(kindOfError { try lock.release() } == .misuse)
            }
        }
    }

    @Test("another thread is another holder", arguments: [nil, 1])
    func threads(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let lock = try RLock()
                let outcomes = Tally()
                try lock.withLock {
                    try NativeThread(name: "other") {
                        outcomes.note(kindOfError { try lock.release() }?.rawValue ?? "none")
                        outcomes.note((try? lock.acquire(timeout: .zero)).map { "\($0)" } ?? "error")
                    }.join()
                    #expect(outcomes.entries == ["misuse", "false"])
                }
            }
        }
    }

    @Test("a task is one holder on whichever threads it runs, and other tasks are others", arguments: sizes)
    func tasks(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let lock = try RLock()
                let counter = try Queue<Int>()
                try await counter.put(0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            for _ in 0..<20 {
                                try await lock.withLock {
                                    await Task.yield()
                                    try await lock.withLock {
                                        let number = try await counter.get(timeout: .zero)
                                        await Task.yield()
                                        try await counter.put(number + 1)
                                    }
                                    // A call that blocks belongs to the task as well.
                                    try blockingTwice(lock)
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(try await counter.get(timeout: .zero) == 80)
                try await lock.withLock {
                    async let other = lock.acquire(timeout: .zero)
                    let isAcquired = try await other
                    #expect(!isAcquired)
                }
            }
        }
    }

    @Test("a holder that is killed leaves it to the next, however often it had acquired it", arguments: sizes)
    func abandoned(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (lock, ready) = (try RLock(), try Queue<Bool>())
                let holder = Process {
                    for _ in 0..<3 { try lock.acquire() }
                    try ready.put(true)
                    waitForTheEnd()
                }
                try holder.start()
                #expect(try ready.get(timeout: .seconds(20)))
                kill(pid_t(holder.pid ?? 0), SIGKILL)
                let lost = try lock.withLock(timeout: .seconds(20)) { lost in lost }
                #expect(lost?.pid == holder.pid && lost?.signal == 9)
                #expect(try lock.acquireReportingAbandonment(timeout: .zero) == .acquired)
            }
        }
    }
}

private func blockingTwice(_ lock: RLock) throws {
    try lock.withLock { try lock.withLock {} }
}
