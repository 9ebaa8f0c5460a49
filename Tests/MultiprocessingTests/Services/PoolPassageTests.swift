import Testing

@testable import Multiprocessing

@Suite("Services that a pool holds")
struct PoolPassageTests {
    private let passages = (0..<3).map { _ in PoolHarness.passage() }
    private var first: Set<ServicePassage> { [passages[0]] }

    @Test("a job holds what its work was given until its last result has come")
    func completion() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(3, passages: [passages[0]])
        try pool.ready(1)
        for assignment in pool.assigned(1) { try pool.finish(1, assignment) }
        #expect(pool.closedPassages().isEmpty)
        for assignment in pool.assigned(1) { try pool.finish(1, assignment) }
        #expect(pool.ends[job] == .done)
        #expect(pool.closedPassages() == first)
    }

    @Test(
        "what the inputs of a chunk were given is held until the chunk is done, so a job without end holds no more and more"
    )
    func chunks() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(1, isOpen: true, passages: [passages[0]], chunkPassages: [passages[1]])
        try pool.ready(1)
        try pool.finish(1, try #require(pool.assigned(1).first))
        #expect(pool.closedPassages() == [passages[1]])
        try pool.extend(job, with: 1..<2, isOpen: true, chunkPassages: [passages[2]])
        try pool.finish(1, try #require(pool.assigned(1).first))
        #expect(pool.closedPassages() == [passages[2]])
        try pool.extend(job, with: 2..<2, isOpen: false)
        #expect(pool.ends[job] == .done)
        #expect(pool.closedPassages() == first)
    }

    @Test(
        "a task that is run again finds what its job was given, and so does one whose worker was lost before it began"
    )
    func retries() throws {
        let pool = try PoolHarness(workers: 1)
        try pool.submit(1, retries: 1, passages: [passages[0]], chunkPassages: [passages[1]])
        try pool.ready(1)
        try pool.lose(1, running: 0, of: pool.assigned(1).first)
        try pool.ready(2)
        try pool.lose(2, of: pool.assigned(2).first)
        #expect(pool.closedPassages().isEmpty)
        try pool.ready(3)
        try pool.finish(3, try #require(pool.assigned(3).first))
        #expect(pool.closedPassages() == [passages[0], passages[1]])
    }

    @Test("a job whose worker is lost lets go of everything when its last task has failed")
    func lost() throws {
        let pool = try PoolHarness(workers: 1)
        try pool.submit(1, passages: [passages[0]], chunkPassages: [passages[1]])
        try pool.ready(1)
        try pool.lose(1, running: 0, of: pool.assigned(1).first)
        #expect(pool.closedPassages() == [passages[0], passages[1]])
    }

    @Test("a job that is given up holds everything until no worker is at it any more")
    func cancellation() throws {
        let pool = try PoolHarness(workers: 1)
        let job = try pool.submit(6, passages: [passages[0]], chunkPassages: [passages[1]])
        try pool.ready(1)
        let assigned = pool.assigned(1)
        #expect(assigned.count == 2)
        try pool.cancel(job)
        #expect(pool.ends[job] == .timedOut)
        try pool.finish(1, assigned[1], [])
        #expect(pool.closedPassages().isEmpty)
        try pool.finish(1, assigned[0])
        #expect(pool.closedPassages() == [passages[0], passages[1]])

        // The same if the worker is lost.
        let other = try pool.submit(1, passages: [passages[2]])
        let assignment = try #require(pool.assigned(1).first)
        try pool.cancel(other)
        #expect(pool.closedPassages().isEmpty)
        try pool.lose(1, running: 0, of: assignment)
        #expect(pool.closedPassages() == [passages[2]])
    }

    @Test(
        "a job that nobody has begun lets go at once when it is given up, withdrawn, or its client has ended"
    )
    func notBegun() throws {
        let pool = try PoolHarness(workers: 1)
        try pool.cancel(try pool.submit(1, passages: [passages[0]]))
        #expect(pool.closedPassages() == first)
        let withdrawn = try pool.submit(1, passages: [passages[1]])
        try pool.ask(.withdrawJob, argument: withdrawn)
        #expect(pool.closedPassages() == [passages[1]])
        try pool.submit(1, passages: [passages[2]])
        _ = pool.harness.end(PoolHarness.client)
        #expect(pool.closedPassages() == [passages[2]])
    }

    @Test("what is refused holds nothing")
    func refusal() throws {
        let pool = try PoolHarness(workers: 1)
        // Nothing to do.
        try pool.submit(0, passages: [passages[0]])
        #expect(pool.closedPassages() == first)
        // No such job.
        try pool.extend(99, with: 7..<8, isOpen: true, chunkPassages: [passages[1]])
        #expect(pool.closedPassages() == [passages[1]])
        try pool.ask(.closePool)
        let job = try pool.submit(1, passages: [passages[2]], chunkPassages: [passages[0]])
        #expect(pool.ends[job] == .closed)
        #expect(pool.closedPassages() == [passages[2], passages[0]])
    }

    @Test(
        "a pool holds what its initializer was given as long as it has workers, and passes it to none of them"
    )
    func initializer() throws {
        let pool = try PoolHarness(workers: 1, passages: [passages[0]])
        #expect(pool.harness.service.order.passages.isEmpty)
        try pool.ready(1)
        try pool.lose(1)
        try pool.ready(2)
        try pool.ask(.closePool)
        #expect(pool.closedPassages().isEmpty)
        try pool.lose(2, status: .exited(0))
        #expect(pool.closedPassages() == first)
        #expect(pool.harness.isFinished)
    }

    @Test("a pool that is terminated lets go of everything when its workers are gone")
    func termination() throws {
        let pool = try PoolHarness(workers: 1, passages: [passages[0]])
        try pool.submit(3, passages: [passages[1]], chunkPassages: [passages[2]])
        try pool.ready(1)
        try pool.ask(.terminatePool)
        #expect(pool.closedPassages().isEmpty)
        try pool.lose(1)
        #expect(pool.closedPassages() == Set(passages))
        #expect(pool.harness.isFinished)
    }

    @Test("a pool that broke lets go of everything, and is gone when nobody holds it any more")
    func broken() throws {
        let pool = try PoolHarness(workers: 1, passages: [passages[0]])
        try pool.submit(1, passages: [passages[1]])
        _ = pool.harness.request(.initializerFailed, from: 1, kind: .notice)
        #expect(pool.closedPassages() == [passages[1]])
        try pool.lose(1, status: .exited(1))
        #expect(pool.closedPassages() == first)
        #expect(!pool.harness.isFinished)
        let job = try pool.submit(1, passages: [passages[2]])
        #expect(pool.ends[job] == .failed)
        #expect(pool.closedPassages() == [passages[2]])
        try pool.ask(.abandonPool)
        #expect(pool.harness.isFinished)
    }

    @Test("a client can let a pool hold only what it has opened itself")
    func foreign() throws {
        let pool = try PoolHarness(workers: 1)
        let foreign = ServicePassage(
            service: Address(rank: 0, serial: 60),
            token: ReservationToken.next(of: .main(ofRank: 0))
        )
        let job = try pool.submit(1, passages: [foreign])
        #expect(pool.ends[job] == .malformed)
        #expect(pool.closedPassages().isEmpty)
    }
}
