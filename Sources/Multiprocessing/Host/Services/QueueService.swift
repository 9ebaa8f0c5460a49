internal import DequeModule

/// A queue, as its Host sees it: items in order, those who wait for an item, those who wait for room.
struct QueueService: Service {
    /// The greatest number of items it holds, or `nil` for any number.
    let capacity: Int?
    private var items: Deque<Frame> = []
    private var getters = WaitingList<Void>()
    private var putters = WaitingList<Frame>()
    private var isClosed = false

    init(capacity: Int?) { self.capacity = capacity }

    private var hasRoom: Bool { capacity.map { items.count < $0 } ?? true }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .put: put(&request, &outbox)
        case .get: get(&request, &outbox)
        case .queueState: outbox.reply(to: request, argument: UInt64(items.count))
        case .closeQueue: close(&request, &outbox)
        default: outbox.reply(to: request, .malformed)
        }
    }

    private mutating func put(_ request: inout Request, _ outbox: inout Outbox) {
        if isClosed {
            outbox.reply(to: request, .closed)
        } else if let getter = getters.popFirst() {
            // Whoever waits for an item waits at an empty queue, so this one is the next.
            outbox.reply(to: getter.waiter, passingOn: request.takeFrame())
            outbox.reply(to: request)
        } else if hasRoom {
            items.append(request.takeFrame())
            outbox.reply(to: request)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            putters.append(request.waiter, request.takeFrame())
        }
    }

    private mutating func get(_ request: inout Request, _ outbox: inout Outbox) {
        if let item = items.popFirst() {
            outbox.reply(to: request.waiter, passingOn: item)
            admitPutter(&outbox)
        } else if isClosed {
            outbox.reply(to: request, .closed)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            getters.append(request.waiter)
        }
    }

    private mutating func admitPutter(_ outbox: inout Outbox) {
        guard hasRoom, let putter = putters.popFirst() else { return }
        items.append(putter.item)
        outbox.reply(to: putter.waiter)
    }

    private mutating func close(_ request: inout Request, _ outbox: inout Outbox) {
        isClosed = true
        for waiter in getters.popAll() + putters.popAll() { outbox.reply(to: waiter, .closed) }
        outbox.reply(to: request)
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for waiter in getters.popExpired(at: now) + putters.popExpired(at: now) {
            outbox.reply(to: waiter, .timedOut)
        }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        guard let waiter = getters.pop(correlation, of: source) ?? putters.pop(correlation, of: source) else {
            return
        }
        outbox.reply(to: waiter, .timedOut)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        getters.forget(end.address)
        putters.forget(end.address)
    }

    /// An item whose taker ended before it came goes to the next one, as if it had never been taken.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {
        guard reply.code == Outcome.done.rawValue else { return }
        // Replies to `put` and `queueState` come back as well; they carry no item.
        guard reply.argument == QueueService.itemMark else { return }
        if let getter = getters.popFirst() {
            outbox.reply(to: getter.waiter, passingOn: reply)
        } else {
            items.prepend(reply)
        }
    }

    /// What the argument of a frame says whose body is an item.
    static let itemMark: UInt64 = 0x6974_656d

    var nextDeadline: ContinuousClock.Instant? { earliest(getters.nextDeadline, putters.nextDeadline) }
}
