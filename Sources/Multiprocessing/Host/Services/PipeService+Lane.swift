/// What a pipe does about messages that pass the Host by.
extension PipeService {
    /// Has the receiver look into the lane, now or when there is something in it.
    mutating func receiveByLane(
        _ request: Request,
        at end: Int,
        _ demand: Demand,
        _ outbox: inout Outbox
    ) {
        let ticket = ends[end].lane.tell(request.source)
        if ticket != 0 || ends[end].lane.hasMessage {
            outbox.reply(to: request, .lookAgain, argument: ticket)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            ends[end].receivers.append(request.waiter, demand)
            serve(end, &outbox)
        }
    }

    mutating func awaitRoom(_ request: Request, towards end: Int, _ outbox: inout Outbox) {
        if !ends[end].lane.isFrom(request.source) || !ends[end].lane.hasSleepingWriter {
            outbox.reply(to: request)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            ends[end].roomWaiters.append(request.waiter)
        }
    }

    /// Has those look again who wait for what is in the lane, or for room in it; of what comes later they will be told.
    mutating func serveLane(to end: Int, _ outbox: inout Outbox) {
        if ends[end].lane.isOpen, !ends[end].receivers.isEmpty || !ends[end].pollers.isEmpty {
            ends[end].lane.announceSleep()
        }
        if ends[end].lane.hasMessage {
            for waiter in ends[end].receivers.popAll() { outbox.reply(to: waiter, .lookAgain) }
        }
        if !ends[end].lane.hasSleepingWriter {
            for waiter in ends[end].roomWaiters.popAll() { outbox.reply(to: waiter) }
        }
    }

    /// Takes back what is in the lane: from now on everything passes the Host again.
    mutating func closeLane(to end: Int, _ outbox: inout Outbox) {
        guard ends[end].lane.isOpen else { return }
        emptyLane(to: end, outbox)
        serve(end, &outbox)
    }

    mutating func emptyLane(to end: Int, _ outbox: borrowing Outbox) {
        ends[end].emptyLane(of: outbox.service)
    }
}
