import Testing

@testable import Multiprocessing

@Suite("Taking work back from a worker")
struct PoolTakeBackTests {
    @Test("what waits behind something else goes to a worker that has nothing to do")
    func prefetched() throws {
        let pool = try PoolHarness()
        let job = try pool.submit(2)
        try pool.ready(1)
        let first = pool.assigned(1)
        #expect(first.map(\.tasks) == [[0], [1]])
        #expect(pool.takeBacks.isEmpty)
        try pool.ready(2)
        #expect(pool.takeBacks.map(\.worker) == [1])
        #expect(pool.takeBacks.map(\.ticket) == [first[1].ticket])
        #expect(pool.takeBacks.map(\.takesAll) == [true])
        try pool.answerTakeBack(1, first[1].ticket, begun: 0, limit: 0)
        let second = pool.assigned(2)
        #expect(second.map(\.tasks) == [[1]])
        #expect(pool.assigned(1).isEmpty)
        // The first worker comes upon the empty portion, and says so.
        try pool.finish(1, first[0])
        try pool.finish(1, first[1], [])
        #expect(pool.assigned(1).isEmpty)
        try pool.finish(2, second[0])
        #expect(pool.ends[job] == .done)
        #expect(pool.outcomes[job]?.count == 2)
    }

    @Test("the greater half of what a worker has not begun goes to another one, and none twice")
    func halves() throws {
        let pool = try PoolHarness()
        let job = try pool.submit(10, chunkSize: 10)
        try pool.ready(1)
        let first = pool.assigned(1)
        try pool.ready(2)
        #expect(pool.takeBacks.map(\.count) == [10])
        #expect(pool.takeBacks.map(\.takesAll) == [false])
        try pool.answerTakeBack(1, first[0].ticket, begun: 3, limit: 6)
        let second = pool.assigned(2)
        #expect(second.map(\.tasks) == [Array(6..<10)])
        // Lost afterwards, the first worker gives back only what was left to it.
        try pool.lose(1, running: 2, of: first[0], noted: [0, 1])
        try pool.finish(2, second[0])
        let rest = pool.assigned(2)
        #expect(rest.flatMap(\.tasks) == [3, 4, 5])
        for assignment in rest { try pool.finish(2, assignment) }
        #expect(pool.ends[job] == .done)
        #expect(pool.outcomes[job]?[2] == .workerLost)
    }

    @Test("a worker that had begun everything keeps it, and is not asked again")
    func nothingToTake() throws {
        let pool = try PoolHarness()
        try pool.submit(2, chunkSize: 2)
        try pool.ready(1)
        let first = pool.assigned(1)
        try pool.ready(2)
        try pool.answerTakeBack(1, first[0].ticket, begun: 2, limit: 2)
        #expect(pool.assigned(2).isEmpty)
        try pool.expire(after: .seconds(100))
        #expect(pool.takeBacks.count == 1)
    }

    @Test("a single task is left for a while to the worker that should begin it, and each time for longer")
    func patience() throws {
        let pool = try PoolHarness()
        try pool.submit(1)
        try pool.ready(1)
        let first = pool.assigned(1)
        try pool.ready(2)
        #expect(pool.takeBacks.isEmpty)
        let deadline = try #require(pool.harness.service.nextDeadline)
        #expect(pool.harness.now.duration(to: deadline) <= PoolRoster.patience)
        try pool.expire(after: PoolRoster.patience)
        #expect(pool.takeBacks.count == 1)
        try pool.answerTakeBack(1, first[0].ticket, begun: 0, limit: 0)
        #expect(pool.assigned(2).map(\.tasks) == [[0]])
        // Nobody is idle: the first worker has not answered. When it does, the second one gets twice the time.
        try pool.finish(1, first[0], [])
        try pool.expire(after: PoolRoster.patience)
        #expect(pool.takeBacks.count == 1)
        try pool.expire(after: PoolRoster.patience)
        #expect(pool.takeBacks.count == 2)
    }

    @Test("a worker from which everything was taken gets nothing until it says that it is there")
    func silentWorker() throws {
        let pool = try PoolHarness(workers: 2)
        try pool.submit(3)
        try pool.ready(1)
        let first = pool.assigned(1)
        try pool.ready(2)
        var second = pool.assigned(2)
        #expect(second.map(\.tasks) == [[2]])
        try pool.finish(2, second[0])
        // Worker 1 is stopped: it begins nothing.
        try pool.answerTakeBack(1, first[1].ticket, begun: 0, limit: 0)
        second = pool.assigned(2)
        #expect(second.map(\.tasks) == [[1]])
        try pool.finish(2, second[0])
        try pool.expire(after: PoolRoster.patience)
        try pool.answerTakeBack(1, first[0].ticket, begun: 0, limit: 0)
        second = pool.assigned(2)
        #expect(second.map(\.tasks) == [[0]])
        try pool.submit(4)
        #expect(pool.assigned(1).isEmpty)
        #expect(pool.assigned(2).count == 1)
    }

    @Test("a cancelled job's client is told at once, and what was not begun is taken back and dropped")
    func cancellation() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(8, chunkSize: 2)
        try pool.ready(1)
        let first = pool.assigned(1)
        try pool.cancel(job)
        #expect(pool.ends[job] == .timedOut)
        #expect(pool.takeBacks.map(\.takesAll) == [true, true])
        try pool.answerTakeBack(1, first[0].ticket, begun: 1, limit: 1)
        try pool.answerTakeBack(1, first[1].ticket, begun: 0, limit: 0)
        try pool.finish(1, first[0], [0])
        try pool.finish(1, first[1], [])
        #expect(pool.outcomes[job] == nil)
        #expect(pool.assigned(1).isEmpty)
        let next = try pool.submit(1)
        try pool.finish(1, pool.assigned(1)[0])
        #expect(pool.ends[next] == .done)
    }

    @Test("a call can be withdrawn while it waits, or while its worker has not begun it, and not later")
    func withdrawal() throws {
        let pool = try PoolHarness(workers: 1)
        try pool.ready(1)
        let jobs = try (0..<4).map { _ in try pool.submit(1) }
        let assigned = pool.assigned(1)
        #expect(assigned.count == 2)
        #expect(try pool.ask(.jobState, argument: jobs[3]).count == 1)
        #expect(pool.replies.last?.argument == 0)
        // In the queue.
        try pool.ask(.withdrawJob, argument: jobs[2])
        #expect(pool.ends[jobs[2]] == .timedOut)
        #expect(pool.replies.contains { $0.argument == 1 && $0.correlation != jobs[2] })
        // At the worker, not begun.
        var before = pool.replies.count
        try pool.ask(.withdrawJob, argument: jobs[1])
        #expect(pool.replies.count == before)
        try pool.answerTakeBack(1, assigned[1].ticket, begun: 0, limit: 0)
        #expect(pool.ends[jobs[1]] == .timedOut)
        #expect(pool.replies[before...].map(\.argument).sorted() == [0, 1])
        // Begun.
        before = pool.replies.count
        try pool.ask(.withdrawJob, argument: jobs[0])
        try pool.answerTakeBack(1, assigned[0].ticket, begun: 1, limit: 1)
        #expect(pool.replies[before...].map(\.argument) == [0])
        #expect(pool.ends[jobs[0]] == nil)
        try pool.finish(1, assigned[0])
        #expect(pool.ends[jobs[0]] == .done)
        // Over.
        try pool.ask(.withdrawJob, argument: jobs[0])
        #expect(pool.replies.last?.argument == 0)
        try pool.ask(.jobState, argument: jobs[0])
        #expect(pool.replies.last?.argument == 2)
        // All that nobody has been given.
        try pool.ask(.withdrawAll)
        #expect(pool.ends[jobs[3]] == nil, "its worker has it in hand")
    }

    @Test("a claim and its reduction exclude each other")
    func claims() throws {
        let ticket = PoolTicket(slot: 1, generation: 5)
        #expect(PoolTicket(rawValue: ticket.rawValue) == ticket)
        #expect(PoolTicket(rawValue: 9) == nil && PoolTicket(rawValue: .max) == nil)
        // Not begun when it is reduced: the worker finds nothing.
        let old = PoolClaim(PoolTicket(slot: 1, generation: 4), begun: 3, limit: 3)
        let emptied = old.reduced(for: ticket, count: 9, toBegun: true)
        #expect(emptied.begun == 0 && emptied.limit == 0)
        #expect(emptied.opened(for: ticket, count: 9) == emptied)
        #expect(old.opened(for: ticket, count: 9).limit == 9)
        let halved = PoolClaim(ticket, begun: 4, limit: 9).reduced(for: ticket, count: 9, toBegun: false)
        #expect(halved.begun == 4 && halved.limit == 6)
        let last = PoolClaim(ticket, begun: 4, limit: 5).reduced(for: ticket, count: 9, toBegun: false)
        #expect(last.limit == 4)
        let memory = try #require(JournalMemory(SharedMapping(size: 4096)))
        memory.changeClaim(of: ticket) { $0.opened(for: ticket, count: 3) }
        #expect(memory.claim(0, of: ticket) && memory.claim(1, of: ticket))
        memory.changeClaim(of: ticket) { $0.reduced(for: ticket, count: 3, toBegun: true) }
        #expect(!memory.claim(2, of: ticket))
        #expect(!memory.claim(0, of: PoolTicket(slot: 1, generation: 4)))
    }

    @Test("what a worker has noted and not sent can be read while it goes on, for its assignment alone")
    func snapshots() throws {
        let memory = try #require(JournalMemory(SharedMapping(size: 4096)))
        let ticket = PoolTicket(slot: 0, generation: 1)
        memory.beginAssignment(job: 7, ticket: ticket)
        #expect(memory.snapshot(of: ticket) == nil)
        memory.beginTask(3)
        [1, 2, 3].withUnsafeBytes { memory.note($0, at: 0) }
        let snapshot = try #require(memory.snapshot(of: ticket))
        #expect(snapshot.job == 7 && snapshot.entries == [1, 2, 3].withUnsafeBytes { Array($0) })
        #expect(memory.snapshot(of: PoolTicket(slot: 1, generation: 1)) == nil)
        memory.clear()
        #expect(memory.snapshot(of: ticket) == nil)
    }

    @Test("a result that came out of the journal is not counted again when its worker sends it")
    func resultsTwice() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(3, chunkSize: 3)
        try pool.ready(1)
        let first = pool.assigned(1)
        try pool.finish(1, first[0], [0, 1], isFinished: false)
        try pool.finish(1, first[0], [0, 1], isFinished: false)
        // The worker forgets the last task: this would go unnoticed if the others counted twice.
        try pool.finish(1, first[0], [], isFinished: true)
        #expect(pool.assigned(1).map(\.tasks) == [[2]])
        #expect(pool.ends[job] == nil)
    }

    @Test("two threads that claim and take back never both have a task")
    func race() async throws {
        for round in 0..<200 {
            let memory = Shared(try #require(JournalMemory(SharedMapping(size: 4096))))
            let ticket = PoolTicket(slot: round % 2, generation: UInt16(round + 1))
            async let worker = Task.detached {
                memory.value.changeClaim(of: ticket) { $0.opened(for: ticket, count: 64) }
                return (0..<64).prefix { memory.value.claim($0, of: ticket) }.count
            }.value
            async let host = Task.detached {
                (0..<3).map { _ in
                    memory.value.changeClaim(of: ticket) {
                        $0.reduced(for: ticket, count: 64, toBegun: false)
                    }
                    .limit
                }
            }.value
            let (done, limits) = await (worker, host)
            #expect(done == limits[2])
        }
    }
}

/// The journal is made to be used from two sides.
private struct Shared: @unchecked Sendable {
    // Only claims are touched, which change in one step.
    let value: JournalMemory
    init(_ value: JournalMemory) { self.value = value }
}
