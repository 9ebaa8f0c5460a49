internal import DequeModule
internal import Glibc
internal import MessageCoding

/// A pool, as its Host sees it: jobs cut into chunks, and workers that do them.
///
/// A worker that is lost takes one task with it at most: its journal says which one ran, and what was finished. What
/// else it had is done by another worker.
struct PoolService: Service {
    let address: Address
    /// The order for a worker.
    let order: ProcessOrder
    /// What a worker runs, encoded.
    let work: [UInt8]
    let workerCount: Int
    /// The rank of each worker, if they have places of their own.
    let sites: [Int]
    /// The ranks that a worker is missing on.
    var freeSites: Deque<Int>
    /// How many chunks a worker does before another one takes its place.
    let chunkLimit: Int?

    /// More processes than this are asked for by mistake.
    static let maximumWorkerCount = 1 << 20

    var startedWorkers = 0
    /// Workers that were asked for and have not asked for work yet; those of them that are known to run.
    var expectedWorkers = 0
    var booting: Set<Address> = []
    var bootFailures = 0
    var roster: PoolRoster
    /// Which task a lost worker ran, between its journal and the news of its end.
    var lostTasks: [Address: (job: UInt64, task: Int)] = [:]

    var jobs: [UInt64: PoolLedger] = [:]
    /// The services that are held for the initializer, and for jobs that are over but that workers are still at.
    private var passages: [ServicePassage]
    var passagesOfPastJobs: [UInt64: [ServicePassage]] = [:]
    private var lastJob: UInt64 = 0
    var queue: Deque<PoolPiece> = []
    /// How the tasks have ended so far, by the rank that did them.
    private(set) var tally: [Int: HostTally.Tasks] = [:]
    /// Those who want to withdraw a job whose only task may have begun.
    var withdrawals: [UInt64: [Waiter]] = [:]

    var joiners = WaitingList<Void>()
    var isClosed = false
    var isTerminated = false
    /// Whether nobody holds it any more.
    var isAbandoned = false
    var brokenReason: String?
    var now: ContinuousClock.Instant
    /// When to see whether a worker does not begin what it has.
    var takeBackMoment: ContinuousClock.Instant?

    /// A pool as its creation asks for it.
    ///
    /// The argument of the frame has the number of workers in its lower half, and in the upper half how many chunks one does, or
    /// 0 for any number; its body is the order for a worker.
    init(creation: Frame, address: Address, _ placement: Placement) throws {
        self.address = address
        let count = Int(creation.argument & 0xffff_ffff)
        guard 1...PoolService.maximumWorkerCount ~= count else {
            throw ProcessingError(.misuse, "a pool of \(count) workers")
        }
        chunkLimit = creation.argument >> 32 == 0 ? nil : Int(creation.argument >> 32)
        roster = PoolRoster(chunkLimit: chunkLimit)
        var (order, workOffset) = try creation.order()
        let sites = try placement.sites(of: count, per: order.share ?? .job, on: order.ranks ?? .inTurn)
        self.sites = sites ?? []
        freeSites = Deque(self.sites)
        workerCount = sites?.count ?? count
        guard workerCount <= PoolService.maximumWorkerCount else {
            throw ProcessingError(.misuse, "a pool of \(workerCount) workers")
        }
        passages = order.passages
        order.passages = []
        self.order = order
        work = Array(creation.body[workOffset...])
        now = ContinuousClock.now
    }

    /// Asks for the workers.
    mutating func begin(_ outbox: inout Outbox) {
        for _ in 0..<workerCount { startWorker(&outbox) }
    }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        now = request.now
        switch operation {
        case .submit: submit(request, &outbox)
        case .extendJob: extendJob(&request, &outbox)
        case .withdrawJob: withdrawJob(request, &outbox)
        case .withdrawAll: withdrawAll(request, &outbox)
        case .jobState: reportState(request, &outbox)
        case .workerReady: takeIn(request, &outbox)
        case .chunkResults: takeResults(request, &outbox)
        case .journal: takeJournal(request, &outbox)
        case .takenBack: noteTakenBack(request, &outbox)
        case .workerStarted: noteStart(of: request.source, &outbox)
        case .workerNotStarted:
            let isRankLost = request.argument == PoolService.rankLostMark
            noteFailedStart(
                onRank: request.source.rank,
                request.frame.text,
                isRankLost: isRankLost,
                &outbox
            )
        case .initializerFailed:
            breakDown("the initializer failed in \(order.name): \(request.frame.text)", &outbox)
        case .closePool:
            isClosed = true
            outbox.reply(to: request)
            dismissIdleWorkers(&outbox)
        case .terminatePool:
            terminate(&outbox)
            outbox.reply(to: request)
        case .abandonPool: abandon(&outbox)
        case .joinPool: join(request, &outbox)
        case .poolState: outbox.reply(to: request, argument: UInt64(roster.count))
        default: outbox.reply(to: request, .malformed)
        }
    }

    /// What the argument of `workerNotStarted` says if the rank is lost on which the worker was to run.
    static let rankLostMark: UInt64 = 1

    // MARK: Jobs

    private mutating func submit(_ request: Request, _ outbox: inout Outbox) {
        guard request.wantsReply, let submission = try? PoolSubmission(request.frame)
        else { return outbox.reply(to: request, .malformed) }
        let ledger = PoolLedger(client: request.waiter, submission)
        guard brokenReason == nil, !isClosed, !ledger.isComplete else {
            outbox.close(ledger.passages)
            if let brokenReason {
                return outbox.reply(to: request, .failed, body: Array(brokenReason.utf8))
            }
            return outbox.reply(to: request, isClosed ? .closed : .done)
        }
        lastJob += 1
        jobs[lastJob] = ledger
        enqueue(submission.chunks.map(\.range), of: lastJob)
        assign(&outbox)
    }

    private mutating func extendJob(_ request: inout Request, _ outbox: inout Outbox) {
        guard let number = job(of: request.source, request.argument), jobs[number]?.isOpen == true else {
            outbox.close(PoolSubmission.passages(in: request.frame))
            return outbox.reply(to: request, .notFound)
        }
        let taskCount = jobs[number]?.taskCount
        guard var addition = try? PoolSubmission.addition(request.frame, taskCount: taskCount) else {
            return outbox.reply(to: request, .malformed)
        }
        let ranges = addition.chunks.map(\.range)
        let place = addition.chunks.count == 1 ? addition.chunks[0].inputs.indices : 0..<0
        // What was left elsewhere is not in the frame, however long it takes to say where each is.
        if PoolCarrier.fits(place), addition.chunks[0].lot == nil {
            let passages = addition.chunks[0].passages
            // Nothing refers to the frame's memory any more when it is taken.
            addition.chunks = []
            let carrier = PoolCarrier(request.takeFrame(), inputs: place)
            jobs[number]?.add(carrier, ranges[0], passages, isOpen: addition.isOpen)
        } else {
            jobs[number]?.add(addition.chunks, isOpen: addition.isOpen)
        }
        enqueue(ranges, of: number)
        if jobs[number]?.isComplete == true, let ledger = jobs.removeValue(forKey: number) {
            outbox.reply(to: ledger.client)
            closePassages(of: number, ledger, &outbox)
        }
        outbox.reply(to: request)
        assign(&outbox)
    }

    private mutating func enqueue(_ chunks: [Range<Int>], of job: UInt64) {
        for chunk in chunks {
            // So many fit into one assignment.
            var rest = chunk
            while !rest.isEmpty {
                let range = rest.prefix(PoolClaim.maximumCount)
                queue.append(PoolPiece(job: job, range: range))
                rest = range.upperBound..<rest.upperBound
            }
        }
    }

    func job(of client: Address, _ correlation: UInt64) -> UInt64? {
        jobs.first { $0.value.client.address == client && $0.value.client.correlation == correlation }?.key
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        if let waiter = joiners.pop(correlation, of: source) { return outbox.reply(to: waiter, .timedOut) }
        if let number = job(of: source, correlation) { cancelJob(number, &outbox) }
    }

    /// Passes results on to the client of their job; returns how many of them were not there before.
    @discardableResult
    mutating func passOn(
        _ results: UnsafeRawBufferPointer,
        ofJob number: UInt64,
        from rank: Int32,
        _ outbox: inout Outbox
    ) -> Int {
        guard !results.isEmpty, let ledger = jobs[number] else { return 0 }
        var count = 0
        // A result that is there already is not counted again, and not sent again.
        var failures = 0
        var frame = Frame(
            .reply,
            code: Outcome.done.rawValue,
            from: address,
            to: ledger.client.address,
            correlation: ledger.client.correlation,
            reserving: results.count
        )
        PoolWire.appendNews(in: results, to: &frame.bytes) { entry in
            let parts = ledger.finish(entry.tasks)
            for part in parts { count += part.count }
            if !entry.hasResults { for part in parts { failures += part.count } }
            return parts
        }
        tally[Int(rank), default: .init()] =
            tally[Int(rank), default: .init()] + .init(done: count - failures, failed: failures)
        outbox.close(ledger.takeClosedPassages())
        let isLast = ledger.isComplete
        if isLast { jobs[number] = nil }
        if !isLast { frame.kind = .partialReply }
        if frame.bodySize > 0 { outbox.send(consume frame) }
        if isLast {
            refuseWithdrawals(of: number, &outbox)
            closePassages(of: number, ledger, &outbox)
            if isClosed { dismissIdleWorkers(&outbox) }
        }
        return count
    }

    // MARK: The end

    mutating func breakDown(_ reason: String, _ outbox: inout Outbox) {
        guard brokenReason == nil, !isTerminated else { return }
        brokenReason = reason
        isClosed = true
        endJobs(.failed, Array(reason.utf8), &outbox)
        dismissIdleWorkers(&outbox)
        finishIfPossible(&outbox)
    }

    private mutating func endJobs(_ outcome: Outcome, _ body: [UInt8], _ outbox: inout Outbox) {
        for number in jobs.keys.sorted() {
            if let ledger = jobs[number] {
                outbox.reply(to: ledger.client, outcome, body: body)
                closePassages(of: number, ledger, &outbox)
            }
            refuseWithdrawals(of: number, &outbox)
        }
        jobs = [:]
        queue = []
    }

    mutating func terminate(_ outbox: inout Outbox) {
        isClosed = true
        isTerminated = true
        endJobs(.terminated, [], &outbox)
        for address in roster.addresses + booting { outbox.signal(address, SIGKILL) }
        finishIfPossible(&outbox)
    }

    /// Nobody holds the pool: what is still wanted is done, and what is not wanted any more is ended.
    private mutating func abandon(_ outbox: inout Outbox) {
        let hasEnded = isClosed
        isClosed = true
        isAbandoned = true
        // One that broke has waited for that.
        guard jobs.isEmpty, !hasEnded else { return finishIfPossible(&outbox) }
        isTerminated = true
        let busy = roster.addresses.filter { !(roster[$0]?.isIdle ?? true) }
        for address in busy + booting { outbox.signal(address, SIGKILL) }
        dismissIdleWorkers(&outbox)
        finishIfPossible(&outbox)
    }

    private mutating func join(_ request: Request, _ outbox: inout Outbox) {
        guard isClosed else { return outbox.reply(to: request, .misused) }
        joiners.append(request.waiter)
        finishIfPossible(&outbox)
    }

    mutating func finishIfPossible(_ outbox: inout Outbox) {
        guard isClosed, roster.isEmpty, expectedWorkers <= 0 else { return }
        for waiter in joiners.popAll() { outbox.reply(to: waiter) }
        outbox.close(passages)
        passages = []
        // One that broke stays, to say why to whoever comes later.
        outbox.isFinished = brokenReason == nil || isAbandoned
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        self.now = now
        for waiter in joiners.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
        if let moment = takeBackMoment, moment <= now { balance(&outbox) }
    }

    var nextDeadline: ContinuousClock.Instant? { earliest(joiners.nextDeadline, takeBackMoment) }
}

extension PoolService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "pool"
        picture.name = order.name
        picture.state =
            brokenReason != nil ? "broken" : isTerminated ? "terminated" : isClosed ? "closed" : ""
        let members = roster.members.values
        let underWay = members.reduce(0) { sum, member in
            sum + member.assignments.reduce(0) { $0 + max(0, $1.limit - $1.finished) }
        }
        let waiting = queue.reduce(0) { $0 + (jobs[$1.job] == nil ? 0 : $1.range.count) }
        picture.pool = PoolPicture(
            workers: roster.count,
            busyWorkers: members.count { !$0.assignments.isEmpty },
            jobs: jobs.count,
            tasks: tally.values.reduce(HostTally.Tasks(), +),
            tasksUnderWay: underWay,
            tasksWaiting: waiting
        )
        picture.add(jobs.values.map { $0.client.address }, waitingTo: "have results")
        picture.add(joiners.addresses, waitingTo: "join")
        picture.add(roster.idle, waitingTo: "have work")
    }
}
