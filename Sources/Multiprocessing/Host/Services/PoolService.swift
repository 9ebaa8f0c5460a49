internal import DequeModule
internal import Glibc
internal import MessageCoding

/// A pool, as its Host sees it: jobs cut into chunks, and workers that ask for the next one.
///
/// A worker that is lost takes one task with it at most: its journal says which one ran, and what was finished. What
/// remains of its chunk is done by another worker.
struct PoolService: Service {
    /// Tasks `range` of a chunk of a job.
    private struct Assignment {
        let job: UInt64
        let chunk: Int
        var range: Range<Int>
        /// How many workers were lost with it before any of its tasks ran.
        var losses = 0
    }

    private struct Job {
        let client: Waiter
        let work: [UInt8]
        let chunks: [PoolSubmission.Chunk]
        var isDone: [Bool]
        var remaining: Int

        /// The tasks among these that have no result yet.
        func remainingRanges(of range: Range<Int>) -> [Range<Int>] {
            var ranges: [Range<Int>] = []
            var start: Int?
            for index in range {
                if isDone[index] {
                    if let first = start { ranges.append(first..<index) }
                    start = nil
                } else if start == nil {
                    start = index
                }
            }
            if let first = start { ranges.append(first..<range.upperBound) }
            return ranges
        }
    }

    private struct Worker {
        var assignment: Assignment?
        /// The job whose work the worker has.
        var knownJob: UInt64?
        var waiting: Waiter?
    }

    private let address: Address
    private let order: ProcessOrder
    /// What a worker runs, encoded.
    private let work: [UInt8]
    private var startedWorkers = 0
    private let workerCount: Int
    private var workers: [Address: Worker] = [:]
    /// Workers that were asked for and have not said anything yet.
    private var expectedWorkers = 0
    private var bootFailures = 0
    private var jobs: [UInt64: Job] = [:]
    private var lastJob: UInt64 = 0
    private var queue: Deque<Assignment> = []
    private var idle: Deque<Address> = []
    /// Which task a lost worker ran, between its journal and the news of its end.
    private var lostTasks: [Address: Int] = [:]
    private var joiners = WaitingList<Void>()
    private var isClosed = false
    private var brokenReason: String?

    /// How many workers in a row may end before they ask for work, before the pool gives up.
    private static let maximumBootFailures = 3
    /// How many workers in a row may be lost with a chunk before any task of it ran, before its tasks fail.
    private static let maximumLosses = 3

    /// A pool as its creation asks for it: the argument of the frame is the number of workers, its body the order for one.
    init(creation: Frame, address: Address) throws {
        self.address = address
        workerCount = Int(clamping: creation.argument)
        let (order, workOffset) = try creation.order()
        self.order = order
        work = Array(creation.body[workOffset...])
    }

    /// Asks for the workers.
    mutating func begin(_ outbox: inout Outbox) {
        for _ in 0..<workerCount { startWorker(&outbox) }
    }

    private mutating func startWorker(_ outbox: inout Outbox) {
        expectedWorkers += 1
        startedWorkers += 1
        var order = order
        order.maker = order.parent
        order.parent = address
        order.name += "-\(startedWorkers)"
        order.identity.append(startedWorkers)
        var frame = Frame(
            .notice,
            code: Operation.placeProcess.rawValue,
            from: address,
            to: .host(ofRank: Int(address.rank))
        )
        do {
            try frame.append(order)
        } catch {
            return breakDown("the order for a worker cannot be encoded: \(error)", &outbox)
        }
        frame.bytes.append(contentsOf: work)
        outbox.start(frame)
    }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .submit: submit(request, &outbox)
        case .nextChunk: takeResultsAndAssign(request, &outbox)
        case .chunkResults: takeResults(request.frame, &outbox)
        case .journal: takeJournal(request, &outbox)
        case .cancelJob: cancelJob(of: request.source, correlation: request.argument, &outbox)
        case .closePool:
            isClosed = true
            outbox.reply(to: request)
            dismissIdleWorkers(&outbox)
        case .terminatePool:
            terminate(&outbox)
            outbox.reply(to: request)
        case .joinPool: join(request, &outbox)
        case .poolState: outbox.reply(to: request, argument: UInt64(workers.count))
        default: outbox.reply(to: request, .malformed)
        }
    }

    // MARK: Jobs

    private mutating func submit(_ request: Request, _ outbox: inout Outbox) {
        if let brokenReason { return outbox.reply(to: request, .failed, body: Array(brokenReason.utf8)) }
        guard !isClosed else { return outbox.reply(to: request, .closed) }
        do {
            let submission = try request.frame.withBody { try PoolSubmission($0) }
            guard submission.taskCount > 0 else { return outbox.reply(to: request) }
            lastJob += 1
            jobs[lastJob] = Job(
                client: request.waiter,
                work: submission.work,
                chunks: submission.chunks,
                isDone: Array(repeating: false, count: submission.taskCount),
                remaining: submission.taskCount
            )
            for (index, chunk) in submission.chunks.enumerated() {
                queue.append(Assignment(job: lastJob, chunk: index, range: chunk.range))
            }
            assign(&outbox)
        } catch {
            outbox.reply(to: request, .malformed)
        }
    }

    /// Gives what waits to those who wait.
    private mutating func assign(_ outbox: inout Outbox) {
        while !idle.isEmpty {
            guard let assignment = popAssignment() else { return dismissIdleWorkers(&outbox) }
            guard let address = idle.popFirst(), var worker = workers[address], let waiter = worker.waiting,
                let job = jobs[assignment.job]
            else {
                queue.prepend(assignment)
                continue
            }
            let chunk = job.chunks[assignment.chunk]
            var body: [UInt8] = []
            let knowsJob = worker.knownJob == assignment.job
            body.reserveCapacity(64 + (knowsJob ? 0 : job.work.count) + chunk.inputs.count)
            for number in [assignment.job, UInt64(assignment.chunk), UInt64(chunk.range.lowerBound)] {
                PoolWire.append(number, to: &body)
            }
            PoolWire.append(UInt64(assignment.range.lowerBound), to: &body)
            PoolWire.append(UInt64(assignment.range.upperBound), to: &body)
            PoolWire.append(knowsJob ? UInt64.max : UInt64(job.work.count), to: &body)
            if !knowsJob { body.append(contentsOf: job.work) }
            body.append(contentsOf: chunk.inputs)
            worker.assignment = assignment
            worker.knownJob = assignment.job
            worker.waiting = nil
            workers[address] = worker
            outbox.reply(to: waiter, body: body)
        }
    }

    /// The next chunk of a job that still exists.
    private mutating func popAssignment() -> Assignment? {
        while let assignment = queue.popFirst() {
            if jobs[assignment.job] != nil { return assignment }
        }
        return nil
    }

    private mutating func cancelJob(of client: Address, correlation: UInt64, _ outbox: inout Outbox) {
        guard
            let (number, job) = jobs.first(where: {
                $0.value.client.address == client && $0.value.client.correlation == correlation
            })
        else { return }
        jobs[number] = nil
        outbox.reply(to: job.client, .timedOut)
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        if let waiter = joiners.pop(correlation, of: source) { return outbox.reply(to: waiter, .timedOut) }
        cancelJob(of: source, correlation: correlation, &outbox)
    }

    // MARK: Workers

    private mutating func takeResultsAndAssign(_ request: Request, _ outbox: inout Outbox) {
        if workers[request.source] == nil {
            workers[request.source] = Worker()
            expectedWorkers -= 1
            bootFailures = 0
        }
        takeResults(request.frame, &outbox)
        workers[request.source]?.assignment = nil
        workers[request.source]?.waiting = request.waiter
        idle.append(request.source)
        assign(&outbox)
        if isClosed { dismissIdleWorkers(&outbox) }
    }

    /// Passes results on to the client of their job.
    ///
    /// The frame's argument is the job.
    private mutating func takeResults(_ frame: Frame, _ outbox: inout Outbox) {
        guard frame.bodySize > 0 else { return }
        let results = frame.body
        takeResults(results, ofJob: frame.argument, &outbox)
    }

    private mutating func takeResults(_ results: [UInt8], ofJob number: UInt64, _ outbox: inout Outbox) {
        guard var job = jobs[number] else { return }
        jobs[number] = nil
        results.withUnsafeBytes { bytes in
            var reader = PoolWire.Reader(bytes)
            while !reader.isAtEnd, let entry = try? reader.entry() {
                guard job.isDone.indices.contains(entry.index), !job.isDone[entry.index] else { continue }
                job.isDone[entry.index] = true
                job.remaining -= 1
            }
        }
        let isLast = job.remaining == 0
        outbox.reply(to: job.client, body: results, isLast: isLast)
        if !isLast { jobs[number] = job }
    }

    /// What a worker had finished, and which task it ran, when it was lost.
    private mutating func takeJournal(_ request: Request, _ outbox: inout Outbox) {
        guard let assignment = workers[request.source]?.assignment else { return }
        request.frame.withBody { body in
            var reader = PoolWire.Reader(body)
            guard let job = try? reader.number(UInt64.self), let chunk = try? reader.number(UInt64.self),
                let running = try? reader.number(UInt64.self), job == assignment.job,
                chunk == assignment.chunk
            else { return }
            takeResults(Array(body[reader.position...]), ofJob: job, &outbox)
            if running > 0 { lostTasks[request.source] = Int(clamping: running - 1) }
        }
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        joiners.forget(end.address)
        for (number, job) in jobs where job.client.address == end.address { jobs[number] = nil }
        guard end.parent == address else { return }
        idle.removeAll { $0 == end.address }
        let lostTask = lostTasks.removeValue(forKey: end.address)
        if let worker = workers.removeValue(forKey: end.address) {
            if let assignment = worker.assignment { resume(assignment, lostTask, end, &outbox) }
        } else {
            expectedWorkers -= 1
            bootFailures += 1
            if bootFailures >= PoolService.maximumBootFailures, !isClosed || !jobs.isEmpty {
                breakDown(
                    "its workers end before they take any work: the last one, \(end.name), by \(end.status)",
                    &outbox
                )
            }
        }
        let isNeeded = !isClosed || !jobs.isEmpty
        if isNeeded, brokenReason == nil { startWorker(&outbox) }
        finishIfPossible(&outbox)
    }

    /// Fails the task that a lost worker ran, and has the rest of its chunk done by another one.
    private mutating func resume(
        _ assignment: Assignment,
        _ lostTask: Int?,
        _ end: ProcessEnd,
        _ outbox: inout Outbox
    ) {
        guard let job = jobs[assignment.job] else { return }
        let remaining = job.remainingRanges(of: assignment.range)
        // A worker that ends each time it is handed a chunk, as when what it captures cannot be decoded without a crash,
        // would otherwise be replaced for ever.
        let losses = lostTask == nil && remaining == [assignment.range] ? assignment.losses + 1 : 0
        var lostTasks: [Int] = []
        if losses >= PoolService.maximumLosses {
            lostTasks = Array(assignment.range)
        } else if let lostTask, assignment.range.contains(lostTask), !job.isDone[lostTask] {
            lostTasks = [lostTask]
        }
        let loss = WorkerLost(
            worker: end.name,
            pid: Int(end.pid),
            rank: Int(end.address.rank),
            host: end.host,
            exitCode: end.status.exitCode
        )
        var entries: [UInt8] = []
        do {
            for task in lostTasks {
                try PoolWire.appendEntry(task, .workerLost, to: &entries) {
                    try MessageEncoder().encode(loss, appendingTo: &$0)
                }
            }
        } catch {
            return breakDown("a lost worker cannot be reported: \(error)", &outbox)
        }
        if !lostTasks.isEmpty { takeResults(entries, ofJob: assignment.job, &outbox) }
        guard let job = jobs[assignment.job] else { return }
        for range in job.remainingRanges(of: assignment.range).reversed() {
            queue.prepend(
                Assignment(job: assignment.job, chunk: assignment.chunk, range: range, losses: losses)
            )
        }
        assign(&outbox)
    }

    private mutating func breakDown(_ reason: String, _ outbox: inout Outbox) {
        brokenReason = reason
        for job in jobs.values { outbox.reply(to: job.client, .failed, body: Array(reason.utf8)) }
        jobs = [:]
        queue = []
        isClosed = true
        dismissIdleWorkers(&outbox)
    }

    // MARK: The end

    private mutating func dismissIdleWorkers(_ outbox: inout Outbox) {
        guard isClosed, jobs.isEmpty else { return }
        while let address = idle.popFirst() {
            guard let waiter = workers[address]?.waiting else { continue }
            workers[address]?.waiting = nil
            outbox.reply(to: waiter, .closed)
        }
    }

    private mutating func terminate(_ outbox: inout Outbox) {
        isClosed = true
        for job in jobs.values { outbox.reply(to: job.client, .terminated) }
        jobs = [:]
        queue = []
        for address in workers.keys { outbox.signal(address, SIGKILL) }
        finishIfPossible(&outbox)
    }

    private mutating func join(_ request: Request, _ outbox: inout Outbox) {
        guard isClosed else { return outbox.reply(to: request, .malformed) }
        joiners.append(request.waiter)
        finishIfPossible(&outbox)
    }

    private mutating func finishIfPossible(_ outbox: inout Outbox) {
        guard isClosed, workers.isEmpty, expectedWorkers <= 0 else { return }
        for waiter in joiners.popAll() { outbox.reply(to: waiter) }
        // One that broke stays, to say why to whoever comes later.
        outbox.isFinished = brokenReason == nil
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for waiter in joiners.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
    }

    var nextDeadline: ContinuousClock.Instant? { joiners.nextDeadline }
}
