import MPI
import RankChecks
import Testing

@testable import Multiprocessing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Four ranks on two hosts.
private func onTwoHosts(ownRank: Int = 0) -> Placement {
    Placement(hostNames: ["a", "b", "a", "b"], ownRank: ownRank)
}

@Suite("Placement")
struct PlacementTests {
    @Test("processes go in turn to every rank but the main one")
    func turns() throws {
        var placement = onTwoHosts()
        let chosen = try (0..<7).map { _ in try placement.chooseRank(requested: nil) }
        #expect(chosen == [1, 2, 3, 1, 2, 3, 1])
        let requested = try placement.chooseRank(requested: 0)
        #expect(requested == 0)
    }

    @Test("the only rank hosts all")
    func alone() throws {
        var placement = Placement(hostNames: ["a"], ownRank: 0)
        let chosen = try (0..<3).map { _ in try placement.chooseRank(requested: nil) }
        #expect(chosen == [0, 0, 0])
    }

    @Test("a lost rank has no turn any more, and when none is left the main one hosts all")
    func lost() throws {
        var placement = onTwoHosts()
        func chosen(_ count: Int, among selection: RankSelection? = nil) throws -> [Int] {
            try (0..<count).map { _ in try placement.chooseRank(requested: nil, among: selection) }
        }
        var turns = try chosen(2)
        #expect(turns == [1, 2])
        placement.forget(1)
        turns = try chosen(4)
        #expect(turns == [3, 2, 3, 2])
        turns = try chosen(2, among: .hosts("b"))
        #expect(turns == [3, 3])
        placement.forget(3)
        placement.forget(0)
        turns = try chosen(2)
        #expect(turns == [2, 2])
        let error = #expect(throws: ProcessingError.self) { try chosen(1, among: .hosts("b")) }
        #expect(error?.kind == .rankLost)
        placement.forget(2)
        turns = try chosen(2)
        #expect(turns == [0, 0])
    }

    @Test("those that were selected take turns of their own")
    func selections() throws {
        var placement = onTwoHosts(ownRank: 2)
        let selections: [(RankSelection, [Int])] = [
            (.hosts("b"), [1, 3, 1]), (.hosts("b", "a"), [0, 1, 2]), (.ranks([3, 0]), [3, 0, 3]),
            (.own, [2, 2, 2]), (.hosts("b"), [3, 1, 3]), (.inTurn, [3, 1, 2]),
        ]
        for (selection, expected) in selections {
            let chosen = try expected.map { _ in try placement.chooseRank(requested: nil, among: selection) }
            #expect(chosen == expected, "\(selection)")
        }
    }

    @Test(
        "what cannot be selected is refused, with the reason",
        arguments: [
            (.ranks([1, 4]), "there is no rank 4"), (.ranks([-1]), "there is no rank -1"),
            (.ranks([]), "no rank was selected"), (.hosts(), "no host was selected"),
            (.hosts("a", "c"), "no rank on a host 'c', but on a, b"),
        ] as [(RankSelection, String)]
    )
    func refusals(selection: RankSelection, reason: String) {
        var placement = onTwoHosts()
        let error = #expect(throws: ProcessingError.self) {
            try placement.chooseRank(requested: nil, among: selection)
        }
        #expect(error?.kind == .misuse && error?.message.contains(reason) == true)
    }

    @Test("the workers of a pool are counted in all, per rank, or per host")
    func shares() throws {
        let placement = onTwoHosts()
        #expect(try placement.sites(of: 5, per: .job, on: .inTurn) == nil)
        #expect(try placement.sites(of: 3, per: .job, on: .ranks([0, 2])) == [0, 2, 0])
        #expect(try placement.sites(of: 2, per: .rank, on: .inTurn) == [1, 1, 2, 2, 3, 3])
        #expect(try placement.sites(of: 3, per: .host, on: .hosts("a", "b")) == [0, 2, 0, 1, 3, 1])
        #expect(try placement.sites(of: 1, per: .host, on: .ranks([3])) == [3])
    }
}

@Suite("CoreSupply")
struct CoreSupplyTests {
    @Test("each process is given the core that has fewest, and each rank of a host begins somewhere else")
    func turns() throws {
        var first = CoreSupply(permitted: [0, 1, 4, 5], ofRank: [1], place: 0, rankCount: 2)
        var second = CoreSupply(permitted: [0, 1, 4, 5], ofRank: [5], place: 1, rankCount: 2)
        let ofFirst = try (0..<5).map { _ in try first.take(.core) }
        let ofSecond = try (0..<3).map { _ in try second.take(.core) }
        #expect(ofFirst == [[0], [1], [4], [5], [0]])
        #expect(ofSecond == [[4], [5], [0]])
        first.giveBack([1], of: .core)
        let next = try first.take(.core)
        #expect(next == [1])
    }

    @Test("a process is bound as its rank is, to given cores, or not at all")
    func others() throws {
        var supply = CoreSupply(permitted: [0, 1, 4], ofRank: [1], place: 0, rankCount: 1)
        let taken = try [.none, .rank, .cores([4, 0])].map { (binding: CoreBinding) in
            try supply.take(binding)
        }
        #expect(taken == [nil, [1], [4, 0]])
        for wrong in [[2], [], [0, -1]] {
            let error = #expect(throws: ProcessingError.self) { try supply.take(.cores(wrong)) }
            #expect(error?.kind == .misuse)
        }
    }
}

/// Where the workers of a pool are: each of them waits until all have said so.
private func ranksOfWorkers(_ pool: Pool) throws -> [Int] {
    let barrier = try Barrier(parties: pool.processCount)
    let ranks = try pool.mapAsync(0..<pool.processCount, chunkSize: 1) { _ in
        try barrier.wait(timeout: .seconds(30))
        return Process.current.rank
    }
    return try ranks.get(timeout: .seconds(40)).sorted()
}

@Suite("Placing processes")
struct PlacingTests {
    @Test("pools and processes run where they are told to")
    func selections() async throws {
        try await onRanks(4) {
            try withProcesses {
                #expect(try ranksOfWorkers(Pool(processes: 2, per: .rank)) == [1, 1, 2, 2, 3, 3])
                #expect(try ranksOfWorkers(Pool(per: .rank, on: .ranks([0, 3]))) == [0, 3])
                let host = Process.current.host
                #expect(
                    try ranksOfWorkers(Pool(processes: 5, per: .host, on: .hosts(host))) == [0, 0, 1, 2, 3]
                )
                #expect(try ranksOfWorkers(Pool(processes: 2, on: .own)) == [0, 0])
                for (selection, rank) in [(RankSelection.own, 0), (.ranks([2]), 2)] {
                    let process = Process {}
                    process.ranks = selection
                    try process.start()
                    #expect(process.rank == rank)
                    try process.join()
                }
                for wrong in [RankSelection.ranks([4]), .hosts("nowhere"), .ranks([])] {
                    let process = Process {}
                    process.ranks = wrong
                    #expect(kindOfError { try process.start() } == .misuse)
                    #expect(kindOfError { _ = try Pool(processes: 1, on: wrong) } == .misuse)
                }
            }
        }
    }

    @Test("a worker that is lost is replaced where it was")
    func replacement() async throws {
        try await onRanks(3) {
            try withProcesses {
                let pool = try Pool(processes: 1, per: .rank, on: .ranks([1, 2]))
                for _ in 0..<3 {
                    #expect(try ranksOfWorkers(pool) == [1, 2])
                    #expect(throws: WorkerLost.self) {
                        try pool.apply { () -> Void in
                            kill(getpid(), SIGKILL)
                            waitForTheEnd()
                        }
                    }
                }
                #expect(try ranksOfWorkers(pool) == [1, 2])
            }
        }
    }

    @Test("the members of a communicator host a pool, and each rank has one of its own")
    func communicators() async throws {
        try await onRanks(4) {
            let team = try #require(try Communicator.world.split(color: Communicator.world.rank % 2))
            try withProcesses(on: .everyRank) { () throws in
                let rank = Communicator.world.rank
                #expect(
                    try ranksOfWorkers(Pool(per: .rank, on: .members(of: team))) == [rank % 2, rank % 2 + 2]
                )
                #expect(try ranksOfWorkers(Pool(processes: 2, on: .own)) == [rank, rank])
            }
        }
    }

    @Test("processes run on the cores that they are bound to", arguments: [nil, 1, 3])
    func cores(ranks: Int?) async throws {
        try await onRanks(ranks) {
            try withProcesses {
                func coresOfProcess(_ binding: CoreBinding, main: Bool = false) throws -> [Int] {
                    let (mine, theirs) = try Pipe<[Int]>().ends
                    let process =
                        main
                        ? Process { () async throws in
                            try await theirs.send(MainActor.run { Machine.usableCores })
                        }
                        : Process { try theirs.send(Machine.usableCores) }
                    process.cores = binding
                    try process.start()
                    try process.join()
                    return try mine.receive(timeout: .seconds(20))
                }
                let all = try coresOfProcess(.none)
                #expect(all.count == Machine.processorCount)
                #expect(try coresOfProcess(.core).count == 1)
                #expect(try coresOfProcess(.core, main: true).count == 1)
                let last = try #require(all.last)
                #expect(try coresOfProcess(.cores([last])) == [last])
                let process = Process {}
                process.cores = .cores([last + 1])
                #expect(kindOfError { try process.start() } == .misuse)
                let pool = try Pool(processes: all.count, on: .own, cores: .core)
                let barrier = try Barrier(parties: all.count)
                let cores = try pool.mapAsync(0..<all.count, chunkSize: 1) { _ in
                    try barrier.wait(timeout: .seconds(30))
                    return Machine.usableCores
                }
                #expect(try cores.get(timeout: .seconds(40)).flatMap { $0 }.sorted() == all)
            }
        }
    }
}
