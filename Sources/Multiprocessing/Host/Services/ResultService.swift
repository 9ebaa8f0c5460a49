internal import MessageCoding

/// What one process comes to, kept until the one that started it has asked for it: a value, an error, or its loss.
struct ResultService: Service {
    private enum State {
        case pending
        /// The process has said what it came to.
        case delivered(Frame)
        /// It has ended without a word; the encoded `ProcessLost`.
        case lost([UInt8])
    }

    private var state = State.pending
    private var readers = WaitingList<Void>()

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .deliverResult:
            // The first word counts.
            if case .pending = state {
                state = .delivered(request.takeFrame())
                for reader in readers.popAll() { answer(reader, &outbox) }
            }
            outbox.reply(to: request)
        case .awaitResult:
            guard request.wantsReply else { return }
            if case .pending = state, request.timeout != .zero {
                readers.append(request.waiter)
            } else {
                answer(request.waiter, &outbox)
            }
        default: outbox.reply(to: request, .malformed)
        }
    }

    private func answer(_ reader: Waiter, _ outbox: inout Outbox) {
        switch state {
        case .pending: outbox.reply(to: reader, .timedOut)
        case .delivered(var frame): outbox.reply(to: reader, sharing: &frame)
        case .lost(let description): outbox.reply(to: reader, .workerLost, body: description)
        }
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for reader in readers.popExpired(at: now) { outbox.reply(to: reader, .timedOut) }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        guard let reader = readers.pop(correlation, of: source) else { return }
        outbox.reply(to: reader, .timedOut)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        readers.forget(end.address)
        guard case .pending = state, end.result == outbox.service else { return }
        let loss = ProcessLost(
            process: end.name,
            pid: Int(end.pid),
            rank: Int(end.address.rank),
            host: end.host,
            exitCode: end.status.exitCode,
            isRankLost: end.isRankLost
        )
        // Strings and numbers: an empty body says the least that can be said if they cannot be encoded nevertheless.
        state = .lost((try? MessageEncoder().encode(loss)) ?? [])
        for reader in readers.popAll() { answer(reader, &outbox) }
    }

    var nextDeadline: ContinuousClock.Instant? { readers.nextDeadline }
}

extension ResultService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "result"
        if case .pending = state { picture.state = "pending" }
        picture.add(readers.addresses, waitingTo: "have it")
    }
}
