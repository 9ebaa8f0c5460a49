import Multiprocessing
import RankChecks
import RankLaunching
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

private struct Secret: Codable, Hashable, Sendable {
    var number: Int
    var words: [String]
}

private func note(_ secret: Secret, _ factor: Int, _ answers: Queue<Secret>) throws -> Int {
    try answers.put(Secret(number: secret.number * factor, words: secret.words.reversed()))
    return factor
}

private func noteNothing(_ answers: Queue<String>) throws { try answers.put(Process.current.name) }

/// A subclass with properties of several kinds, one of them inherited from a class in between.
private class Named: Process {
    var title = "untitled"
}

private final class Worker: Named {
    private let secret: Secret
    private let answers: Queue<String>
    var counts: [String: Int] = [:]

    init(_ secret: Secret, _ answers: Queue<String>, startMethod: StartMethod? = nil) {
        self.secret = secret
        self.answers = answers
        super.init(name: "worker", startMethod: startMethod)
    }

    override func run() throws {
        counts["run", default: 0] += 1
        let sorted = counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        try answers.put("\(name) \(title) \(secret.number) \(secret.words) \(sorted) \(isAlive)")
    }
}

private struct Body: ProcessBody {
    let secret: Secret
    let answers: Queue<Secret>
    func run() throws { try answers.put(secret) }
}

@MainActor private var mainActorVisits = 0

private struct SuspendingBody: AsyncProcessBody {
    let secret: Secret
    let answers: Queue<Secret>

    func run() async throws {
        var secret = secret
        secret.number += await MainActor.run {
            mainActorVisits += 1
            return mainActorVisits
        }
        await Task.yield()
        secret.words += try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<3 { group.addTask { number } }
            return try await group.reduce(into: []) { $0.append($1) }.sorted().map(String.init)
        }
        try await answers.put(secret)
    }
}

private let sizes: [Int?] = [nil, 1, 3]

@Suite("Process: what it runs")
struct ProcessTests {
    @Test("a closure brings along what it captures", arguments: sizes)
    func captures(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<Parcel>()
                let counts = try Queue<Int>()
                let (number, text, optional) = (42, "forty-two", Int?.none)
                let (array, dictionary, set) = (Array(0..<10_000), ["x": [1.0, 2.0]], Set(["p", "q"]))
                let parcel = Parcel.example
                let process = Process {
                    try counts.put(
                        number + text.count + (optional ?? 1) + array.reduce(0, +)
                            + Int(dictionary["x"]?[1] ?? 0) + set.count
                    )
                    try answers.put(parcel)
                }
                try process.start()
                #expect(try counts.get(timeout: .seconds(20)) == 42 + 9 + 1 + 49_995_000 + 2 + 2)
                #expect(try answers.get(timeout: .seconds(20)) == parcel)
                #expect(try process.join(timeout: .seconds(20)))
                #expect(process.exitCode == 0)
            }
        }
    }

    @Test("a target gets its arguments, of private types too, with either start method", arguments: sizes)
    func targets(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let secrets = try Queue<Secret>()
                let names = try Queue<String>()
                for startMethod in [StartMethod.forkServer, .spawn] {
                    let secret = Secret(number: 21, words: ["a", "b"])
                    let process = Process(startMethod: startMethod, target: note, args: secret, 2, secrets)
                    try process.start()
                    #expect(
                        try secrets.get(timeout: .seconds(20)) == Secret(number: 42, words: ["b", "a"])
                    )
                    try process.join()
                    #expect(process.exitCode == 0)
                    let other = Process(
                        name: "by name",
                        startMethod: startMethod,
                        target: noteNothing,
                        args: names
                    )
                    try other.start()
                    #expect(try names.get(timeout: .seconds(20)) == "by name")
                }
            }
        }
    }

    @Test("an instance of a subclass arrives with all its stored properties", arguments: sizes)
    func subclasses(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<String>()
                for startMethod in [StartMethod.forkServer, .spawn] {
                    let worker = Worker(
                        Secret(number: 5, words: ["é", "🚀"]),
                        answers,
                        startMethod: startMethod
                    )
                    worker.title = "captain"
                    worker.counts["before"] = 3
                    try worker.start()
                    #expect(
                        try answers.get(timeout: .seconds(20))
                            == "worker captain 5 [\"é\", \"🚀\"] [\"before=3\", \"run=1\"] true"
                    )
                    try worker.join()
                    #expect(worker.exitCode == 0)
                    // What happens to the other instance stays with it.
                    #expect(worker.counts == ["before": 3])
                }
                // A plain `Process` has nothing to do, and does it.
                let idle = Process()
                try idle.start()
                try idle.join()
                #expect(idle.exitCode == 0)
            }
        }
    }

    @Test("a ProcessBody runs with its properties, and one that suspends too", arguments: sizes)
    func bodies(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<Secret>()
                for startMethod in [StartMethod.forkServer, .spawn] {
                    let secret = Secret(number: 1, words: ["x"])
                    try Process(startMethod: startMethod, body: Body(secret: secret, answers: answers))
                        .start()
                    #expect(try answers.get(timeout: .seconds(20)) == secret)
                    let process = Process(
                        startMethod: startMethod,
                        body: SuspendingBody(secret: secret, answers: answers)
                    )
                    try process.start()
                    #expect(
                        try answers.get(timeout: .seconds(20))
                            == Secret(number: 2, words: ["x", "0", "1", "2"])
                    )
                    try process.join()
                    #expect(process.exitCode == 0)
                }
            }
        }
    }

    @Test("an async closure suspends, reaches the main actor, and its error counts", arguments: sizes)
    func asyncClosures(ranks: Int?) async throws {
        let result = try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<Int>()
                let start = 40
                let process = Process {
                    let visits = await MainActor.run { () -> Int in
                        mainActorVisits += 1
                        return mainActorVisits
                    }
                    try await Task.sleep(for: .milliseconds(1))
                    try await answers.put(start + visits)
                }
                try process.start()
                #expect(try answers.get(timeout: .seconds(20)) == 41)
                try process.join()
                #expect(process.exitCode == 0)
                let failing = Process {
                    await Task.yield()
                    throw Unencodable.Refusal()
                }
                try failing.start()
                try failing.join()
                #expect(failing.exitCode == 1)
            }
        }
        #expect(result.standardError.contains("Process-2: MultiprocessingTests.Unencodable.Refusal"))
    }

    @Test("everything can be awaited instead: start, join, put, get", arguments: sizes)
    func awaiting(ranks: Int?) async throws {
        try await onRanks(ranks) {
            let value = try await withProcesses {
                let answers = try Queue<Int>(capacity: 1)
                var processes: [Process] = []
                for number in 0..<4 {
                    let process = Process { try answers.put(number) }
                    try await process.start()
                    processes.append(process)
                }
                var sum = 0
                for _ in processes { sum += try await answers.get(timeout: .seconds(20)) }
                for process in processes {
                    #expect(try await process.join(timeout: .seconds(20)))
                    #expect(process.exitCode == 0)
                }
                return sum
            }
            #expect(value == (value == nil ? nil : 6))
        }
    }

    @Test(
        "default names count up whatever rank hosts them, and a child's begins with its parent's",
        arguments: sizes
    )
    func names(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<[String]>()
                for number in 1...4 {
                    let process = Process {
                        let child = Process {
                            let current = Process.current
                            try answers.put([current.name, current.parentName ?? "none"])
                        }
                        let named = Process(name: "own name") { try answers.put([Process.current.name]) }
                        let last = Process {}
                        for process in [child, named] {
                            try process.start()
                            try process.join()
                        }
                        try answers.put([
                            Process.current.name, Process.current.parentName ?? "none", last.name,
                        ])
                    }
                    #expect(process.name == "Process-\(number)")
                    try process.start()
                    #expect(
                        try answers.get(timeout: .seconds(20)) == [
                            "Process-\(number):1", "Process-\(number)",
                        ]
                    )
                    #expect(try answers.get(timeout: .seconds(20)) == ["own name"])
                    #expect(
                        try answers.get(timeout: .seconds(20))
                            == ["Process-\(number)", "MainProcess", "Process-\(number):3"]
                    )
                }
                let renamed = Process { try answers.put([Process.current.name]) }
                renamed.name = "née Process-5, 名前"
                try renamed.start()
                #expect(try answers.get(timeout: .seconds(20)) == ["née Process-5, 名前"])
            }
        }
    }

    @Test(
        "each has a pid of its own and runs on the rank that was asked, or the next in turn",
        arguments: sizes
    )
    func places(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let rankCount = Process.current.rankCount
                let answers = try Queue<CurrentProcess.Facts>()
                var pids: Set<Int> = [Process.current.pid]
                #expect(Process.current.name == "MainProcess" && Process.current.rank == 0)
                #expect(Process.current.parentName == nil && !Process.current.isDaemon)
                func facts(of process: Process) throws -> CurrentProcess.Facts {
                    #expect(process.pid == nil && process.rank == nil)
                    try process.start()
                    let facts = try answers.get(timeout: .seconds(20))
                    #expect(process.pid == facts.pid && process.rank == facts.rank)
                    #expect(pids.insert(facts.pid).inserted)
                    #expect(facts.parentPid == Process.current.pid)
                    #expect(facts.rankCount == rankCount && facts.host == Process.current.host)
                    #expect(!facts.hasLauncherVariables)
                    return facts
                }
                for rank in 0..<rankCount {
                    let process = Process(on: rank) { try answers.put(CurrentProcess.Facts()) }
                    #expect(try facts(of: process).rank == rank)
                }
                let others = rankCount > 1 ? Array(1..<rankCount) : [0]
                for turn in 0..<4 {
                    let process = Process(daemon: turn == 3) { try answers.put(CurrentProcess.Facts()) }
                    let facts = try facts(of: process)
                    #expect(facts.rank == others[turn % others.count])
                    #expect(facts.isDaemon == (turn == 3))
                }
            }
        }
    }

    @Test("a process knows the job of Slurm's that it is in, but not the step", arguments: [1, 2])
    func slurmStep(ranks: Int) async throws {
        let variables = [
            "SLURM_STEP_ID": "0", "SLURM_STEPID": "0", "SLURM_CPU_BIND": "mask_cpu:0x1",
            "SLURM_JOB_NAME": "seven",
        ]
        try await onRanks(ranks, environment: variables) {
            try withProcesses {
                let answers = try Queue<[String]>()
                let names = ["SLURM_STEP_ID", "SLURM_STEPID", "SLURM_CPU_BIND", "SLURM_JOB_NAME"]
                #expect(names.allSatisfy { getenv($0) != nil }, "the rank has them")
                try Process { try answers.put(names.filter { getenv($0) != nil }) }.start()
                #expect(try answers.get(timeout: .seconds(30)) == ["SLURM_JOB_NAME"])
            }
        }
    }

    @Test("fifty processes at once, and one with twenty megabytes of captures", arguments: [1, 3])
    func many(ranks: Int) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                let answers = try Queue<Int>()
                var processes: [Process] = []
                for number in 0..<50 { processes.append(Process { try answers.put(number) }) }
                for process in processes { try process.start() }
                var numbers: Set<Int> = []
                for _ in processes { numbers.insert(try answers.get(timeout: .seconds(30))) }
                #expect(numbers == Set(0..<50))
                for process in processes { try process.join() }
                #expect(Set(processes.map(\.exitCode)) == [0])
                #expect(Set(processes.map(\.pid)).count == 50)
                let large = Array(0..<2_500_000)
                let sum = large.reduce(0, +)
                try Process { try answers.put(large.reduce(0, +)) }.start()
                #expect(try answers.get(timeout: .seconds(30)) == sum)
            }
        }
    }
}

extension CurrentProcess {
    /// What a process says of itself.
    fileprivate struct Facts: Codable, Sendable {
        var name = Process.current.name
        var pid = Process.current.pid
        var parentPid = Process.current.parentPid
        var isDaemon = Process.current.isDaemon
        var rank = Process.current.rank
        var rankCount = Process.current.rankCount
        var host = Process.current.host
        var hasLauncherVariables = getenv("OMPI_COMM_WORLD_RANK") != nil || getenv("PMIX_RANK") != nil
    }
}
