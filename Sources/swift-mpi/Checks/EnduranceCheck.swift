import ArgumentParser
import MPI
import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// `swift-mpi check endurance`: keeps all ranks at work for a while, and says what becomes of it when something fails.
struct EnduranceCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endurance",
        abstract:
            "Keeps all ranks at work for a while, and says every second what was done; for trying out faults.",
        discussion: """
            The line "going" says that every rank has done something. Whatever is lost afterwards is said in a line that begins with "lost"; \
            "finished" is the last one if the program survives.
            """
    )

    /// What is done meanwhile.
    enum Work: String, ExpressibleByArgument, CaseIterable {
        /// Tasks of a pool with a worker on each rank.
        case pool
        /// Questions of rank 0 to each other one.
        case ranks
    }

    @Option(help: "What to do: \(Work.allCases.map(\.rawValue).joined(separator: " or ")).")
    var work = Work.pool

    @Option(help: "For how many seconds.")
    var seconds = 20

    @Option(help: "Rest for so many seconds, and work with a pool once more.")
    var rest = 0

    @Option(help: "After how many seconds without an answer a rank is taken for lost.")
    var patience = 10

    func run() throws {
        switch work {
        case .pool:
            try withProcesses { try workWithPool() }
            guard rest > 0 else { return }
            // On rank 0, where the pool was.
            if Communicator.world.rank == 0 { print("resting") }
            fflush(nil)
            sleep(for: .seconds(rest))
            try withProcesses { try workWithPool() }
        case .ranks: try talkAmongRanks()
        }
    }

    // MARK: A pool

    private func workWithPool() throws {
        let workers = max(1, Process.current.rankCount - 1)
        let pool = try Pool(processes: workers)
        let results = try pool.imapUnordered(
            sequence(first: 0) { $0 + 1 },
            lookAhead: 4 * workers,
            retries: 5
        ) { _ in
            sleep(for: .milliseconds(5))
            return Process.current.rank
        }
        var progress = Progress(expected: workers, seconds: seconds)
        while !progress.isOver {
            progress.note(lostRanks: try Process.lostRanks)
            do {
                guard let rank = try results.next(timeout: .seconds(patience)) else { break }
                progress.note(rank)
            } catch let error as WorkerLost {
                progress.say("lost a worker: \(error)")
            } catch let error as ProcessingError where error.kind == .timedOut {
                progress.say("lost: no result for \(patience) s")
            }
        }
        try pool.terminate()
        _ = try pool.join(timeout: .seconds(patience))
        progress.say("finished")
    }

    // MARK: Ranks

    /// Rank 0 asks each other rank in turn, and goes on without those that don't answer.
    private func talkAmongRanks() throws {
        let world = Communicator.world
        guard world.rank == 0 else { return try answer(world) }
        var others = Array(1..<world.size)
        var progress = Progress(expected: others.count, seconds: seconds)
        while !others.isEmpty, !progress.isOver {
            for rank in others {
                do {
                    _ = try world.sendReceive(
                        true,
                        to: rank,
                        sendTag: 1,
                        receiving: Int.self,
                        from: rank,
                        tag: 2,
                        timeout: .seconds(patience)
                    )
                    progress.note(rank)
                } catch {
                    progress.say("lost rank \(rank): \(error)")
                    others.removeAll { $0 == rank }
                }
            }
            sleep(for: .milliseconds(5))
        }
        for rank in others { try world.send(false, to: rank, tag: 1) }
        progress.say("finished")
    }

    private func answer(_ world: Communicator) throws {
        // Rank 0 may be waiting for several that are lost, one after another.
        while try world.receive(Bool.self, from: 0, tag: 1, timeout: .seconds(patience * (world.size + 1))) {
            try world.send(world.rank, to: 0, tag: 2)
        }
    }
}

/// What has been done so far, said once a second.
private struct Progress {
    private let expected: Int
    private let end: ContinuousClock.Instant
    private var nextLine: ContinuousClock.Instant
    private var isGoing = false
    private var count = 0
    private var ranks: Set<Int> = []
    private var lostRanks: [Int] = []

    init(expected: Int, seconds: Int) {
        self.expected = expected
        end = .now + .seconds(seconds)
        nextLine = .now + .seconds(1)
    }

    var isOver: Bool { ContinuousClock.now >= end }

    /// A rank has done something.
    mutating func note(_ rank: Int) {
        count += 1
        ranks.insert(rank)
        if !isGoing, ranks.count == expected {
            isGoing = true
            say("going")
        }
        let now = ContinuousClock.now
        guard now >= nextLine else { return }
        say("\(count) done by ranks \(ranks.sorted().map { "\($0)" }.joined(separator: ", "))")
        (count, ranks) = (0, [])
        nextLine = now + .seconds(1)
    }

    /// These are lost by now.
    mutating func note(lostRanks: [Int]) {
        for rank in lostRanks where !self.lostRanks.contains(rank) { say("lost rank \(rank), and goes on") }
        self.lostRanks = lostRanks
    }

    /// Prints a line with the time of day, in seconds since 1970, so that it can be held against other logs.
    func say(_ text: String) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let hundredths = time.tv_nsec / 10_000_000
        print("\(time.tv_sec).\(hundredths < 10 ? "0" : "")\(hundredths)", text)
        // Whoever reads a pipe has to see it when it happens.
        fflush(nil)
    }
}
