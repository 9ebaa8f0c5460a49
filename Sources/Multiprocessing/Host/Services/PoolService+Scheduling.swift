internal import DequeModule

/// Who does what: small portions, two for each worker, and what a straggler has not begun for those who have nothing to do.
extension PoolService {
    /// How many bytes of inputs are put together into one assignment.
    private static let coalescedSize = 64 << 10

    /// Gives what waits to those who have room for it.
    mutating func assign(_ outbox: inout Outbox) {
        while let piece = nextPiece(), let worker = roster.neediest() {
            send(takePieces(like: piece, for: worker), ofJob: piece.job, to: worker, &outbox)
        }
        dismissIdleWorkers(&outbox)
        balance(&outbox)
    }

    /// The next thing to do, without what belongs to jobs that are gone.
    private mutating func nextPiece() -> PoolPiece? {
        while let piece = queue.first {
            if jobs[piece.job] != nil { return piece }
            queue.removeFirst()
        }
        return nil
    }

    /// How many chunks travel together when so many wait: many when there are many, one when they run out.
    static func portion(waiting: Int, workers: Int) -> Int {
        min(max(1, waiting / (max(1, workers) * 8)), 64)
    }

    private mutating func takePieces(like first: PoolPiece, for worker: Address) -> [PoolPiece] {
        // The results of an assignment may wait for its end.
        let isStream = jobs[first.job]?.isStream ?? false
        var limit = isStream ? 1 : PoolService.portion(waiting: queue.count, workers: workerCount)
        if let chunkLimit { limit = min(limit, chunkLimit - (roster[worker]?.chunkCount ?? 0)) }
        var (pieces, size, count): ([PoolPiece], Int, Int) = ([], 0, 0)
        while let piece = queue.first, piece.job == first.job {
            size += jobs[piece.job]?.chunk(with: piece.range.lowerBound)?.inputs.count ?? 0
            size += jobs[piece.job]?.lot(with: piece.range.lowerBound)?.count ?? 0
            count += piece.range.count
            guard
                pieces.isEmpty
                    || pieces.count < limit && size <= PoolService.coalescedSize
                        && count <= PoolClaim.maximumCount
            else { break }
            pieces.append(piece)
            queue.removeFirst()
        }
        return pieces
    }

    /// Layout of an assignment: job 8 · ticket 8 · length of the work, or the greatest number if the worker has it, 8 · work ·
    /// for each piece: first task of its chunk 8 · first and end of its tasks 16 · length 8 · inputs of the chunk.
    private mutating func send(
        _ pieces: [PoolPiece],
        ofJob number: UInt64,
        to worker: Address,
        _ outbox: inout Outbox
    ) {
        guard jobs[number] != nil else { return }
        // What was left on this rank can be taken by its own workers only.
        let takesInputs = worker.rank == address.rank && roster[worker]?.needsInputs == false
        let lots = takesInputs ? lots(of: pieces) : []
        guard
            let (waiter, ticket, knowsJob) = roster.assign(
                pieces,
                ofJob: number,
                to: worker,
                at: now,
                lots: lots
            )
        else { return }
        jobs[number]?.isBegun = true
        if knowsJob, pieces.count == 1,
            let frame = jobs[number]?.assignment(
                of: pieces[0].range,
                ofJob: number,
                ticket,
                to: waiter,
                from: outbox.service
            )
        {
            return outbox.send(sharing: frame)
        }
        guard let ledger = jobs[number] else { return }
        let chunks = pieces.compactMap { piece in
            ledger.chunk(with: piece.range.lowerBound).map { first, inputs in
                let lot = takesInputs ? nil : ledger.lot(with: piece.range.lowerBound)
                return (range: piece.range, first: first, inputs: inputs, lot: lot)
            }
        }
        var frame = Frame(
            .partialReply,
            code: Outcome.done.rawValue,
            from: outbox.service,
            to: waiter.address,
            correlation: waiter.correlation,
            reserving: chunks.reduce(24 + ledger.work.count) {
                $0 + 32 + $1.inputs.count + ($1.lot?.count ?? 0)
            }
        )
        PoolWire.append(number, to: &frame.bytes)
        PoolWire.append(ticket.rawValue, to: &frame.bytes)
        PoolWire.append(knowsJob ? UInt64.max : UInt64(ledger.work.count), to: &frame.bytes)
        if !knowsJob { frame.bytes.append(contentsOf: ledger.work) }
        for chunk in chunks {
            let size = chunk.lot.map { InputReference.size(of: $0, chunk.inputs) } ?? chunk.inputs.count
            for number in [chunk.first, chunk.range.lowerBound, chunk.range.upperBound, size] {
                PoolWire.append(UInt64(number), to: &frame.bytes)
            }
            if let lot = chunk.lot {
                InputReference.appendInputs(of: lot, chunk.inputs, to: &frame.bytes)
            } else {
                frame.bytes.append(contentsOf: chunk.inputs)
            }
        }
        outbox.send(frame)
    }

    private func lots(of pieces: [PoolPiece]) -> [InputLot] {
        guard let ledger = jobs[pieces[0].job], ledger.hasLots else { return [] }
        return pieces.compactMap { ledger.lot(with: $0.range.lowerBound) }
    }

    // MARK: Taking back

    /// Asks those who have more than they can do for what others could do meanwhile.
    mutating func balance(_ outbox: inout Outbox) {
        // Whoever was given one task has some time to begin it, and until then nothing can have changed.
        if let moment = takeBackMoment, now < moment, moment <= now.advanced(by: PoolRoster.patience),
            queue.isEmpty,
            roster.isModest
        {
            return
        }
        takeBackMoment = nil
        guard queue.isEmpty else { return }
        var asked = roster.takenBackCounts.reduce(0) { jobs[$1.key] == nil ? $0 : $0 + $1.value }
        while asked < roster.idleCount {
            let (straggler, next) = roster.straggler(now: now)
            takeBackMoment = next
            guard let straggler else { return }
            takeBack(straggler, &outbox)
            asked += 1
        }
    }

    mutating func takeBack(_ straggler: PoolRoster.Straggler, _ outbox: inout Outbox) {
        let isNew = roster.update(straggler.worker) { member in
            guard let position = member.position(of: straggler.ticket) else { return false }
            defer { member.assignments[position].isBeingTakenBack = true }
            return !member.assignments[position].isBeingTakenBack
        }
        guard isNew == true else { return }
        var frame = Frame(
            .notice,
            code: Operation.takeBack.rawValue,
            from: address,
            to: .host(ofRank: Int(straggler.worker.rank))
        )
        let request = PoolTakeBack(
            worker: straggler.worker.serial,
            ticket: straggler.ticket,
            count: straggler.count,
            takesAll: straggler.takesAll
        )
        request.append(to: &frame.bytes)
        outbox.send(frame)
    }

    /// A worker's Host says how much of an assignment is still the worker's.
    mutating func noteTakenBack(_ request: Request, _ outbox: inout Outbox) {
        let counts = request.frame.withBody { body -> (begun: Int, limit: Int)? in
            var reader = PoolWire.Reader(body)
            guard let begun = try? reader.count(), let limit = try? reader.count() else { return nil }
            return (begun, limit)
        }
        guard let counts, let ticket = PoolTicket(rawValue: request.argument) else { return }
        let change = roster.update(request.source) { member -> (job: UInt64, taken: [PoolPiece])? in
            guard let position = member.position(of: ticket) else { return nil }
            let limit = min(member.assignments[position].limit, counts.limit)
            member.assignments[position].begun = min(counts.begun, limit)
            member.assignments[position].isBeingTakenBack = false
            let before = member.assignments[position].pieces.count
            let taken = member.assignments[position].cut(to: limit)
            member.chunkCount -= before - member.assignments[position].pieces.count
            return (member.assignments[position].job, taken)
        }
        guard case .some(.some(let (job, taken))) = change else { return }
        giveBack(taken)
        if taken.isEmpty { refuseWithdrawals(of: job, &outbox) } else { grantWithdrawals(of: job, &outbox) }
        assign(&outbox)
    }

    /// Puts pieces back to where they came from: before everything else.
    mutating func giveBack(_ pieces: [PoolPiece]) {
        for piece in pieces.reversed() where jobs[piece.job] != nil { queue.prepend(piece) }
    }
}
