import MessageCoding
import Testing

@testable import Multiprocessing

/// What a pool makes of workers that are lost with their rank: no journal comes of them.
@Suite("PoolService and lost ranks")
struct PoolRankLossTests {
    @Test("the first task of which nothing was heard is lost with the rank, the rest goes to others")
    func running() throws {
        let pool = try PoolHarness(workers: 2)
        let job = try pool.submit(12, chunkSize: 3)
        try pool.ready(1)
        let own = pool.assigned(1)
        #expect(own.map(\.tasks) == [[0, 1, 2], [3, 4, 5]])
        // The result of the first one has left the rank.
        try pool.finish(1, own[0], [0], isFinished: false)
        try pool.loseRank(of: 1)
        #expect(pool.outcomes[job] == [0: .value, 1: .workerLost])
        #expect(pool.harness.starts == 3, "another worker takes its place")
        try pool.ready(2)
        var done: [Int] = []
        while true {
            let assignments = pool.assigned(2)
            guard !assignments.isEmpty else { break }
            for assignment in assignments {
                done += assignment.tasks
                try pool.finish(2, assignment)
            }
        }
        #expect(done.sorted() == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        #expect(pool.ends[job] == .done && pool.outcomes[job]?.count == 12)
    }

    @Test("where a task may run again it does, and nothing is lost")
    func retries() throws {
        let pool = try PoolHarness(workers: 2)
        let job = try pool.submit(4, retries: 1)
        try pool.ready(1)
        try pool.loseRank(of: 1)
        try pool.ready(2)
        #expect(pool.outcomes[job] == nil)
        #expect(pool.assigned(2).flatMap(\.tasks) == [0, 1])
        // Once, and no more often.
        try pool.loseRank(of: 2)
        #expect(pool.outcomes[job] == [0: .workerLost])
    }

    @Test("what a worker had begun after something that it has finished is what it ran")
    func second() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(4)
        try pool.ready(1)
        let own = pool.assigned(1)
        try pool.finish(1, own[0], isFinished: false)
        try pool.loseRank(of: 1)
        #expect(pool.outcomes[job] == [0: .value, 1: .workerLost])
    }

    @Test("ranks that are lost with workers that had not begun do not break the pool, however many")
    func starting() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1)
        for _ in 0..<5 { try pool.loseRankBeforeStart() }
        for _ in 0..<5 { try pool.loseRank(of: 7) }
        #expect(pool.ends[job] == nil && pool.harness.starts == 11)
        try pool.ready(1)
        try pool.finish(1, try #require(pool.assigned(1).first))
        #expect(pool.ends[job] == .done)
    }

    @Test("the error says that it was the rank, and which, and the worker's own number")
    func error() throws {
        let harness = try PoolHarness(workers: 1).harness
        var body: [UInt8] = []
        PoolSubmission.append(.whole, retries: 0, work: [0xee], [], to: &body)
        PoolSubmission.append(first: 0, count: 1, inputs: [7], [], to: &body)
        harness.request(.submit, from: 90, body: body)
        harness.request(.workerReady, from: 1, argument: 4711)
        let told = harness.end(1, parent: PoolHarness.Harness.address, isRankLost: true)
        let frame = try #require(told.first { $0.destination == PoolHarness.Harness.process(90) })
        let loss = try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            return try MessageDecoder().decode(WorkerLost.self, from: try reader.entry().body)
        }
        #expect(loss.isRankLost && loss.rank == 1 && loss.pid == 4711 && loss.exitCode == -9)
        #expect(
            "\(loss)"
                == "worker process 1 (pid 4711) was lost with its rank, 1 on here, while it ran this task"
        )
    }

    @Test("a process that was to return a value is lost with its rank, and whoever waits for it hears that")
    func result() throws {
        let harness = ServiceHarness(ResultService())
        _ = harness.request(.awaitResult, from: 2)
        let told = harness.end(7, result: ServiceHarness<ResultService>.address, isRankLost: true)
        let loss = try #require(told.first).withBody {
            try MessageDecoder().decode(ProcessLost.self, from: $0)
        }
        #expect(
            loss.isRankLost && "\(loss)".contains("was lost with its rank, 1 on here, before it had a value")
        )
    }
}
