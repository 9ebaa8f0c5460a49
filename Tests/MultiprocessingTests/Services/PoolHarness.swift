import MessageCoding
import Testing

@testable import Multiprocessing

/// A pool's service by itself, with workers and a client that the test plays.
final class PoolHarness {
    typealias Harness = ServiceHarness<PoolService>
    let harness: Harness
    static let client: UInt32 = 90

    /// What a worker was sent.
    struct Assignment: Equatable {
        var job: UInt64
        var ticket: PoolTicket
        var ranges: [Range<Int>]
        var hasWork: Bool
        var tasks: [Int] { ranges.flatMap { Array($0) } }
    }

    /// What was sent to each worker and not asked for yet.
    private var assignments: [UInt32: [Assignment]] = [:]
    private var dismissed: Set<UInt32> = []
    /// What the client was told: how each task came out, and how its jobs ended.
    private(set) var outcomes: [UInt64: [Int: PoolWire.TaskOutcome]] = [:]
    private(set) var ends: [UInt64: Outcome] = [:]
    /// All other answers.
    private(set) var replies: [Frame] = []
    private var lastWork: UInt8 = 0

    init(
        workers: Int = 2,
        maxTasksPerChild: Int = 0,
        maker: UInt32? = nil,
        passages: [ServicePassage] = []
    ) throws {
        var creation = Frame(
            .request,
            code: Operation.createPool.rawValue,
            from: Harness.process(0),
            to: .host(ofRank: 0),
            argument: UInt64(workers) | UInt64(maxTasksPerChild) << 32
        )
        try creation.append(
            ProcessOrder(
                name: "PoolWorker",
                identity: [1],
                isDaemon: true,
                startMethod: .forkServer,
                parent: maker.map { Harness.process($0) } ?? .main(ofRank: 0),
                parentName: "main",
                parentPid: 1,
                mainRank: 0,
                passages: passages
            )
        )
        harness = Harness(
            try PoolService(
                creation: creation,
                address: Harness.address,
                Placement(hostNames: ["host"], ownRank: 0)
            )
        )
        _ = harness.collect { $0.begin(&$1) }
    }

    // MARK: The client

    /// Hands in a job of so many tasks; returns its correlation.
    @discardableResult
    func submit(
        _ taskCount: Int,
        chunkSize: Int = 1,
        retries: Int = 0,
        isOpen: Bool = false,
        passages: [ServicePassage] = [],
        chunkPassages: [ServicePassage] = []
    ) throws -> UInt64 {
        var body: [UInt8] = []
        PoolSubmission.append(isOpen ? .stream : .whole, retries: retries, work: [0xee], passages, to: &body)
        appendChunks(0..<taskCount, chunkSize, chunkPassages, to: &body)
        let (correlation, frames) = harness.request(.submit, from: PoolHarness.client, body: body)
        try take(frames)
        return correlation
    }

    func extend(
        _ job: UInt64,
        with tasks: Range<Int>,
        isOpen: Bool,
        chunkPassages: [ServicePassage] = []
    ) throws {
        var body: [UInt8] = []
        PoolSubmission.beginAddition(isOpen: isOpen, to: &body)
        appendChunks(tasks, 1, chunkPassages, to: &body)
        try take(
            harness.request(.extendJob, from: PoolHarness.client, argument: job, body: body, kind: .notice)
                .replies
        )
    }

    /// Each chunk has the next one of the passages, as far as there are any.
    private func appendChunks(
        _ tasks: Range<Int>,
        _ chunkSize: Int,
        _ passages: [ServicePassage],
        to body: inout [UInt8]
    ) {
        for (number, first) in stride(from: tasks.lowerBound, to: tasks.upperBound, by: chunkSize)
            .enumerated()
        {
            let count = min(chunkSize, tasks.upperBound - first)
            let own = passages.dropFirst(number).prefix(1)
            PoolSubmission.append(first: first, count: count, inputs: [7], Array(own), to: &body)
        }
    }

    /// A passage that the client has opened.
    static func passage() -> ServicePassage {
        ServicePassage(
            service: Address(rank: 0, serial: 60),
            token: ReservationToken.next(of: Harness.process(client))
        )
    }

    /// The passages that the service has let go, since this was asked last.
    func closedPassages() -> Set<ServicePassage> {
        let news = harness.closedPassages.dropFirst(seenPassages)
        seenPassages = harness.closedPassages.count
        #expect(Set(news).count == news.count, "a passage was closed twice")
        return Set(news)
    }
    private var seenPassages = 0

    @discardableResult
    func ask(_ operation: Multiprocessing.Operation, argument: UInt64 = 0, timeout: Timeout = .none) throws
        -> [ReplySummary]
    {
        let (_, frames) = harness.request(
            operation,
            from: PoolHarness.client,
            argument: argument,
            timeout: timeout
        )
        let before = replies.count
        try take(frames)
        return replies[before...].map(\.summary)
    }

    func cancel(_ job: UInt64) throws { try take(harness.cancel(job, from: PoolHarness.client)) }

    // MARK: The workers

    func ready(_ worker: UInt32) throws { try take(harness.request(.workerReady, from: worker).replies) }

    /// What the worker was sent since this was asked last.
    func assigned(_ worker: UInt32) -> [Assignment] { assignments.removeValue(forKey: worker) ?? [] }

    func isDismissed(_ worker: UInt32) -> Bool { dismissed.contains(worker) }

    /// The worker has done these tasks of an assignment, and is done with it, or not.
    func finish(
        _ worker: UInt32,
        _ assignment: Assignment,
        _ tasks: [Int]? = nil,
        isFinished: Bool = true
    ) throws {
        var body: [UInt8] = []
        PoolWire.append(assignment.job, to: &body)
        PoolWire.append(UInt64(isFinished ? 1 : 0), to: &body)
        body += results(tasks ?? assignment.tasks)
        let frames = harness.request(
            .chunkResults,
            from: worker,
            argument: assignment.ticket.rawValue,
            body: body,
            kind: .notice
        ).replies
        try take(frames)
    }

    /// The worker is lost while it ran a task of an assignment, and had noted these others.
    func lose(
        _ worker: UInt32,
        running: Int? = nil,
        of assignment: Assignment? = nil,
        noted: [Int] = [],
        status: Multiprocessing.ExitStatus = .signalled(9)
    ) throws {
        if let assignment {
            var body: [UInt8] = []
            let number = running.map { UInt64($0 + 1) } ?? 0
            for number in [assignment.ticket.rawValue, assignment.job, number] {
                PoolWire.append(number, to: &body)
            }
            body += results(noted)
            try take(harness.request(.journal, from: worker, body: body, kind: .notice).replies)
        }
        try take(harness.end(worker, status: status, parent: Harness.address))
    }

    /// The worker is lost with its rank, which can say nothing about it.
    func loseRank(of worker: UInt32) throws {
        try take(harness.end(worker, parent: Harness.address, isRankLost: true))
    }

    /// The rank is lost on which a worker was to be started.
    func loseRankBeforeStart() throws {
        let frames = harness.request(
            .workerNotStarted,
            argument: PoolService.rankLostMark,
            body: Array("rank 2 is lost".utf8),
            kind: .notice
        ).replies
        try take(frames)
    }

    /// The worker's Host says what is still the worker's.
    func answerTakeBack(_ worker: UInt32, _ ticket: PoolTicket, begun: Int, limit: Int) throws {
        var body: [UInt8] = []
        PoolWire.append(UInt64(begun), to: &body)
        PoolWire.append(UInt64(limit), to: &body)
        try take(
            harness.request(.takenBack, from: worker, argument: ticket.rawValue, body: body, kind: .notice)
                .replies
        )
    }

    func expire(after delay: Duration) throws {
        harness.now = harness.now.advanced(by: delay)
        try take(harness.expire())
    }

    /// What Hosts were asked to take back.
    var takeBacks: [(worker: UInt32, ticket: PoolTicket, count: Int, takesAll: Bool)] {
        harness.toHosts.filter { $0.code == Operation.takeBack.rawValue }.compactMap { frame in
            frame.withBody { PoolTakeBack($0) }.map {
                ($0.worker &- 100, $0.ticket, $0.count, $0.takesAll)
            }
        }
    }

    private func results(_ tasks: some Sequence<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        for task in tasks { PoolWire.appendEntry(task, .value, to: &bytes) { $0.append(1) } }
        return bytes
    }

    /// Sorts what the service said by whom it is for.
    private func take(_ frames: [Frame]) throws {
        for frame in frames {
            let process = frame.destination.serial &- 100
            if frame.kind == .partialReply, process != PoolHarness.client {
                assignments[process, default: []].append(try assignment(frame))
            } else if process != PoolHarness.client, frame.code == Outcome.closed.rawValue {
                dismissed.insert(process)
            } else if process == PoolHarness.client, frame.kind == .partialReply || frame.bodySize > 0 {
                try takeResults(frame)
                if frame.kind == .reply { ends[frame.correlation] = Outcome(rawValue: frame.code) }
            } else {
                ends[frame.correlation] = Outcome(rawValue: frame.code)
                replies.append(frame)
            }
        }
    }

    private func assignment(_ frame: Frame) throws -> Assignment {
        try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            let job = try reader.number(UInt64.self)
            let ticket = try #require(PoolTicket(rawValue: try reader.number(UInt64.self)))
            let length = try reader.number(UInt64.self)
            if length != .max { _ = try reader.block(Int(length)) }
            var ranges: [Range<Int>] = []
            while !reader.isAtEnd {
                _ = try reader.count()
                ranges.append(try reader.count()..<reader.count())
                _ = try reader.block(try reader.count())
            }
            return Assignment(job: job, ticket: ticket, ranges: ranges, hasWork: length != .max)
        }
    }

    private func takeResults(_ frame: Frame) throws {
        guard frame.code == Outcome.done.rawValue else { return }
        try frame.withBody { body in
            var reader = PoolWire.Reader(body)
            while !reader.isAtEnd {
                let entry = try reader.entry()
                #expect(
                    outcomes[frame.correlation]?[entry.index] == nil,
                    "the result of task \(entry.index) came twice"
                )
                outcomes[frame.correlation, default: [:]][entry.index] = PoolWire.TaskOutcome(
                    rawValue: entry.outcome
                )
            }
        }
    }
}
