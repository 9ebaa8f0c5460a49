import MPI
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

private struct Complaint: Error, Hashable {
    var text: String
}

/// Set by the main program before the processes exist.
private nonisolated(unsafe) var preparation = "none"

@Suite("withProcesses")
struct WithProcessesTests {
    @Test("it returns the block's value on rank 0 and nil elsewhere, again and again", arguments: sizes)
    func values(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            for round in 1...4 {
                let value = try withProcesses { () -> Int in
                    let answers = try Queue<Int>()
                    let process = Process { try answers.put(round * 10) }
                    #expect(process.name == "Process-1")
                    try process.start()
                    return try answers.get(timeout: .seconds(20))
                }
                print("round \(round): \(value.map(String.init) ?? "nil")")
            }
            // After it all ranks go on together.
            let world = Communicator.world
            #expect(try world.allReduce(1, .sum) == world.size)
        }
        for rank in 0..<(ranks ?? 1) {
            let lines = result.lines.filter { ranks == nil || $0.rank == rank }.map(\.text)
            #expect(lines == (1...4).map { "round \($0): \(rank == 0 ? String($0 * 10) : "nil")" })
        }
    }

    @Test("one inside another, in the main program or in a process, is the same one", arguments: sizes)
    func nested(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<Int>()
                let inner = try withProcesses { () -> Int in
                    let process = Process {
                        let value = try withProcesses { () -> Int in
                            let child = Process { try answers.put(1) }
                            try child.start()
                            return 2
                        }
                        try answers.put(value ?? -1)
                    }
                    try process.start()
                    try process.join()
                    return try answers.get(timeout: .zero) + answers.get(timeout: .zero)
                }
                #expect(inner == 3)
            }
        }
    }

    @Test("every rank may run the block, each with processes of its own", arguments: [1, 2, 3])
    func everyRank(ranks: Int) async throws {
        let result = try await onRanks(ranks) {
            let world = Communicator.world
            let rank = world.rank
            let value = try withProcesses(on: .everyRank) { () -> [Int] in
                let answers = try Queue<[Int]>()
                let pool = try Pool(processes: 2)
                let process = Process {
                    print("hello from a process of rank \(rank)")
                    try answers.put([rank, Process.current.rank])
                }
                try process.start()
                let places = try answers.get(timeout: .seconds(20))
                #expect(places[0] == rank && process.rank == places[1])
                #expect(process.name == "Process-1")
                // MPI goes on beside it.
                #expect(try world.allReduce(rank, .sum) == (0..<world.size).reduce(0, +))
                return try pool.map(0..<10) { $0 + rank }
            }
            #expect(value == (0..<10).map { $0 + rank })
        }
        for rank in 0..<ranks {
            #expect(result.output(ofRank: rank) == "hello from a process of rank \(rank)\n")
        }
    }

    @Test("an error of the block ends the processes and is thrown on; the ranks go on", arguments: sizes)
    func errors(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            do {
                let value = try withProcesses { () -> Int in
                    let pids = try Queue<Int>()
                    for daemon in [false, true] {
                        let process = Process(daemon: daemon) {
                            try pids.put(Process.current.pid)
                            waitForTheEnd()
                        }
                        try process.start()
                        print("pid", try pids.get(timeout: .seconds(20)))
                    }
                    throw Complaint(text: "enough")
                }
                #expect(value == nil && Communicator.world.rank > 0)
            } catch {
                #expect(error as? Complaint == Complaint(text: "enough"))
                #expect(Communicator.world.rank == 0)
            }
            let again = try withProcesses {
                let process = Process {}
                try process.start()
                try process.join()
                #expect(process.exitCode == 0)
                return 1
            }
            #expect(again == (Communicator.world.rank == 0 ? 1 : nil))
        }
        let pids = result.lines.compactMap { line in
            line.text.hasPrefix("pid ") ? line.text.split(separator: " ").last.flatMap { Int32($0) } : nil
        }
        #expect(pids.count == 2)
        for pid in pids { #expect(ProcessSurvey.process(pid) == nil) }
    }

    @Test(
        "at its end daemons are ended and everything else is waited for, whoever started it",
        arguments: sizes
    )
    func ending(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            let handles = try withProcesses { () -> [Process] in
                let ready = try Queue<Bool>()
                let go = try Queue<Bool>()
                let daemon = Process(daemon: true) {
                    try ready.put(true)
                    waitForTheEnd()
                }
                let ordinary = Process {
                    // Not joined by the one that starts it, which is killed.
                    let child = Process {
                        try ready.put(true)
                        _ = try go.get()
                        print("the child of a killed process has ended")
                    }
                    try child.start()
                    waitForTheEnd()
                }
                let last = Process {
                    try ready.put(true)
                    _ = try go.get()
                    print("the last process has ended")
                }
                for process in [daemon, ordinary, last] { try process.start() }
                for _ in 0..<3 { _ = try ready.get(timeout: .seconds(20)) }
                ordinary.kill()
                try go.put(true)
                try go.put(true)
                return [daemon, ordinary, last]
            }
            if let handles {
                #expect(handles.map(\.exitCode) == [-15, -9, 0])
                #expect(handles.allSatisfy { !$0.isAlive })
                #expect(kindOfError { try handles[0].start() } == .noScope)
                print("the main program goes on")
            }
        }
        let texts = result.lines.map(\.text)
        #expect(texts.last == "the main program goes on" && texts.count == 3)
        #expect(
            Set(texts.dropLast()) == [
                "the child of a killed process has ended", "the last process has ended",
            ]
        )
    }

    @Test("what outlives it is an error, not a wait", arguments: sizes)
    func leftovers(ranks: Int?) async throws {
        try await onRanks(ranks) {
            let leftovers = try withProcesses {
                let (queue, pool) = (try Queue<Int>(), try Pool(processes: 1))
                let pipe = try Pipe<Int>()
                let gate = try Queue<Int>()
                let process = Process(daemon: true) { waitForTheEnd() }
                try process.start()
                let (list, lock) = (try SharedList([1]), try Lock())
                return (
                    queue: queue, pool: pool, pipe: pipe, result: try pool.applyAsync { try gate.get() },
                    sentinel: try process.sentinel, list: list, lock: lock
                )
            }
            if let (queue, pool, pipe, result, sentinel, _, _) = leftovers {
                #expect(kindOfError { try queue.put(1) } == .noScope)
                #expect(kindOfError { _ = try queue.get() } == .noScope)
                #expect(kindOfError { _ = try pipe.left.receive() } == .noScope)
                #expect(kindOfError { _ = try pool.apply { 1 } } == .noScope)
                #expect(kindOfError { _ = try result.get() } == .noScope)
                #expect(kindOfError { try sentinel.wait() } == .noScope)
            }
            // Nor do they reach what has their addresses in the next one.
            try withProcesses {
                guard let leftovers else { return }
                var queues: [Queue<Int>] = []
                for number in 0..<10 {
                    queues.append(try Queue<Int>())
                    try queues[number].put(number)
                }
                let pipe = try Pipe<Int>()
                try pipe.left.send(1)
                let (queue, pool, oldPipe, _, sentinel, list, lock) = leftovers
                #expect(kindOfError { try queue.put(1) } == .noScope)
                #expect(kindOfError { _ = try queue.get(timeout: .seconds(5)) } == .noScope)
                #expect(kindOfError { _ = try oldPipe.left.receive(timeout: .seconds(5)) } == .noScope)
                #expect(kindOfError { try oldPipe.left.send(5, timeout: .seconds(5)) } == .noScope)
                #expect(kindOfError { _ = try pool.apply { 1 } } == .noScope)
                #expect(kindOfError { _ = try list.count() } == .noScope)
                #expect(kindOfError { try lock.acquire(timeout: .seconds(5)) } == .noScope)
                #expect(kindOfError { try sentinel.wait(timeout: .zero) } == .noScope)
                // Nor does it matter when they are let go of, or travel.
                oldPipe.left.close()
                oldPipe.right.close()
                let kinds = try Queue<String>()
                let process = Process {
                    try kinds.put(kindOfError { try queue.put(1) }?.rawValue ?? "none")
                }
                try process.start()
                #expect(try kinds.get(timeout: .seconds(20)) == "noScope")
                for number in 0..<10 {
                    #expect(try queues[number].get(timeout: .seconds(20)) == number)
                    #expect(try queues[number].isEmpty)
                }
                #expect(try pipe.right.receive(timeout: .seconds(20)) == 1)
            }
        }
    }

    @Test("a handle of an earlier one that is dropped in a later one takes nothing of that with it")
    func droppedLeftovers() async throws {
        try await onRanks(nil) {
            var leftovers = try withProcesses { try (0..<8).map { _ in try Queue<Int>() } }
            try withProcesses {
                let queues = try (0..<8).map { _ in try Queue<Int>() }
                #expect(leftovers?.count == 8)
                leftovers = nil
                for queue in queues {
                    try queue.put(1)
                    #expect(try queue.get(timeout: .seconds(20)) == 1)
                }
            }
        }
    }

    @Test("a process of one that failed is not taken for another one in the next")
    func failedLeftovers() async throws {
        try await onRanks(nil) {
            var process: Process?
            #expect(throws: Complaint.self) {
                try withProcesses { () -> Void in
                    let lost = Process { waitForTheEnd() }
                    try lost.start()
                    process = lost
                    throw Complaint(text: "enough")
                }
            }
            try withProcesses {
                let gate = try Queue<Bool>()
                let others = (0..<8).map { _ in Process { _ = try gate.get() } }
                for other in others { try other.start() }
                let lost = try #require(process)
                lost.kill()
                #expect(!lost.isAlive)
                #expect(kindOfError { try lost.join(timeout: .seconds(20)) } == .noScope)
                for _ in others { try gate.put(true) }
                for other in others {
                    #expect(try other.join(timeout: .seconds(20)))
                    #expect(other.exitCode == 0)
                }
            }
        }
    }

    @Test("when one rank's block fails, the others' waits end with an error", arguments: [1, 3])
    func everyRankErrors(ranks: Int) async throws {
        try await onRanks(ranks) {
            let world = Communicator.world
            let last = world.size - 1
            do {
                try withProcesses(on: .everyRank) { () -> Void in
                    let queue = try Queue<Int>()
                    let process = Process {
                        try queue.put(1)
                        waitForTheEnd()
                    }
                    try process.start()
                    _ = try queue.get(timeout: .seconds(20))
                    try world.barrier()
                    if world.rank == last { throw Complaint(text: "enough") }
                    // Nobody will put anything in.
                    _ = try queue.get()
                }
                Issue.record("no error")
            } catch let error as ProcessingError {
                #expect(world.rank != last && error.kind == .noScope)
            } catch {
                #expect(world.rank == last && error is Complaint)
            }
            // All go on together.
            #expect(try world.allReduce(1, .sum) == world.size)
            let value = try withProcesses { 7 }
            #expect(value == (world.rank == 0 ? 7 : nil))
        }
    }

    @Test("what the program set up before exists in its processes", arguments: sizes)
    func preparations(ranks: Int?) async throws {
        try await onRanks(ranks) {
            preparation = "made before"
            try withProcesses {
                preparation = "changed since"
                let answers = try Queue<String>()
                try Process { try answers.put(preparation) }.start()
                #expect(try answers.get(timeout: .seconds(20)) == "made before")
                try Process(startMethod: .spawn) { try answers.put(preparation) }.start()
                #expect(try answers.get(timeout: .seconds(20)) == "none")
            }
            try withProcesses(startMethod: .spawn) {
                let answers = try Queue<String>()
                try Process { try answers.put(preparation) }.start()
                #expect(try answers.get(timeout: .seconds(20)) == "none")
            }
        }
    }

    @Test("exit(0) inside the block ends it properly, another status ends all at once", arguments: sizes)
    func exits(ranks: Int?) async throws {
        for status in [0, 3] {
            let job = try RankCheck.job(ranks: ranks, arguments: ["\(status)"]) {
                let status = try RankCheck.argument(0, as: Int32.self)
                try withProcesses {
                    let ready = try Queue<Bool>()
                    let process = Process {
                        try ready.put(true)
                        if status != 0 { waitForTheEnd() }
                        print("process done")
                    }
                    try process.start()
                    _ = try ready.get(timeout: .seconds(20))
                    exit(status)
                }
            }
            let result = try await oneJobAtATime { try await job.run() }
            #expect(result.status == .exited(Int32(status)) && result.leftBehind.isEmpty, "\(result.report)")
            #expect(result.standardOutput.contains("process done") == (status == 0), "\(result.report)")
        }
    }
}
