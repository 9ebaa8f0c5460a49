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

@Suite("Semaphore")
struct SemaphoreTests {
    @Test("never more hold a permit than there are", arguments: sizes)
    func limit(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let semaphore = try Semaphore(value: 2)
                // The number in the queue is how many are inside; whoever has it changes it.
                let (inside, most) = (try Queue<Int>(), try Queue<Int>())
                try inside.put(0)
                let processes = (0..<5).map { _ in
                    Process {
                        var greatest = 0
                        for _ in 0..<20 {
                            try semaphore.withLock {
                                let number = try inside.get() + 1
                                try inside.put(number)
                                greatest = max(greatest, number)
                                try inside.put(try inside.get() - 1)
                            }
                        }
                        try most.put(greatest)
                    }
                }
                for process in processes { try process.start() }
                for _ in processes {
                    let greatest = try most.get(timeout: .seconds(20))
                    #expect((1...2).contains(greatest))
                }
                for process in processes { try process.join() }
                #expect(try semaphore.value == 2)
                #expect(try inside.get(timeout: .zero) == 0)
            }
        }
    }

    @Test(
        "acquire waits, or not, or until its time is up; release adds, up to the bound if there is one",
        arguments: sizes
    )
    func values(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                #expect(kindOfError { _ = try Semaphore(value: -1) } == .misuse)
                #expect(kindOfError { _ = try BoundedSemaphore(value: -1) } == .misuse)
                #expect(kindOfError { _ = try Semaphore(value: .max) } == .misuse)
                #expect(try Semaphore().value == 1)
                #expect(try BoundedSemaphore().value == 1)
                let semaphore = try Semaphore(value: 2)
                for _ in 0..<2 { #expect(try semaphore.acquire()) }
                for timeout in [Duration.zero, .milliseconds(20), .seconds(-1)] {
                    #expect(try !semaphore.acquire(timeout: timeout))
                    #expect(kindOfError { try semaphore.withLock(timeout: timeout) {} } == .timedOut)
                }
                #expect(try semaphore.value == 0)
                let process = Process { for _ in 0..<4 { try semaphore.release() } }
                try process.start()
                try process.join()
                #expect(try semaphore.value == 4)
                let bounded = try BoundedSemaphore(value: 2)
                #expect(kindOfError { try bounded.release() } == .misuse)
                let releaser = Process { try bounded.release() }
                #expect(try bounded.acquire())
                try releaser.start()
                try releaser.join()
                #expect(releaser.exitCode == 0)
                #expect(kindOfError { try bounded.release() } == .misuse)
                #expect(try bounded.value == 2)
                #expect(throws: Undecodable.Refusal.self) {
                    try bounded.withLock { throw Undecodable.Refusal() }
                }
                #expect(try bounded.value == 2)
            }
        }
    }

    @Test(
        "a semaphore carries signals, and none is sent again or lost when a receiver is killed",
        arguments: sizes
    )
    func signals(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (signal, reports) = (try Semaphore(value: 0), try Queue<String>())
                func receiver() -> Process {
                    Process {
                        try reports.put("ready")
                        while true {
                            try signal.acquire()
                            try reports.put("signal")
                        }
                    }
                }
                for _ in 0..<3 {
                    let process = receiver()
                    try process.start()
                    #expect(try reports.get(timeout: .seconds(20)) == "ready")
                    for _ in 0..<3 {
                        try signal.release()
                        #expect(try reports.get(timeout: .seconds(20)) == "signal")
                    }
                    process.kill()
                    try process.join()
                    #expect(try signal.value == 0)
                    // It waited when it was killed; this one is for the next.
                    try signal.release()
                    #expect(try signal.acquire(timeout: .seconds(20)))
                }
                #expect(kindOfError { _ = try reports.getWithoutWaiting() } == .empty)
            }
        }
    }

    @Test("the permits of a killed process go to those who wait", arguments: sizes)
    func permitsOfTheDead(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for isBounded in [false, true] {
                    let ready = try Queue<Bool>()
                    if isBounded {
                        let semaphore = try BoundedSemaphore(value: 2)
                        let holder = Process {
                            for _ in 0..<2 { try semaphore.acquire() }
                            try ready.put(true)
                            waitForTheEnd()
                        }
                        try holder.start()
                        #expect(try ready.get(timeout: .seconds(20)))
                        #expect(try !semaphore.acquire(timeout: .zero))
                        holder.kill()
                        for _ in 0..<2 { #expect(try semaphore.acquire(timeout: .seconds(20))) }
                        for _ in 0..<2 { try semaphore.release() }
                        #expect(try semaphore.value == 2)
                    } else {
                        let semaphore = try Semaphore(value: 3)
                        try semaphore.acquire()
                        let holder = Process {
                            for _ in 0..<2 { try semaphore.acquire() }
                            try ready.put(true)
                            waitForTheEnd()
                        }
                        try holder.start()
                        #expect(try ready.get(timeout: .seconds(20)))
                        holder.kill()
                        for _ in 0..<2 { #expect(try semaphore.acquire(timeout: .seconds(20))) }
                        #expect(try !semaphore.acquire(timeout: .zero))
                        for _ in 0..<3 { try semaphore.release() }
                        #expect(try semaphore.value == 3)
                    }
                }
            }
        }
    }

    @Test("a cancelled acquire takes no permit", arguments: sizes)
    func cancellation(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let semaphore = try Semaphore(value: 0)
                let bounded = try BoundedSemaphore(value: 0)
                for round in 0..<20 {
                    let acquiring = Task { try await semaphore.acquire() }
                    let scoped = Task {
                        try await bounded.withLock { Issue.record("it ran without a permit") }
                    }
                    if round % 2 == 0 { await Task.yield() }
                    acquiring.cancel()
                    scoped.cancel()
                    await #expect(throws: CancellationError.self) { try await acquiring.value }
                    await #expect(throws: CancellationError.self) { try await scoped.value }
                }
                try await semaphore.release()
                #expect(try semaphore.value == 1)
                #expect(try await semaphore.withLock(timeout: .zero) { 5 } == 5)
                #expect(try await !bounded.acquire(timeout: .milliseconds(20)))
            }
        }
    }
}
