import Testing

@testable import Multiprocessing

@Suite("PoolService")
struct PoolServiceTests {
    @Test("a new pool asks for its workers")
    func begin() throws {
        #expect(try PoolHarness(workers: 3).harness.starts == 3)
        #expect(throws: ProcessingError.self) { try PoolHarness(workers: 0) }
        #expect(throws: ProcessingError.self) { try PoolHarness(workers: 1 << 30) }
    }

    @Test(
        "each worker has one portion at work and one in hand, the work once, and the last result ends the job"
    )
    func assignments() throws {
        let pool = try PoolHarness()
        let job = try pool.submit(9, chunkSize: 2)
        try pool.ready(1)
        let first = pool.assigned(1)
        #expect(first.map(\.ranges) == [[0..<2], [2..<4]])
        #expect(first.map(\.hasWork) == [true, false])
        #expect(Set(first.map(\.ticket)).count == 2)
        try pool.ready(2)
        let second = pool.assigned(2)
        #expect(second.map(\.ranges) == [[4..<6], [6..<8]])
        try pool.finish(1, first[0])
        let third = pool.assigned(1)
        #expect(third.map(\.ranges) == [[8..<9]])
        #expect(third[0].ticket.slot == first[0].ticket.slot)
        #expect(third[0].ticket.generation == first[0].ticket.generation + 1)
        try pool.finish(1, first[1])
        for assignment in second { try pool.finish(2, assignment) }
        #expect(pool.ends[job] == nil)
        try pool.finish(1, third[0])
        #expect(pool.ends[job] == .done)
        #expect(pool.outcomes[job]?.count == 9)
    }

    @Test("many small chunks travel together, and one by one when they run out")
    func portions() throws {
        #expect(PoolService.portion(waiting: 10_000, workers: 4) == 64)
        #expect(PoolService.portion(waiting: 100, workers: 4) == 3)
        #expect(PoolService.portion(waiting: 31, workers: 4) == 1)
        let pool = try PoolHarness(workers: 1)
        try pool.submit(80)
        try pool.ready(1)
        #expect(pool.assigned(1).map(\.tasks) == [Array(0..<10), Array(10..<18)])
        // Where somebody takes the results as they come, they do not wait for one another.
        let streams = try PoolHarness(workers: 1)
        try streams.submit(80, isOpen: true)
        try streams.ready(1)
        #expect(streams.assigned(1).map(\.tasks) == [[0], [1]])
    }

    @Test("a worker that is lost takes the task that it ran with it, and nothing else")
    func lostWorker() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(9, chunkSize: 6)
        try pool.ready(1)
        let assigned = pool.assigned(1)
        #expect(assigned.map(\.ranges) == [[0..<6], [6..<9]])
        // Tasks 0 and 1 are done, task 2 runs.
        try pool.lose(1, running: 2, of: assigned[0], noted: [0, 1])
        #expect(pool.outcomes[job] == [0: .value, 1: .value, 2: .workerLost])
        #expect(pool.harness.starts == 2, "the worker is replaced")
        try pool.ready(2)
        let rest = pool.assigned(2)
        #expect(rest.map(\.ranges) == [[3..<6], [6..<9]])
        #expect(rest.first?.hasWork == true)
        for assignment in rest { try pool.finish(2, assignment) }
        #expect(pool.ends[job] == .done)
    }

    @Test("a task whose worker is lost is run again as often as its client wants, and then fails")
    func retries() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(3, chunkSize: 3, retries: 2)
        for worker in 1...2 as ClosedRange<UInt32> {
            try pool.ready(worker)
            let assigned = pool.assigned(worker)
            try pool.lose(worker, running: 1, of: assigned[0], noted: worker == 1 ? [0] : [])
            #expect(pool.outcomes[job] == [0: .value])
        }
        try pool.ready(3)
        let assigned = pool.assigned(3)
        #expect(assigned.map(\.ranges) == [[1..<3]])
        try pool.lose(3, running: 1, of: assigned[0])
        #expect(pool.outcomes[job] == [0: .value, 1: .workerLost])
        try pool.ready(4)
        try pool.finish(4, pool.assigned(4)[0], [2])
        #expect(pool.ends[job] == .done)
        #expect(pool.outcomes[job]?[2] == .value)
    }

    @Test("a task that is to be run again without end outlives any number of workers that do not begin it")
    func endlessRetries() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1, retries: .max)
        for worker in 1...6 as ClosedRange<UInt32> {
            try pool.ready(worker)
            let assignment = try #require(pool.assigned(worker).first)
            try pool.lose(worker, of: assignment)
        }
        try pool.ready(7)
        try pool.finish(7, try #require(pool.assigned(7).first))
        #expect(pool.outcomes[job] == [0: .value])
    }

    @Test("what its worker had not begun is done by another one as it is, and costs no retry")
    func lostBeforeBeginning() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(4, chunkSize: 4)
        try pool.ready(1)
        try pool.lose(1)
        #expect(pool.outcomes[job] == nil)
        try pool.ready(2)
        #expect(pool.assigned(2).map(\.ranges) == [[0..<4]])
    }

    @Test("what no worker survives fails after three of them, and the pool goes on")
    func deadlyChunk() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(2, chunkSize: 2)
        for worker in 1...3 as ClosedRange<UInt32> {
            try pool.ready(worker)
            #expect(pool.assigned(worker).map(\.ranges) == [[0..<2]])
            try pool.lose(worker)
        }
        #expect(pool.outcomes[job] == [0: .workerLost, 1: .workerLost])
        try pool.ready(4)
        #expect(pool.assigned(4).isEmpty)
    }

    @Test("a result that is there already is not counted again")
    func duplicateResults() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(2, chunkSize: 2)
        try pool.ready(1)
        let assigned = pool.assigned(1)
        // The harness sees to it that no result comes twice.
        try pool.finish(1, assigned[0], [0], isFinished: false)
        try pool.finish(1, assigned[0], [0], isFinished: false)
        #expect(pool.ends[job] == nil)
        try pool.finish(1, assigned[0], [0, 1])
        #expect(pool.ends[job] == .done)
    }

    @Test("what a worker says it has finished and has not is done by another one")
    func forgetfulWorker() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(3, chunkSize: 3)
        try pool.ready(1)
        try pool.finish(1, pool.assigned(1)[0], [0, 2])
        #expect(pool.assigned(1).map(\.ranges) == [[1..<2]])
        #expect(pool.ends[job] == nil)
    }

    @Test("workers that end before they take work break the pool, and everybody is told why")
    func brokenPool() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1)
        for worker in 1...3 as ClosedRange<UInt32> { try pool.lose(worker, status: .exited(1)) }
        #expect(pool.ends[job] == .failed)
        #expect(pool.harness.starts == 3)
        let later = try pool.submit(1)
        #expect(pool.ends[later] == .failed)
    }

    @Test("workers that cannot be started break the pool, too")
    func unstartable() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1)
        for _ in 0..<3 {
            #expect(pool.ends[job] == nil)
            let body = Array("no memory".utf8)
            let frames = pool.harness.request(.workerNotStarted, body: body, kind: .notice).replies
            if let last = frames.last {
                #expect(last.correlation == job && last.summary.outcome == .failed)
                #expect(last.text.contains("no memory"))
                return
            }
        }
        Issue.record("the pool waits for workers that do not come")
    }

    @Test("a closed pool does what it has, dismisses its workers, and then lets go of who joins it")
    func close() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1)
        try pool.ready(1)
        #expect(try pool.ask(.joinPool).map(\.outcome) == [.misused], "it is still open")
        try pool.ask(.closePool)
        let refused = try pool.submit(1)
        #expect(pool.ends[refused] == .closed)
        #expect(try pool.ask(.joinPool).isEmpty)
        try pool.finish(1, pool.assigned(1)[0])
        #expect(pool.ends[job] == .done)
        #expect(pool.isDismissed(1))
        let before = pool.replies.count
        try pool.lose(1, status: .exited(0))
        #expect(pool.replies.count == before + 1)
        #expect(pool.harness.isFinished)
        #expect(pool.harness.starts == 1)
    }

    @Test("terminate ends the workers, also those that are only starting, and fails what is not done")
    func terminate() throws {
        let pool = try PoolHarness(workers: 3)
        let job = try pool.submit(4)
        try pool.ready(1)
        pool.harness.request(.workerStarted, from: 2, kind: .notice)
        #expect(try pool.ask(.terminatePool).map(\.outcome) == [.terminated, .done])
        #expect(pool.ends[job] == .terminated)
        #expect(pool.harness.signals == [PoolHarness.Harness.process(1), PoolHarness.Harness.process(2)])
        pool.harness.request(.workerStarted, from: 3, kind: .notice)
        #expect(pool.harness.signals.last == PoolHarness.Harness.process(3))
        for worker in 1...3 as ClosedRange<UInt32> { try pool.lose(worker) }
        #expect(pool.harness.isFinished)
        #expect(pool.harness.starts == 3)
    }

    @Test("when the process that made it ends, the pool ends its workers, whatever they are doing")
    func lostMaker() throws {
        let pool = try PoolHarness(workers: 2, maker: 40)
        try pool.ready(1)
        pool.harness.request(.workerStarted, from: 2, kind: .notice)
        try pool.submit(4)
        // Another process's end is not its affair.
        _ = pool.harness.end(41)
        #expect(pool.harness.signals.isEmpty)
        _ = pool.harness.end(40)
        #expect(pool.harness.signals == [PoolHarness.Harness.process(1), PoolHarness.Harness.process(2)])
        for worker in 1...2 as ClosedRange<UInt32> { try pool.lose(worker) }
        #expect(pool.harness.isFinished && pool.harness.starts == 2)
    }

    @Test("a pool that nobody holds dismisses its workers, and ends those that do what nobody wants")
    func abandoned() throws {
        let pool = try PoolHarness(workers: 2)
        try pool.ready(1)
        try pool.ready(2)
        let job = try pool.submit(1)
        try pool.cancel(job)
        pool.harness.request(.abandonPool, from: PoolHarness.client, kind: .notice)
        #expect(pool.harness.signals == [PoolHarness.Harness.process(1)])
        for worker in 1...2 as ClosedRange<UInt32> { try pool.lose(worker) }
        #expect(pool.harness.isFinished)
        #expect(pool.harness.starts == 2)
    }

    @Test("a worker that has done its share is dismissed and replaced")
    func maxTasksPerChild() throws {
        let pool = try PoolHarness(workers: 1, maxTasksPerChild: 3)
        try pool.submit(8, chunkSize: 2)
        try pool.ready(1)
        let first = pool.assigned(1)
        #expect(first.count == 2)
        for assignment in first { try pool.finish(1, assignment) }
        #expect(!pool.isDismissed(1))
        let third = pool.assigned(1)
        #expect(third.map(\.ranges) == [[4..<6]])
        try pool.finish(1, third[0])
        #expect(pool.isDismissed(1))
        try pool.lose(1, status: .exited(0))
        #expect(pool.harness.starts == 2)
        try pool.ready(2)
        #expect(pool.assigned(2).map(\.ranges) == [[6..<8]])
    }

    @Test("a job whose client has ended is forgotten")
    func deadClient() throws {
        let pool = try PoolHarness(workers: 1)
        try pool.submit(4)
        _ = pool.harness.end(PoolHarness.client)
        try pool.ready(1)
        #expect(pool.assigned(1).isEmpty)
    }

    @Test("a job can grow while it goes on, and is complete when it is told to be")
    func openJobs() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1, isOpen: true)
        try pool.ready(1)
        try pool.finish(1, pool.assigned(1)[0])
        #expect(pool.ends[job] == nil)
        try pool.extend(job, with: 1..<3, isOpen: true)
        let more = pool.assigned(1)
        #expect(more.map(\.ranges) == [[1..<2], [2..<3]])
        try pool.finish(1, more[0])
        try pool.extend(job, with: 3..<3, isOpen: false)
        #expect(pool.ends[job] == nil)
        try pool.finish(1, more[1])
        #expect(pool.ends[job] == .done)
        // And one that has nothing left to do when it is told.
        let other = try pool.submit(0, isOpen: true)
        #expect(pool.ends[other] == nil)
        try pool.extend(other, with: 0..<0, isOpen: false)
        #expect(pool.ends[other] == .done)
    }

    @Test("what makes no sense is refused and harms nothing")
    func malformedRequests() throws {
        let pool = try PoolHarness()
        try pool.submit(3, chunkSize: 2)
        try pool.ready(1)
        var generator = SystemRandomNumberGenerator()
        let operations: [Multiprocessing.Operation] = [
            .submit, .extendJob, .chunkResults, .journal, .takenBack, .withdrawJob, .jobState, .workerReady,
            .put,
        ]
        for round in 0..<4000 {
            let body = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                round % 4 == 0
                    ? UInt8.random(in: .min ... .max, using: &generator)
                    : UInt8.random(in: 0...3, using: &generator)
            }
            _ = pool.harness.request(
                operations[round % operations.count],
                from: UInt32.random(in: 1...2, using: &generator),
                argument: UInt64.random(in: 0...0x30000, using: &generator),
                body: body,
                kind: Bool.random(using: &generator) ? .request : .notice
            )
        }
    }

    @Test(
        "the default chunk size is Python's",
        arguments: [(10, 4, 1), (100, 4, 7), (1000, 4, 63), (0, 4, 1), (16, 4, 1), (17, 4, 2)]
    )
    func chunkSize(taskCount: Int, workers: Int, expected: Int) {
        #expect(PoolSubmission.defaultChunkSize(taskCount: taskCount, workerCount: workers) == expected)
    }
}
