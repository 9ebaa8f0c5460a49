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

@Suite("Barrier")
struct BarrierTests {
    @Test(
        "nobody goes on before all have come, round after round, and each has a number of its own",
        arguments: sizes
    )
    func rounds(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (rounds, parties) = (10, 4)
                let barrier = try Barrier(parties: parties)
                #expect(barrier.parties == parties)
                let (arrivals, numbers) = (try Queue<Int>(), try Queue<[Int]>())
                let processes = (0..<parties).map { _ in
                    Process {
                        var own: [Int] = []
                        for round in 1...rounds {
                            try arrivals.put(round)
                            own.append(try barrier.wait())
                            // All have come to this one, and perhaps some to the next.
                            if try arrivals.count < round * parties { throw Undecodable.Refusal() }
                        }
                        try numbers.put(own)
                    }
                }
                for process in processes { try process.start() }
                let all = try processes.map { _ in try numbers.get(timeout: .seconds(40)) }
                for round in 0..<rounds { #expect(all.map { $0[round] }.sorted() == Array(0..<parties)) }
                for process in processes {
                    try process.join()
                    #expect(process.exitCode == 0)
                }
                #expect(try barrier.waitingCount == 0)
                #expect(try !barrier.isBroken)
                #expect(kindOfError { _ = try Barrier(parties: 0) } == .misuse)
            }
        }
    }

    @Test(
        "the action runs once a round, before anybody goes on, in the one that comes last",
        arguments: sizes
    )
    func action(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (log, done) = (try Queue<String>(), try Queue<[Int]>())
                let barrier = try Barrier(parties: 3, action: { try log.put(Process.current.name) })
                let processes = (0..<3).map { number in
                    Process(name: "\(number)") {
                        for round in 1...5 {
                            let index = try barrier.wait()
                            let count = try log.count
                            if count != round { throw Undecodable.Refusal() }
                            if index == 2 { try done.put([round, number]) }
                        }
                    }
                }
                for process in processes { try process.start() }
                for process in processes {
                    #expect(try process.join(timeout: .seconds(40)))
                    #expect(process.exitCode == 0)
                }
                let last = try (1...5).map { _ in try done.get(timeout: .zero) }.sorted { $0[0] < $1[0] }
                #expect(try (1...5).map { _ in try log.get(timeout: .zero) } == last.map { "\($0[1])" })
                #expect(kindOfError { _ = try log.getWithoutWaiting() } == .empty)
            }
        }
    }

    @Test("an action that throws, or is killed, breaks the barrier for the others", arguments: sizes)
    func failingAction(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for way in ["throw", "kill"] {
                    let results = try Queue<String>()
                    let barrier = try Barrier(
                        parties: 2,
                        action: {
                            if way == "throw" { throw Undecodable.Refusal() }
                            kill(getpid(), SIGKILL)
                        }
                    )
                    let first = Process {
                        try results.put("waits")
                        try results.put(kindOfError { try barrier.wait() }?.rawValue ?? "none")
                    }
                    try first.start()
                    #expect(try results.get(timeout: .seconds(20)) == "waits")
                    while try barrier.waitingCount < 1 { sched_yield() }
                    let last = Process {
                        do {
                            try barrier.wait()
                        } catch is Undecodable.Refusal {
                            exit(3)
                        }
                    }
                    try last.start()
                    #expect(try results.get(timeout: .seconds(20)) == "brokenBarrier")
                    try last.join()
                    #expect(last.exitCode == (way == "throw" ? 3 : -9))
                    #expect(try barrier.isBroken)
                    #expect(kindOfError { try barrier.wait() } == .brokenBarrier)
                }
            }
        }
    }

    @Test("a party that is killed while it waits breaks the barrier; reset makes it new", arguments: sizes)
    func killed(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let (barrier, results) = (try Barrier(parties: 3), try Queue<String>())
                for _ in 0..<3 {
                    let processes = (0..<2).map { _ in
                        Process { try results.put(kindOfError { try barrier.wait() }?.rawValue ?? "none") }
                    }
                    for process in processes { try process.start() }
                    while try barrier.waitingCount < 2 { sched_yield() }
                    processes[1].kill()
                    #expect(try results.get(timeout: .seconds(20)) == "brokenBarrier")
                    #expect(try barrier.isBroken)
                    for process in processes { try process.join() }
                    try barrier.reset()
                    #expect(try !barrier.isBroken)
                    #expect(try barrier.waitingCount == 0)
                }
                let others = (0..<2).map { _ in Process { try barrier.wait() } }
                for process in others { try process.start() }
                #expect((0..<3).contains(try barrier.wait(timeout: .seconds(20))))
            }
        }
    }

    @Test("timeouts, the barrier's own and a call's, abort and reset end the waits of all", arguments: sizes)
    func broken(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let results = try Queue<String>()
                let barrier = try Barrier(parties: 2, timeout: .milliseconds(20))
                #expect(kindOfError { try barrier.wait() } == .brokenBarrier)
                #expect(try barrier.isBroken)
                try barrier.reset()
                for way in 0..<3 {
                    let process = Process {
                        let kind = kindOfError { try barrier.wait(timeout: .seconds(40)) }
                        try results.put(kind?.rawValue ?? "none")
                    }
                    try process.start()
                    while try barrier.waitingCount < 1 { sched_yield() }
                    switch way {
                    case 0: try barrier.abort()
                    case 1: try barrier.reset()
                    default: #expect(try barrier.wait() == 1)
                    }
                    let expected = way == 2 ? "none" : "brokenBarrier"
                    #expect(try results.get(timeout: .seconds(20)) == expected)
                    #expect(try barrier.isBroken == (way == 0))
                    if way == 0 { try barrier.reset() }
                }
                let single = try Barrier(parties: 1)
                for _ in 0..<3 { #expect(try single.wait(timeout: .zero) == 0) }
            }
        }
    }

    @Test("tasks meet at a barrier, and one that is cancelled breaks it for the others", arguments: sizes)
    func tasks(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let actions = try Queue<Int>()
                let barrier = try Barrier(parties: 3, action: { try actions.put(1) })
                for _ in 0..<5 {
                    async let first = barrier.wait()
                    async let second = barrier.wait()
                    let third = try await barrier.wait(timeout: .seconds(20))
                    let numbers = try await [first, second, third]
                    #expect(numbers.sorted() == [0, 1, 2])
                }
                #expect(try actions.count == 5)
                for round in 0..<10 {
                    let cancelled = Task { try await barrier.wait() }
                    let other = Task { try await barrier.wait() }
                    if round % 2 == 0 { await Task.yield() }
                    cancelled.cancel()
                    await #expect(throws: CancellationError.self) { try await cancelled.value }
                    #expect(await kindOfAsyncError { _ = try await other.value } == .brokenBarrier)
                    #expect(try barrier.isBroken)
                    try await barrier.reset()
                }
                try await barrier.abort()
                #expect(await kindOfAsyncError { try await barrier.wait() } == .brokenBarrier)
            }
        }
    }
}
