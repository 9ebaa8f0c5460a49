internal import DequeModule

/// A barrier, as its Host sees it: who has arrived, and whether one of them is doing the action.
struct BarrierService: Service {
    private struct Arrival {
        var waiter: Waiter
        let timeout: Timeout
        /// Whether the barrier has an action, which the handles know, not the service.
        let hasAction: Bool
    }

    /// The one that came last does the action, while the others go on waiting.
    private struct Performer: Equatable {
        let process: Address
        let generation: UInt64
    }

    let parties: Int
    /// Those who wait, in the order of their numbers; without the performer.
    private var arrived: [Waiter] = []
    private var performer: Performer?
    /// Those who came while the action was done: they belong to the next round.
    private var early: Deque<Arrival> = []
    private var generation: UInt64 = 0
    private var isBroken = false

    init(parties: Int) { self.parties = max(1, parties) }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .waitAtBarrier:
            let arrival = Arrival(
                waiter: request.waiter,
                timeout: request.timeout,
                hasAction: request.argument & 1 == 1
            )
            enter(arrival, &outbox)
        case .passBarrier:
            guard let performer, performer == Performer(process: request.source, generation: request.argument)
            else {
                // It was broken or reset during the action.
                return outbox.reply(to: request, .broken)
            }
            self.performer = nil
            open(&outbox)
            outbox.reply(to: request)
            admitEarly(now: request.now, &outbox)
        case .abortBarrier:
            breakUp(&outbox)
            outbox.reply(to: request)
        case .resetBarrier:
            breakUp(&outbox)
            isBroken = false
            outbox.reply(to: request)
        case .barrierState:
            let waitingCount = arrived.count + (performer == nil ? 0 : 1)
            outbox.reply(to: request, argument: UInt64(waitingCount) << 1 | (isBroken ? 1 : 0))
        default: outbox.reply(to: request, .malformed)
        }
    }

    private mutating func enter(_ arrival: Arrival, _ outbox: inout Outbox) {
        let waiter = arrival.waiter
        if isBroken {
            outbox.reply(to: waiter, .broken)
        } else if performer != nil {
            early.append(arrival)
        } else if arrived.count + 1 < parties {
            arrived.append(waiter)
            if arrival.timeout == .zero { breakUp(&outbox) }
        } else if arrival.hasAction {
            generation &+= 1
            performer = Performer(process: waiter.address, generation: generation)
            outbox.reply(to: waiter, argument: BarrierPass.act(generation: generation).argument)
        } else {
            arrived.append(waiter)
            open(&outbox)
        }
    }

    private mutating func open(_ outbox: inout Outbox) {
        for (index, waiter) in arrived.enumerated() {
            outbox.reply(to: waiter, argument: BarrierPass.passed(index: index).argument)
        }
        arrived = []
    }

    /// The next round begins, and with it the time of those who have come early.
    private mutating func admitEarly(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        while performer == nil, var arrival = early.popFirst() {
            arrival.waiter = Waiter(
                address: arrival.waiter.address,
                correlation: arrival.waiter.correlation,
                deadline: arrival.timeout.deadline(from: now)
            )
            enter(arrival, &outbox)
        }
    }

    /// Ends every wait, and the turn of the performer, with an error.
    private mutating func breakUp(_ outbox: inout Outbox) {
        isBroken = true
        performer = nil
        for waiter in arrived + early.map(\.waiter) { outbox.reply(to: waiter, .broken) }
        arrived = []
        early = []
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        guard let nextDeadline, nextDeadline <= now else { return }
        breakUp(&outbox)
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        func isMeant(_ waiter: Waiter) -> Bool {
            waiter.correlation == correlation && waiter.address == source
        }
        if let index = early.firstIndex(where: { isMeant($0.waiter) }) {
            outbox.reply(to: early.remove(at: index).waiter, .timedOut)
        } else if performer == nil, let index = arrived.firstIndex(where: isMeant) {
            // The others would wait in vain.
            outbox.reply(to: arrived.remove(at: index), .timedOut)
            breakUp(&outbox)
        }
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        early.removeAll { $0.waiter.address == end.address }
        let isMissed = performer?.process == end.address || arrived.contains { $0.address == end.address }
        arrived.removeAll { $0.address == end.address }
        if isMissed { breakUp(&outbox) }
    }

    /// While the action is done all have arrived, and nobody's time runs.
    var nextDeadline: ContinuousClock.Instant? {
        performer == nil ? arrived.lazy.compactMap { $0.deadline }.min() : nil
    }
}

/// What a barrier answers to one that may go on.
enum BarrierPass: Equatable {
    /// All have arrived; its number among them.
    case passed(index: Int)
    /// It came last, and is to do the action before it and the others go on.
    case act(generation: UInt64)

    /// As it travels in the argument of a reply.
    var argument: UInt64 {
        switch self {
        case .passed(let index): UInt64(index) << 1
        case .act(let generation): generation << 1 | 1
        }
    }

    init(argument: UInt64) {
        self = argument & 1 == 1 ? .act(generation: argument >> 1) : .passed(index: Int(argument >> 1))
    }
}

extension BarrierService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "barrier"
        picture.capacity = parties
        picture.itemCount = arrived.count
        if isBroken { picture.state = "broken" }
        picture.add(arrived.map(\.address) + early.map { $0.waiter.address }, waitingTo: "pass")
    }
}
