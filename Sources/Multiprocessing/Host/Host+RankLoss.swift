internal import Logging
internal import MPI
internal import MessageCoding

/// What a Host does when a rank is lost: it says in its name what that rank can no longer say, and goes on, or ends.
extension Host {
    // MARK: Noticing

    /// The process of a rank on this node has ended; what it has sent is taken in first.
    func noteEndOfNeighbour(_ descriptor: Int32, _ rank: Int) {
        poller.remove(descriptor)
        suspects.append((rank, Neighbours.reason))
    }

    /// Sees to the ranks that have been found to be lost, once there is no message left.
    func reviewSuspects() {
        for rank in transport.takeFailures() { suspects.append((rank, "MPI has lost it")) }
        guard !suspects.isEmpty else { return }
        let found = suspects
        suspects = []
        for (rank, reason) in found { suspect(rank, reason) }
    }

    private func suspect(_ rank: Int, _ reason: String) {
        // Who leaves may be ahead of the others.
        guard !isCutOff, !hasLeft else { return }
        switch roll.suspect(rank, reason) {
        case .nothing: break
        case .report: notify(.rankLost, rank: 0, argument: UInt64(rank), body: Array(reason.utf8))
        case .goOn(let loss):
            announce(loss)
            goOn(without: loss)
        case .end(let loss):
            if setup.rank == 0 { announce(loss) }
            end(for: loss)
        }
    }

    /// Rank 0 says that a rank is lost, or another one tells rank 0 of it.
    func noteLostRank(_ frame: Frame) {
        guard !isCutOff, !hasLeft, let rank = Int(exactly: frame.argument) else { return }
        guard setup.rank != 0 else { return suspect(rank, frame.text) }
        guard frame.source.rank == 0 else { return }
        switch roll.declare(rank, frame.text) {
        case .nothing, .report: break
        case .goOn(let loss): goOn(without: loss)
        case .end(let loss): end(for: loss)
        }
    }

    private func announce(_ loss: RankLoss) {
        for rank in roll.present where rank != 0 && rank != loss.rank {
            notify(.rankLost, rank: rank, argument: UInt64(loss.rank), body: Array(loss.reason.utf8))
        }
    }

    // MARK: What follows

    /// Nothing can go on, and nothing may hang.
    private func end(for loss: RankLoss) {
        // MPI would wait for it at the end.
        MPIAvailability.noteLostRank()
        failTransport(loss.error)
    }

    /// What the lost rank hosted and knew has ended; all else goes on.
    private func goOn(without loss: RankLoss) {
        if setup.rank == 0 { logger.warning("\(loss); the program goes on without it") }
        MPIAvailability.noteLostRank()
        transport.forget(loss.rank)
        rankWatch?.forget(loss.rank)
        placement.forget(loss.rank)
        killRemains(of: loss)
        let aftermath = remote.lose(loss)
        for end in aftermath.ends { noteEnd(end) }
        release(aftermath.passengers)
        closePassages(aftermath.passages)
        for order in aftermath.poolOrders {
            tellPool(
                of: order,
                .workerNotStarted,
                from: .host(ofRank: setup.rank),
                argument: PoolService.rankLostMark,
                text: loss.description
            )
        }
        answer(aftermath, loss)
        tellEndpoints(of: loss)
        take(ending?.rankLost(loss.rank))
    }

    /// What was started by the lost rank's main program, or by a pool there, would have nobody to work for.
    private func killRemains(of loss: RankLoss) {
        for process in processes.values {
            let order = process.order
            let isPoolWorker = order.maker != nil && order.parent.rank == Int32(loss.rank)
            if order.mainRank == loss.rank || isPoolWorker {
                try? server.signal(process.address.serial, 9)
            }
        }
    }

    private func answer(_ aftermath: RemoteProcesses.Aftermath, _ loss: RankLoss) {
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        for (question, status) in aftermath.joiners {
            outbox.reply(to: question.waiter, argument: UInt64(bitPattern: Int64(status.exitCode)))
        }
        for question in aftermath.askers {
            outbox.reply(to: question.waiter, .rankLost, body: Array(loss.description.utf8))
        }
        finish(outbox)
    }

    /// Ends the waits for services of the lost rank, of the main program and of the processes here.
    private func tellEndpoints(of loss: RankLoss) {
        mainEndpoint.deliver(word(of: loss, to: mainEndpoint.address))
        // A process that has said nothing yet waits for nothing, and may not even have read its work.
        for process in processes.values where process.isLinkOpen && process.hasSpoken {
            send(word(of: loss, to: process.address), to: process)
        }
    }

    private func word(of loss: RankLoss, to address: Address) -> Frame {
        var frame = Frame(
            .notice,
            code: Operation.rankLost.rawValue,
            from: .host(ofRank: setup.rank),
            to: address,
            argument: UInt64(loss.rank)
        )
        frame.bytes.append(contentsOf: loss.description.utf8)
        frame.epoch = setup.epoch
        frame.seal()
        return frame
    }

    func reportLostRanks(_ frame: Frame) {
        guard frame.kind == .request else { return }
        var outbox = Outbox(service: .host(ofRank: setup.rank))
        let ranks = roll.lost.map(\.rank)
        // Numbers: nothing that could not be encoded.
        outbox.reply(to: Request(frame, now: now).waiter, body: (try? MessageEncoder().encode(ranks)) ?? [])
        finish(outbox)
    }

    /// Answers in the name of a lost rank.
    func answerForLost(_ loss: RankLoss, _ frame: Frame) {
        let operation = Operation(rawValue: frame.code)
        guard frame.kind == .request else {
            // Who sends without waiting for an answer, and has not heard of the loss, would send for ever.
            if let process = processes[frame.source.serial], frame.source == process.address,
                process.isLinkOpen
            {
                send(word(of: loss, to: process.address), to: process)
            }
            return refuse(frame)
        }
        if frame.destination.isHost, operation == .joinProcess || operation == .processStatus {
            let status = remote.status(of: frame.destination.rank, frame.argument)
            return reply(to: frame, argument: UInt64(bitPattern: Int64(status.exitCode)))
        }
        closePassages(PoolSubmission.passages(in: frame))
        reply(to: frame, .rankLost, text: loss.description)
    }
}

extension RemoteProcesses.Question {
    var waiter: Waiter { Waiter(address: source, correlation: correlation, deadline: nil) }
}
