import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What everybody shares in the job whose rank is killed.
private struct Surroundings: Codable, Sendable {
    let pids: Queue<Int>
    /// Nobody puts anything in.
    let empty: Queue<Int>
    let items: Queue<[Int]>
    let lock: Lock
    /// Where listeners make their socket files.
    let folder: String

    init(pids: Queue<Int>, folder: String) throws {
        self.pids = pids
        self.folder = folder
        (empty, items, lock) = (try Queue(), try Queue(capacity: 4), try Lock())
    }

    /// Says that the calling process is there.
    func report() throws { try pids.put(Process.current.pid) }
}

/// Makes what could stay behind: a block of shared memory, and the file of a socket.
private func makeTraces(_ surroundings: Surroundings) throws -> (SharedMemory, Listener<Int>) {
    let path = "\(surroundings.folder)/swift-mpi-loss-\(getpid()).socket"
    return (try SharedMemory(byteCount: 4096), try Listener<Int>(at: .unix(path: path), key: nil))
}

/// A process that leaves traces and waits for what does not come.
private func waitInVain(_ surroundings: Surroundings) throws {
    let traces = try makeTraces(surroundings)
    try surroundings.report()
    _ = try surroundings.empty.get()
    withExtendedLifetime(traces) {}
}

private func waitForTheLock(_ surroundings: Surroundings) throws {
    try surroundings.report()
    try surroundings.lock.acquire()
}

private func produce(_ surroundings: Surroundings) throws {
    try surroundings.report()
    while true { try surroundings.items.put([1, 2, 3]) }
}

private func consume(_ surroundings: Surroundings) throws {
    try surroundings.report()
    while true { _ = try surroundings.items.get() }
}

/// Keeps processes on all ranks, a pool, queues and the main program at something; does not return.
private func keepEverybodyBusy(mapping: Bool, folder: String) throws {
    let surroundings = try Surroundings(pids: try Queue(), folder: folder)
    let traces = try makeTraces(surroundings)
    try surroundings.lock.acquire()
    let bodies = [waitInVain, waitForTheLock, produce, consume]
    for rank in 0..<Process.current.rankCount {
        for body in bodies { try Process(on: rank, target: body, args: surroundings).start() }
    }
    let pool = try Pool(processes: 4) { try surroundings.report() }
    let count = Process.current.rankCount * bodies.count + 4
    for _ in 0..<count { print("pid", try surroundings.pids.get(timeout: .seconds(30))) }
    let endless = try pool.imapUnordered(sequence(first: 0) { $0 + 1 }) { number in number }
    print("ready", try #require(try endless.next(timeout: .seconds(30))))
    if mapping {
        while try endless.next(timeout: .seconds(30)) != nil {}
    } else {
        _ = try surroundings.empty.get()
    }
    withExtendedLifetime(traces) {}
}

/// Ends, or waits to be killed, with something of its own and of a process to be left.
private func endInDisorder(_ way: String) throws {
    let surroundings = try Surroundings(pids: try Queue(), folder: "/tmp")
    let traces = try makeTraces(surroundings)
    let process = Process(target: waitInVain, args: surroundings)
    try process.start()
    let pids = [getpid(), pid_t(try surroundings.pids.get(timeout: .seconds(30)))]
    for pid in pids { print("rank", pid) }
    let made = SystemTraces.now().made(by: Set(pids))
    print("made", made.sharedMemory.count, "and", made.temporaryFiles.count)
    if way == "server" {
        // Its successor has to know as well.
        let parent = try Process.running { Int(getppid()) }
        kill(pid_t(try parent.result(timeout: .seconds(30))), SIGKILL)
        try process.join()
        let last = Process { exit(5) }
        try last.start()
        try last.join()
    }
    print("ready")
    fflush(nil)
    switch way {
    case "exit": exit(3)
    case "abort": abort()
    default: withExtendedLifetime(traces) { waitForTheEnd() }
    }
}

extension RankJobResult {
    /// The numbers of the ranks' and the processes' own, as they said them.
    fileprivate var announcedPids: Set<Int32> {
        Set(
            lines.filter { $0.text.hasPrefix("pid ") || $0.text.hasPrefix("rank ") }
                .compactMap { $0.text.split(separator: " ").last.flatMap { Int32($0) } }
        )
    }
}

extension SystemTraces {
    /// What these processes have made.
    fileprivate func made(by pids: Set<Int32>) -> SystemTraces {
        let isTheirs = { (name: String) -> Bool in
            name.hasPrefix("swift-mpi")
                && name.split { $0 == "." || $0 == "-" }.contains { Int32($0).map(pids.contains) ?? false }
        }
        var theirs = self
        theirs.sharedMemory = sharedMemory.filter(isTheirs)
        theirs.temporaryFiles = temporaryFiles.filter(isTheirs)
        theirs.abstractSockets = abstractSockets.filter(isTheirs)
        return theirs
    }
}

@Suite("The loss of a rank")
struct RankLossTests {
    @Test(
        "when a rank is killed the job ends with word of it, and no process, memory or socket is left",
        arguments: [0, 2],
        ["map", "get"]
    )
    func killed(victim: Int, way: String) async throws {
        let job = try RankCheck.job(ranks: 4, arguments: [way], environment: ["SWIFT_BACKTRACE": "enable=no"])
        {
            print("rank", getpid())
            let way = try RankCheck.argument(0, as: String.self)
            try withProcesses { try keepEverybodyBusy(mapping: way == "map", folder: "/tmp") }
        }
        let (result, traces) = try await oneJobAtATime {
            let running = try await job.start()
            let announcement = try await running.line(containing: "rank ", rank: victim)
            _ = try await running.line(containing: "ready")
            let traces = SystemTraces.now()
            let pid = announcement.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0
            #expect(running.kill(process: pid))
            return (try await running.wait(), traces)
        }
        let pids = result.announcedPids
        #expect(pids.count == 4 + 20, "\(result.report)")
        // There was something that could have been left: of the main program, and of a process on each rank.
        let made = traces.made(by: pids)
        #expect(made.sharedMemory.count == 5 && made.temporaryFiles.count == 5, "\(made)")
        #expect(!result.isSuccess && !result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
        let words = result.lines.filter { $0.stream == .error }.map(\.text).joined(separator: " ")
        #expect(words.contains("rank \(victim) ") && words.contains("signal 9"), "\(result.report)")
        for pid in pids { #expect(ProcessSurvey.process(pid) == nil, "\(result.report)") }
        let left = SystemTraces.now().made(by: pids)
        #expect(left.isEmpty, "\(left)")
    }

    @Test(
        "a main program that ends in disorder leaves no memory and no socket, whoever served its processes",
        arguments: [nil, 1] as [Int?],
        ["kill", "exit", "abort", "server"]
    )
    func mainProgram(ranks: Int?, way: String) async throws {
        let job = try RankCheck.job(
            ranks: ranks,
            arguments: [way],
            environment: ["SWIFT_BACKTRACE": "enable=no"]
        ) {
            let way = try RankCheck.argument(0, as: String.self)
            try withProcesses { try endInDisorder(way) }
        }
        let result = try await oneJobAtATime {
            let running = try await job.start()
            let announcement = try await running.line(containing: "rank ")
            _ = try await running.line(containing: "ready")
            if way == "kill" || way == "server" {
                let pid = announcement.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0
                #expect(running.kill(process: pid))
            }
            return try await running.wait()
        }
        #expect(!result.isSuccess && !result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
        #expect(result.output.contains("made 2 and 2"), "\(result.report)")
        let left = SystemTraces.now().made(by: result.announcedPids)
        #expect(left.isEmpty, "\(left)")
    }

    @Test(
        "the socket file of a process that was killed is removed while the program goes on; its memory stays",
        arguments: [nil, 1, 4] as [Int?]
    )
    func lostListener(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let pids = try Queue<Int>()
                for rank in 0..<Process.current.rankCount {
                    let surroundings = try Surroundings(pids: pids, folder: "/tmp")
                    let process = Process(on: rank, target: waitInVain, args: surroundings)
                    try process.start()
                    let pid = Set([Int32(try pids.get(timeout: .seconds(20)))])
                    let made = SystemTraces.now().made(by: pid)
                    #expect(made.temporaryFiles.count == 1 && made.sharedMemory.count == 1)
                    process.kill()
                    try process.join()
                    // The Host has seen to it before it told anybody.
                    let left = SystemTraces.now().made(by: pid)
                    #expect(left.temporaryFiles.isEmpty && left.sharedMemory.count == 1, "\(left)")
                }
            }
        }
    }
}
