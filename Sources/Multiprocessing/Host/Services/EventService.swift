/// An event, as its Host sees it: whether it is set, and who waits until it is.
struct EventService: Service {
    private var isSet = false
    private var waiters = WaitingList<Void>()

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .setEvent:
            isSet = true
            for waiter in waiters.popAll() { outbox.reply(to: waiter) }
            outbox.reply(to: request)
        case .clearEvent:
            isSet = false
            outbox.reply(to: request)
        case .waitForEvent:
            if isSet {
                outbox.reply(to: request)
            } else if request.timeout == .zero {
                outbox.reply(to: request, .timedOut)
            } else {
                waiters.append(request.waiter)
            }
        case .eventState: outbox.reply(to: request, argument: isSet ? 1 : 0)
        default: outbox.reply(to: request, .malformed)
        }
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for waiter in waiters.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        guard let waiter = waiters.pop(correlation, of: source) else { return }
        outbox.reply(to: waiter, .timedOut)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) { waiters.forget(end.address) }

    var nextDeadline: ContinuousClock.Instant? { waiters.nextDeadline }
}

extension EventService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "event"
        picture.state = isSet ? "set" : "clear"
        picture.add(waiters.addresses, waitingTo: "see it set")
    }
}
