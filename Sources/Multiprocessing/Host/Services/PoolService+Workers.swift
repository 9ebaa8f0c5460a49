internal import DequeModule
internal import Glibc
internal import MessageCoding

/// The workers of a pool, from their start to their end.
extension PoolService {
    /// How many workers in a row may end before they ask for work, before the pool gives up.
    private static let maximumBootFailures = 3
    /// How many workers in a row may be lost with something before any task of it began, before it fails.
    private static let maximumLosses = 3

    mutating func startWorker(_ outbox: inout Outbox) {
        expectedWorkers += 1
        startedWorkers += 1
        var order = order
        order.maker = order.parent
        order.parent = address
        order.name += "-\(startedWorkers)"
        order.identity.append(startedWorkers)
        order.requestedRank = takeSite()
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

    /// The rank for one more worker; `nil` if it takes its turn with all processes.
    private mutating func takeSite() -> Int? {
        guard !sites.isEmpty else { return nil }
        return freeSites.popFirst() ?? sites[startedWorkers % sites.count]
    }

    /// A worker on that rank has ended, or could not be started.
    private mutating func vacateSite(_ rank: Int32) {
        if freeSites.count < sites.count, sites.contains(Int(rank)) { freeSites.append(Int(rank)) }
    }

    /// A worker has an address, under which it can be ended, although it has not asked for work yet.
    mutating func noteStart(of worker: Address, _ outbox: inout Outbox) {
        guard roster[worker] == nil else { return }
        booting.insert(worker)
        if isTerminated { outbox.signal(worker, SIGKILL) }
    }

    mutating func noteFailedStart(
        onRank rank: Int32,
        _ reason: String,
        isRankLost: Bool,
        _ outbox: inout Outbox
    ) {
        if !isRankLost { vacateSite(rank) }
        noteBootFailure("its workers cannot be started: \(reason)", isRankLost: isRankLost, &outbox)
        replaceWorker(&outbox)
    }

    /// A worker will not come; if that is because its rank is lost, the next one runs on another one, and may.
    private mutating func noteBootFailure(_ reason: String, isRankLost: Bool, _ outbox: inout Outbox) {
        expectedWorkers -= 1
        guard !isRankLost else { return }
        bootFailures += 1
        if bootFailures >= PoolService.maximumBootFailures, isNeeded { breakDown(reason, &outbox) }
    }

    /// Whether there is something for workers to do, now or later.
    private var isNeeded: Bool { !isClosed || !jobs.isEmpty }

    private mutating func replaceWorker(_ outbox: inout Outbox) {
        if isNeeded, brokenReason == nil { startWorker(&outbox) }
        finishIfPossible(&outbox)
    }

    /// A worker asks for work for the first time.
    mutating func takeIn(_ request: Request, _ outbox: inout Outbox) {
        guard request.wantsReply, roster[request.source] == nil else {
            return outbox.reply(to: request, .malformed)
        }
        booting.remove(request.source)
        expectedWorkers -= 1
        bootFailures = 0
        roster.add(
            request.source,
            PoolMember(request.waiter, pid: Int32(truncatingIfNeeded: request.argument))
        )
        assign(&outbox)
    }

    /// Lets those go who have nothing to do, if there will be nothing more for them.
    mutating func dismissIdleWorkers(_ outbox: inout Outbox) {
        let isOver = isClosed && jobs.isEmpty
        guard isOver || chunkLimit != nil else { return }
        for address in isOver ? roster.idle : roster.takeSpent() {
            guard let member = roster[address], member.isIdle else { continue }
            _ = roster.update(address) { $0.isDismissed = true }
            outbox.reply(to: member.waiter, .closed)
        }
    }

    // MARK: What workers have to say

    /// The argument is the ticket of the assignment.
    ///
    /// Layout: job 8 · what has become of the assignment 8 · results.
    mutating func takeResults(_ request: Request, _ outbox: inout Outbox) {
        guard let ticket = PoolTicket(rawValue: request.argument), request.frame.bodySize >= 16 else {
            return
        }
        let (job, progress) = request.frame.withBody { body in
            (
                UInt64(littleEndian: body.loadUnaligned(as: UInt64.self)),
                UInt64(littleEndian: body.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        let isFinished = progress != AssignmentProgress.underWay.rawValue
        guard let member = roster[request.source], let position = member.position(of: ticket),
            member.assignments[position].job == job
        else { return }
        // A result may have come before, out of the worker's journal.
        let news = request.frame.withBody { body in
            passOn(
                UnsafeRawBufferPointer(rebasing: body[16...]),
                ofJob: job,
                from: request.source.rank,
                &outbox
            )
        }
        let assignment = roster.update(request.source) { member in
            member.assignments[position].finished += news
            if progress == AssignmentProgress.outOfReach.rawValue {
                member.needsInputs = true
                // It has not kept them, and has to stay for being sent the inputs.
                member.chunkCount -= member.assignments[position].pieces.count
            }
            defer { if isFinished { member.assignments.remove(at: position) } }
            return member.assignments[position]
        }
        guard let assignment, isFinished else { return }
        closePassages(ofPastJob: job, &outbox)
        // What a worker forgets is not lost.
        let rest = assignment.finished < assignment.limit ? unfinished(assignment.pieces) : []
        giveBack(rest)
        if assignment.isBeingTakenBack, !rest.isEmpty { grantWithdrawals(of: job, &outbox) }
        assign(&outbox)
    }

    private func unfinished(_ pieces: [PoolPiece]) -> [PoolPiece] {
        pieces.flatMap { piece in
            (jobs[piece.job]?.unfinished(of: piece.range) ?? []).map { range in
                var part = piece
                part.range = range
                return part
            }
        }
    }

    /// What a worker had finished, and which task it ran, when it was lost.
    ///
    /// Layout: ticket 8 · job 8 · running task + 1 8 · results.
    mutating func takeJournal(_ request: Request, _ outbox: inout Outbox) {
        var results: [UInt8] = []
        var running: UInt64 = 0
        let assignment = request.frame.withBody { body -> PoolAssignment? in
            var reader = PoolWire.Reader(body)
            guard let number = try? reader.number(UInt64.self), let ticket = PoolTicket(rawValue: number),
                let job = try? reader.number(UInt64.self), let task = try? reader.number(UInt64.self),
                let member = roster[request.source], let position = member.position(of: ticket),
                member.assignments[position].job == job
            else { return nil }
            results = Array(body[reader.position...])
            running = task
            return member.assignments[position]
        }
        guard let assignment else { return }
        results.withUnsafeBytes { _ = passOn($0, ofJob: assignment.job, from: request.source.rank, &outbox) }
        let task = Int(clamping: running) - 1
        if task >= 0, assignment.contains(task) { lostTasks[request.source] = (assignment.job, task) }
    }

    // MARK: The end of a worker

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        now = max(now, ContinuousClock.now)
        joiners.forget(end.address)
        for number in jobs.keys.sorted() where jobs[number]?.client.address == end.address {
            cancelJob(number, &outbox)
        }
        // Nobody can hand in anything any more, or take what comes of it.
        if end.address == order.parent {
            isAbandoned = true
            terminate(&outbox)
        }
        guard end.parent == address else { return }
        booting.remove(end.address)
        if !end.isRankLost { vacateSite(end.address.rank) }
        var lostTask = lostTasks.removeValue(forKey: end.address)
        if let member = roster.remove(end.address) {
            var end = end
            if end.isRankLost {
                // Nobody can read its journal: it ran the first task of which nothing has been heard.
                lostTask = lostTask ?? firstUnfinishedTask(of: member)
                end.pid = member.pid
            }
            for (position, assignment) in member.assignments.enumerated().reversed() {
                resume(assignment, isNext: position == 0, lostTask, end, &outbox)
                closePassages(ofPastJob: assignment.job, &outbox)
            }
            assign(&outbox)
        } else {
            noteBootFailure(
                "its workers end before they take any work: the last one, \(end.name), by \(end.status)",
                isRankLost: end.isRankLost,
                &outbox
            )
        }
        replaceWorker(&outbox)
    }

    private func firstUnfinishedTask(of member: PoolMember) -> (job: UInt64, task: Int)? {
        for assignment in member.assignments {
            guard let piece = unfinished(assignment.pieces).first else { continue }
            return (assignment.job, piece.range.lowerBound)
        }
        return nil
    }

    /// Sees to the task that a lost worker ran, and has the rest of an assignment done by others.
    private mutating func resume(
        _ assignment: PoolAssignment,
        isNext: Bool,
        _ lostTask: (job: UInt64, task: Int)?,
        _ end: ProcessEnd,
        _ outbox: inout Outbox
    ) {
        guard let ledger = jobs[assignment.job] else { return }
        var pieces = unfinished(assignment.pieces)
        var failed: [Int] = []
        if let lostTask, lostTask.job == assignment.job, assignment.contains(lostTask.task),
            ledger.isUnfinished(lostTask.task)
        {
            if jobs[assignment.job]?.mayRunAgain(lostTask.task) != true { failed = [lostTask.task] }
        } else if isNext, lostTask == nil, var first = pieces.first {
            // A worker that ends each time it is handed something would otherwise be replaced for ever.
            first.losses += 1
            pieces[0] = first
            if first.losses - PoolService.maximumLosses >= ledger.retries { failed = Array(first.range) }
        }
        fail(failed, ofJob: assignment.job, end, &outbox)
        giveBack(unfinished(pieces))
        if assignment.isBeingTakenBack, !pieces.isEmpty { grantWithdrawals(of: assignment.job, &outbox) }
    }

    private mutating func fail(
        _ tasks: [Int],
        ofJob job: UInt64,
        _ end: ProcessEnd,
        _ outbox: inout Outbox
    ) {
        let loss = WorkerLost(
            worker: end.name,
            pid: Int(end.pid),
            rank: Int(end.address.rank),
            host: end.host,
            exitCode: end.status.exitCode,
            isRankLost: end.isRankLost
        )
        var entries: [UInt8] = []
        do {
            for task in tasks {
                try PoolWire.appendEntry(task, .workerLost, to: &entries) {
                    try MessageEncoder().encode(loss, appendingTo: &$0)
                }
            }
        } catch {
            return breakDown("a lost worker cannot be reported: \(error)", &outbox)
        }
        entries.withUnsafeBytes { _ = passOn($0, ofJob: job, from: end.address.rank, &outbox) }
    }
}
