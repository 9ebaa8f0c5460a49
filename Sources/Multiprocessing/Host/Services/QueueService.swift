internal import DequeModule

/// A queue, as its Host sees it: items in order, those who wait for an item, those who wait for room.
///
/// What was handed to a process is kept until the process says that it has it, or, if it is on lease, that it has
/// done its work with it. If the process ends before, the item goes back to its old place.
///
/// Two things hold between any two requests: who waits for an item, waits at an empty queue; who waits for room, at a full one. And when
/// a consumer knows of a lane, everything that came before what is in it has been given out.
struct QueueService: Service {
    /// What somebody wants who waits for items.
    private struct Demand {
        var maximum = 1
        /// Whether the answer is an `ItemBatch`.
        var isBatch = false
        var isLease = false
        /// Where the process can be lent further items.
        var place: LoanPlace?
        /// What the process says of the lane.
        var laneMark: UInt64 = 0
    }

    /// What somebody has brought, as far as there was no room for it.
    private struct Supply {
        let frame: Frame
        /// The parts of the frame that are still to go in, or `nil` for all of it.
        var parts: Deque<Range<Int>>?
        let wantsReply: Bool
    }

    /// The greatest number of items it holds, or `nil` for any number.
    let capacity: Int?
    private var backlog = Backlog()
    private var deliveries = Deliveries()
    /// The head of the queue, before the backlog, if it is on loan.
    private var lending: Lending
    /// The way past the Host that items take after those of the backlog, if there is one.
    private var lane: LaneKeeper
    private var getters = WaitingList<Demand>()
    private var putters = WaitingList<Supply>()
    /// Those who want to know when there is something to get, but not to get it.
    private var pollers = WaitingList<Void>()
    /// Those who wait until all items are finished.
    private var joiners = WaitingList<Void>()
    /// How many items were put in of which nobody has said yet that they are finished.
    private var unfinishedCount = 0
    private var isClosed = false

    /// At the desk it is seen what processes have taken of what they were lent; without it nothing is lent.
    init(capacity: Int?, desk: LoanDesk? = nil, lanes: LaneSupply? = nil) {
        self.capacity = capacity
        // Those who wait for room have to hear of each item that was taken.
        lending = Lending(at: capacity == nil ? desk : nil)
        lane = LaneKeeper(desk: desk, supply: capacity == nil ? lanes : nil)
    }

    /// The argument of a request for an item: what the process says of its drawer, and of its lane.
    ///
    /// Layout (from the lowest bit up): a `LoanPlace` 16 · lane 2.
    static func getArgument(drawer: UInt64, lane: UInt64) -> UInt64 { drawer | lane << 16 }

    /// What a lane of a queue holds before a producer goes past it.
    static let fullness = 4 << 20

    private var hasRoom: Bool { capacity.map { backlog.count < $0 } ?? true }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .put: put(nil, &request, &outbox)
        case .putBatch:
            guard let parts = request.frame.withBody({ ItemBatch.ranges(in: $0) }) else {
                return outbox.reply(to: request, .malformed)
            }
            put(Deque(parts), &request, &outbox)
        case .get:
            let demand = Demand(
                place: LoanPlace(mark: request.argument & 0xffff),
                laneMark: request.argument >> 16
            )
            get(demand, request, &outbox)
        case .getBatch:
            get(Demand(maximum: max(1, Int(clamping: request.argument)), isBatch: true), request, &outbox)
        case .lease: get(Demand(isLease: true), request, &outbox)
        case .wakeLane: advance(&outbox)
        case .returnLoan:
            lending.recall(from: request.source, to: &backlog)
            advance(&outbox)
        case .acknowledge, .acknowledgeSome, .finishLease, .returnLease: settle(operation, request, &outbox)
        case .queuePoll: poll(request, &outbox)
        case .queueState:
            let count =
                request.argument == QueueService.unfinishedMark
                ? unfinishedCount : backlog.count + lending.unreadCount + lane.unread.count
            outbox.reply(to: request, argument: UInt64(count))
        case .taskDone: taskDone(request, &outbox)
        case .joinQueue: join(request, &outbox)
        case .closeQueue: close(request, &outbox)
        default: outbox.reply(to: request, .malformed)
        }
    }

    /// What the argument of `queueState` says if the unfinished items are meant.
    static let unfinishedMark: UInt64 = 1

    // MARK: In and out

    private mutating func put(
        _ parts: Deque<Range<Int>>?,
        _ request: inout Request,
        _ outbox: inout Outbox
    ) {
        guard !isClosed else { return outbox.reply(to: request, .closed) }
        // What comes this way comes after what is in the lane.
        emptyLane(outbox)
        let wantsLane = parts == nil && request.argument == 1
        lane.noteSend(by: request.source, canHaveLane: !request.wantsReply || wantsLane)
        if wantsLane { return putOpeningLane(&request, &outbox) }
        let supply = Supply(frame: request.takeFrame(), parts: parts, wantsReply: request.wantsReply)
        putters.append(request.waiter, supply)
        advance(&outbox)
        // What has found room stays.
        if request.timeout == .zero, let waiter = putters.pop(request.correlation, of: request.source) {
            outbox.reply(to: waiter, .timedOut)
        }
    }

    private mutating func get(_ demand: Demand, _ request: Request, _ outbox: inout Outbox) {
        lending.recall(to: &backlog)
        lane.noteReceive(by: request.source, mark: demand.laneMark)
        if lane.isInTheWay(of: request.source, mark: demand.laneMark) {
            emptyLane(outbox)
            // Those who sleep at the lane have come before.
            advance(&outbox)
        }
        if !backlog.isEmpty {
            handOut(demand, to: request.waiter, &outbox)
            advance(&outbox)
        } else if lane.isOpen {
            getByLane(demand, request, &outbox)
        } else if isOver(for: request.source) {
            outbox.reply(to: request, .closed)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            getters.append(request.waiter, demand)
        }
    }

    /// Brings items to those who wait for them, and lets in those who wait for room, as far as possible.
    private mutating func advance(_ outbox: inout Outbox) {
        serveGetters(&outbox)
        while hasRoom, let (waiter, brought) = putters.popFirst() {
            var supply = brought
            if supply.parts == nil {
                backlog.append(supply.frame)
                unfinishedCount += 1
            }
            while hasRoom, let part = supply.parts?.popFirst() {
                backlog.append(supply.frame, part: part)
                unfinishedCount += 1
            }
            serveGetters(&outbox)
            if supply.parts?.isEmpty == false {
                putters.prepend(waiter, supply)
            } else if supply.wantsReply {
                outbox.reply(to: waiter)
            }
        }
        serveLane(&outbox)
        guard !backlog.isEmpty || lane.hasMessage else { return }
        for waiter in pollers.popAll() { outbox.reply(to: waiter, argument: 1) }
        if let delivery = lending.extend(from: &backlog) {
            lane.noteDelivery(to: delivery.borrower)
            outbox.bring(delivery)
        }
    }

    private mutating func serveGetters(_ outbox: inout Outbox) {
        while !backlog.isEmpty, let (waiter, demand) = getters.popFirst() {
            handOut(demand, to: waiter, &outbox)
        }
    }

    private mutating func handOut(_ demand: Demand, to waiter: Waiter, _ outbox: inout Outbox) {
        var items: [Backlog.Item] = []
        while items.count < demand.maximum, let item = backlog.popFirst() { items.append(item) }
        guard !items.isEmpty else { return }
        if demand.isBatch {
            outbox.reply(to: waiter, batch: items)
        } else if getters.isEmpty, !lane.isOpen || !backlog.isEmpty, let place = demand.place,
            items[0].bodySize <= Lending.maximumBytes,
            let loan = lending.lend(from: &backlog, to: waiter.address, place)
        {
            outbox.reply(to: waiter, argument: loan.mark, batch: items + loan.items)
        } else {
            outbox.reply(to: waiter, handing: &items[0])
        }
        // What a main program is handed it has, for it shares its memory with a Host; but a lease, or some of several items,
        // may be given back.
        if demand.isLease || demand.isBatch || !waiter.address.isMainProgram {
            deliveries.note(items, to: waiter)
        }
    }

    // MARK: The lane

    /// Puts an item in for one who would rather put further ones into a lane, and is told whether it may.
    private mutating func putOpeningLane(_ request: inout Request, _ outbox: inout Outbox) {
        let waiter = request.waiter
        backlog.append(request.takeFrame())
        unfinishedCount += 1
        advance(&outbox)
        let isQuiet = getters.isEmpty && pollers.isEmpty && putters.isEmpty
        outbox.reply(to: waiter, argument: isQuiet ? lane.open(for: waiter.address) : 0)
    }

    /// Has the consumer look into the lane, now or when there is something in it.
    private mutating func getByLane(_ demand: Demand, _ request: Request, _ outbox: inout Outbox) {
        let ticket = lane.tell(request.source)
        if ticket != 0 || lane.hasMessage {
            outbox.reply(to: request, .lookAgain, argument: ticket)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            getters.append(request.waiter, demand)
            serveLane(&outbox)
        }
    }

    /// Has those look again who wait for what is in the lane; of what comes later they will be told.
    private mutating func serveLane(_ outbox: inout Outbox) {
        guard lane.isOpen, !getters.isEmpty || !pollers.isEmpty else { return }
        lane.announceSleep()
        guard lane.hasMessage else { return }
        for waiter in getters.popAll() { outbox.reply(to: waiter, .lookAgain) }
    }

    /// Takes back what is in the lane: from now on everything passes the Host again.
    private mutating func emptyLane(_ outbox: borrowing Outbox) {
        unfinishedCount += lane.close(into: &backlog, of: outbox.service, .put)
    }

    // MARK: What was handed out

    /// A process has what it was handed, or has done its work with it, or gives it back.
    private mutating func settle(_ operation: Operation, _ request: Request, _ outbox: inout Outbox) {
        guard let items = deliveries.remove(request.argument, of: request.source) else { return }
        switch operation {
        case .returnLease: return giveBack(items, &outbox)
        case .acknowledgeSome:
            let count = request.frame.withBody { body in
                body.count == 8 ? UInt64(littleEndian: body.loadUnaligned(as: UInt64.self)) : .max
            }
            return giveBack(Array(items.dropFirst(Int(clamping: count))), &outbox)
        case .finishLease: finish(items.count, &outbox)
        default: break
        }
        tellIfOver(&outbox)
    }

    private mutating func giveBack(_ items: [Backlog.Item], _ outbox: inout Outbox) {
        // What comes back may have its place before what is on loan, and is older than what is in the lane.
        lending.recall(to: &backlog)
        emptyLane(outbox)
        backlog.putBack(items)
        advance(&outbox)
        tellIfOver(&outbox)
    }

    /// Whether an empty queue stays empty: it is closed, and nothing can come back to it.
    ///
    /// A process does not wait for what may come back as long as it has something itself: two that did would wait for each
    /// other.
    private func isOver(for address: Address) -> Bool {
        isClosed && (deliveries.isEmpty || deliveries.contains(of: address))
    }

    private mutating func tellIfOver(_ outbox: inout Outbox) {
        guard isClosed, backlog.isEmpty else { return }
        let queue = self
        for waiter in getters.remove(where: { queue.isOver(for: $0.address) }) {
            outbox.reply(to: waiter, .closed)
        }
        for waiter in pollers.remove(where: { queue.isOver(for: $0.address) }) {
            outbox.reply(to: waiter, argument: 1)
        }
    }

    // MARK: The state

    private mutating func poll(_ request: Request, _ outbox: inout Outbox) {
        if !backlog.isEmpty || lending.unreadCount > 0 || lane.hasMessage || isOver(for: request.source) {
            outbox.reply(to: request, argument: 1)
        } else if request.timeout == .zero {
            outbox.reply(to: request, argument: 0)
        } else {
            pollers.append(request.waiter)
            advance(&outbox)
        }
    }

    private mutating func close(_ request: Request, _ outbox: inout Outbox) {
        isClosed = true
        emptyLane(outbox)
        advance(&outbox)
        for waiter in putters.popAll() { outbox.reply(to: waiter, .closed) }
        tellIfOver(&outbox)
        outbox.reply(to: request)
    }

    /// The answer's argument is 1 if there was nothing to finish.
    private mutating func taskDone(_ request: Request, _ outbox: inout Outbox) {
        guard unfinishedCount > 0 else { return outbox.reply(to: request, argument: 1) }
        finish(1, &outbox)
        outbox.reply(to: request)
    }

    private mutating func finish(_ count: Int, _ outbox: inout Outbox) {
        unfinishedCount = max(0, unfinishedCount - count)
        guard unfinishedCount == 0 else { return }
        for waiter in joiners.popAll() { outbox.reply(to: waiter) }
    }

    private mutating func join(_ request: Request, _ outbox: inout Outbox) {
        if unfinishedCount == 0 {
            outbox.reply(to: request)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            joiners.append(request.waiter)
        }
    }

    // MARK: The end of waits

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for waiter in getters.popExpired(at: now) + putters.popExpired(at: now) + joiners.popExpired(at: now)
        {
            outbox.reply(to: waiter, .timedOut)
        }
        for waiter in pollers.popExpired(at: now) { outbox.reply(to: waiter, argument: 0) }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        let waiter =
            getters.pop(correlation, of: source) ?? putters.pop(correlation, of: source)
            ?? pollers.pop(correlation, of: source) ?? joiners.pop(correlation, of: source)
        if let waiter { outbox.reply(to: waiter, .timedOut) }
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        getters.forget(end.address)
        putters.forget(end.address)
        pollers.forget(end.address)
        joiners.forget(end.address)
        let hadLoan = lending.recall(from: end.address, to: &backlog)
        lending.forget(end.address)
        let unread = deliveries.removeAll(of: end.address)
        let hadLane = lane.isOf(end.address)
        if hadLane { emptyLane(outbox) }
        // The end of somebody else is no reason to take back what was lent.
        if hadLoan || hadLane || !unread.isEmpty { giveBack(unread, &outbox) } else { tellIfOver(&outbox) }
    }

    /// What came back because its receiver has ended may have been given back before, by the news of that end.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {
        guard let items = deliveries.remove(reply.correlation, of: reply.source) else { return }
        giveBack(items, &outbox)
    }

    var nextDeadline: ContinuousClock.Instant? {
        earliest(
            earliest(getters.nextDeadline, putters.nextDeadline),
            earliest(pollers.nextDeadline, joiners.nextDeadline)
        )
    }
}

extension QueueService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "queue"
        let inLane = lane.unread
        picture.itemCount = backlog.count + lending.unreadCount + inLane.count
        picture.byteCount = backlog.byteCount + inLane.byteCount
        picture.capacity = capacity
        if isClosed { picture.state = "closed" }
        picture.add(getters.addresses, waitingTo: "get")
        picture.add(putters.addresses, waitingTo: "put")
        picture.add(pollers.addresses, waitingTo: "poll")
        picture.add(joiners.addresses, waitingTo: "join")
    }
}
