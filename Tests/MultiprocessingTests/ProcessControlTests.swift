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

@Suite("Process: its life and its end")
struct ProcessControlTests {
    @Test("the exit code is 0, or the status, or 1 after an error with its text on stderr", arguments: sizes)
    func exitCodes(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                func expect(
                    _ code: Int,
                    from process: Process,
                    sourceLocation: SourceLocation = #_sourceLocation
                ) throws {
                    #expect(process.exitCode == nil, sourceLocation: sourceLocation)
                    try process.start()
                    try process.join()
                    #expect(process.exitCode == code, sourceLocation: sourceLocation)
                }
                try expect(0, from: Process {})
                try expect(0, from: Process { exit(0) })
                try expect(7, from: Process { exit(7) })
                try expect(255, from: Process { exit(255) })
                try expect(3, from: Process { _exit(3) })
                try expect(1, from: Process(name: "unlucky") { throw Unencodable.Refusal() })
                try expect(-10, from: Process { raise(SIGUSR1) })
                try expect(-9, from: Process { kill(getpid(), SIGKILL) })
                try expect(9, from: Process(startMethod: .spawn) { exit(9) })
                try expect(-15, from: Process(startMethod: .spawn) { raise(SIGTERM) })
            }
        }
        #expect(result.standardError.contains("Process unlucky: MultiprocessingTests.Unencodable.Refusal"))
    }

    @Test(
        "whether a process is a daemon can be changed until it is started; then that is refused, or warned of",
        arguments: sizes
    )
    func daemons(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                let process = Process(name: "late") { waitForTheEnd() }
                process.isDaemon = true
                #expect(process.isDaemon)
                try process.changeDaemon(to: false)
                #expect(!process.isDaemon)
                try process.start()
                #expect(kindOfError { try process.changeDaemon(to: true) } == .misuse)
                process.isDaemon = true
                #expect(!process.isDaemon)
                process.kill()
                try process.join()
                #expect(kindOfError { try process.changeDaemon(to: true) } == .misuse)
                try process.close()
                #expect(kindOfError { try process.changeDaemon(to: true) } == .closed)
            }
        }
        #expect(result.standardError.contains("'late' was started before"), "\(result.report)")
    }

    @Test("isAlive, join with a time limit, terminate and kill", arguments: sizes)
    func lives(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                for (end, code) in [(Process.terminate, -15), (Process.kill, -9)] {
                    let process = Process { waitForTheEnd() }
                    #expect(
                        !process.isAlive && process.description == "<Process name='\(process.name)' initial>"
                    )
                    end(process)()
                    try process.start()
                    #expect(process.isAlive && process.exitCode == nil)
                    #expect(
                        process.description
                            == "<Process name='\(process.name)' pid=\(process.pid ?? 0) rank=\(process.rank ?? -1) started>"
                    )
                    #expect(try !process.join(timeout: .zero))
                    #expect(try !process.join(timeout: .milliseconds(20)))
                    #expect(try !process.join(timeout: .seconds(-5)))
                    #expect(process.isAlive)
                    end(process)()
                    #expect(try process.join(timeout: .seconds(20)))
                    #expect(!process.isAlive && process.exitCode == code)
                    #expect(process.description.hasSuffix(" stopped exitcode=\(code)>"))
                    // All of this again makes no difference.
                    end(process)()
                    #expect(try process.join())
                    #expect(try process.join(timeout: .zero))
                    #expect(process.exitCode == code)
                }
            }
        }
    }

    @Test(
        "the end is known without join, and a join with the longest of times is just a join",
        arguments: sizes
    )
    func endWithoutJoin(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let process = Process { exit(4) }
                try process.start()
                while process.isAlive { sched_yield() }
                #expect(process.exitCode == 4)
                let patient = Process { exit(5) }
                try patient.start()
                #expect(try patient.join(timeout: .seconds(Int64.max)))
                #expect(patient.exitCode == 5)
            }
        }
    }

    @Test("a process may handle SIGTERM and end in its own way", arguments: [1, 3])
    func handledTermination(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let ready = try Queue<Bool>()
                let process = Process {
                    signal(SIGTERM) { _ in _exit(33) }
                    try ready.put(true)
                    waitForTheEnd()
                }
                try process.start()
                #expect(try ready.get(timeout: .seconds(20)))
                process.terminate()
                try process.join()
                #expect(process.exitCode == 33)
            }
        }
    }

    @Test("what makes no sense is refused with an error that says so", arguments: sizes)
    func misuse(ranks: Int?) async throws {
        try await onRanks(ranks) {
            #expect(kindOfError { try Process {}.start() } == .noScope)
            #expect(kindOfError { _ = try Queue<Int>() } == .noScope)
            try withProcesses {
                let process = Process {}
                #expect(kindOfError { try process.join() } == .misuse)
                try process.start()
                #expect(kindOfError { try process.start() } == .misuse)
                try process.join()
                #expect(kindOfError { try process.start() } == .misuse)
                for rank in [-1, Process.current.rankCount, Int.max, Int.min] {
                    let lost = Process(on: rank) {}
                    #expect(kindOfError { try lost.start() } == .notFound, "rank \(rank)")
                    #expect(!lost.isAlive && lost.exitCode == nil && lost.pid == nil)
                }
                let answers = try Queue<[String]>()
                let daemon = Process(daemon: true) {
                    try answers.put([
                        textOfError { try Process {}.start() },
                        textOfError { _ = try Pool(processes: 1) },
                    ])
                }
                try daemon.start()
                let refusals = try answers.get(timeout: .seconds(20))
                #expect(refusals.count == 2)
                #expect(
                    refusals.allSatisfy { $0.contains("daemon") && $0.contains("cannot start processes") },
                    "\(refusals)"
                )
                // Its end does not hang on them.
                try daemon.join()
                #expect(daemon.exitCode == 0)
            }
            #expect(kindOfError { try Process {}.start() } == .noScope)
        }
    }

    @Test(
        "a capture that cannot travel is refused by start, which names it, and starts nothing",
        arguments: [1, 3]
    )
    func refusals(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                // Of a value that is used in parts, and that is known, optimised code captures the parts alone, or none.
                let cargo = Untransportable(number: Int(getpid()), text: "x")
                let process = Process { print(cargo) }
                let text = textOfError { try process.start() }
                #expect(text.contains("Untransportable"), "\(text)")
                #expect(process.description.hasSuffix(" initial>"))
                nonisolated(unsafe) var count = 0
                let counting = Process { count += 1 }
                let otherText = textOfError { try counting.start() }
                #expect(otherText.contains("variable"), "\(otherText)")
                #expect(count == 0 && counting.pid == nil)
                let unencodable = Unencodable(number: Int(getpid()))
                let sealed = Process { print(unencodable) }
                #expect(!textOfError { try sealed.start() }.isEmpty)
                // All is as before.
                let plain = Process {}
                try plain.start()
                try plain.join()
                #expect(plain.exitCode == 0)
            }
        }
    }

    @Test(
        "a capture that cannot be decoded ends the process with status 1 and a word about it",
        arguments: [1, 3]
    )
    func undecodable(ranks: Int) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                let cargo = Undecodable(number: Int(getpid()))
                let process = Process(name: "recipient") { print(cargo) }
                try process.start()
                try process.join()
                #expect(process.exitCode == 1)
            }
        }
        #expect(result.standardError.contains("recipient"), "\(result.report)")
        #expect(result.standardError.contains("Refusal"), "\(result.report)")
    }

    @Test("MPI inside a process ends that process with a message that says what to do", arguments: sizes)
    func communicator(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                for startMethod in [StartMethod.forkServer, .spawn] {
                    let process = Process(name: "confused", startMethod: startMethod) {
                        print("rank", Communicator.world.rank)
                    }
                    try process.start()
                    try process.join()
                    #expect(process.exitCode == 1)
                }
            }
        }
        let lines = result.standardError.split(separator: "\n")
        let messages = lines.filter { $0.contains("Communicator is not available here: process 'confused'") }
        #expect(messages.count == 2 && messages.allSatisfy { $0.contains("queues") }, "\(result.report)")
    }

    @Test("a process waits for its own children, and ends its daemons", arguments: sizes)
    func children(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<Int>()
                let gate = try Queue<Bool>()
                let parent = Process {
                    let daemon = Process(daemon: true) { waitForTheEnd() }
                    try daemon.start()
                    try answers.put(daemon.pid ?? 0)
                    let child = Process {
                        _ = try gate.get()
                        try answers.put(-1)
                    }
                    try child.start()
                }
                try parent.start()
                let daemonPid = try answers.get(timeout: .seconds(20))
                #expect(try !parent.join(timeout: .milliseconds(50)))
                try gate.put(true)
                #expect(try parent.join(timeout: .seconds(20)))
                #expect(parent.exitCode == 0)
                #expect(try answers.get(timeout: .zero) == -1)
                #expect(ProcessSurvey.process(pid_t(daemonPid)) == nil)
            }
        }
    }

    @Test("what processes print comes whole, and in the order in which it happened", arguments: sizes)
    func output(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            try withProcesses {
                for number in 0..<6 {
                    let process = Process {
                        print("process \(number)", terminator: ": ")
                        print("said", String(repeating: "x", count: 20_000))
                        print("no line end", terminator: "")
                    }
                    try process.start()
                    try process.join()
                    print("\nmain program \(number)")
                }
            }
        }
        // The launcher's marks would come in between.
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        #expect(result.isSuccess)
        let texts = result.lines.filter { $0.stream == .output }.map(\.text)
        let long = String(repeating: "x", count: 20_000)
        let expected = (0..<6).flatMap {
            ["process \($0): said \(long)", "no line end", "main program \($0)"]
        }
        #expect(texts.joined(separator: "\n") == expected.joined(separator: "\n"))
    }

    @Test("a daemon that does not heed SIGTERM does not hold up the end", arguments: sizes)
    func stubbornDaemon(ranks: Int?) async throws {
        try await onRanks(ranks) {
            let daemon = try withProcesses { () -> Process in
                let ready = try Queue<Bool>()
                let daemon = Process(daemon: true) {
                    signal(SIGTERM, SIG_IGN)
                    try ready.put(true)
                    waitForTheEnd()
                }
                try daemon.start()
                #expect(try ready.get(timeout: .seconds(20)))
                return daemon
            }
            if let daemon { #expect(daemon.exitCode == -9) }
        }
    }

    @Test("a join whose task is cancelled ends, and the process goes on", arguments: sizes)
    func cancelledJoin(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let gate = try Queue<Bool>()
                let process = Process { _ = try gate.get() }
                try await process.start()
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { [handle = Handle(process)] in
                        await #expect(throws: CancellationError.self) { try await handle.process.join() }
                    }
                    group.cancelAll()
                }
                let pool = try Pool(processes: 1)
                try pool.close()
                let busy = try Pool(processes: 1)
                let poolGate = try Queue<Bool>()
                let held = try busy.applyAsync { try poolGate.get() }
                try busy.close()
                let joining = Task { try await busy.join() }
                joining.cancel()
                await #expect(throws: CancellationError.self) { try await joining.value }
                try await poolGate.put(true)
                #expect(try await held.value(timeout: .seconds(20)))
                #expect(try await busy.join(timeout: .seconds(20)))
                #expect(try await pool.join(timeout: .seconds(20)))
                #expect(process.isAlive)
                try await gate.put(true)
                #expect(try await process.join(timeout: .seconds(20)))
                #expect(process.exitCode == 0)
            }
        }
    }

    @Test("many threads start and join processes at once", arguments: sizes)
    func concurrentStarts(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try await withProcesses {
                let codes = try await withThrowingTaskGroup(of: Int?.self) { group in
                    for number in 0..<24 {
                        group.addTask {
                            let process = Process { exit(Int32(number)) }
                            try await process.start()
                            try await process.join()
                            return process.exitCode
                        }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(codes == Set(0..<24))
            }
        }
    }

    @Test("a process may print megabytes, and nothing is lost", arguments: sizes)
    func muchOutput(ranks: Int?) async throws {
        var job = try RankCheck.job(ranks: ranks) {
            try withProcesses {
                let process = Process {
                    for number in 0..<20_000 { print("line", number, String(repeating: ".", count: 100)) }
                }
                try process.start()
                try process.join()
                print("joined")
            }
        }
        job.tagsOutput = false
        let result = try await oneJobAtATime { [job] in try await job.run() }
        let texts = result.lines.filter { $0.stream == .output }.map(\.text)
        let dots = String(repeating: ".", count: 100)
        #expect(result.isSuccess && texts == (0..<20_000).map { "line \($0) \(dots)" } + ["joined"])
    }
}

/// A process for another task.
private struct Handle: @unchecked Sendable {
    // Sendable because the tasks use it one after the other.
    let process: Process
    init(_ process: Process) { self.process = process }
}
