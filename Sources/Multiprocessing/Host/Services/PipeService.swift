/// A pipe, as its Host sees it: two ends, what is on its way to each, and who holds each end.
///
/// An end is gone when nobody holds it any more: then the other end reads what is left, and after that the end of
/// the stream. A process holds an end from the moment it is given a connection until it lets go of it or ends. Whoever
/// made the pipe holds both ends only until it gives one away, unless it has used that end itself.
///
/// A message is kept until its receiver says that it has it. If the receiver ends before, the message goes back to its
/// old place, for the others who hold that end.
struct PipeService: Service {
    struct End {
        /// What is on its way to this end.
        var backlog = Backlog()
        var deliveries = Deliveries()
        /// The way past the Host that messages take after those of the backlog, if there is one.
        var lane: LaneKeeper
        /// Those who wait for room in the lane.
        var roomWaiters = WaitingList<Void>()
        var receivers = WaitingList<Demand>()
        var pollers = WaitingList<Void>()
        var senders = WaitingList<Supply>()
        /// How many connections each process has.
        var holders: [Address: Int] = [:]
        /// Connections that are on their way to a process.
        var reservations: Set<UInt64> = []
        /// Connections that have arrived, or never will, perhaps before the word that they are on their way.
        var settled: Set<UInt64> = []
        /// Whether the maker of the pipe has sent or received through this end, or has looked for something to receive.
        var isUsedByMaker = false
        var isGone: Bool { holders.isEmpty && reservations.isEmpty }

        /// Whether there is something to receive.
        var hasMessage: Bool { !backlog.isEmpty || lane.hasMessage }

        init(_ lane: LaneKeeper) { self.lane = lane }

        mutating func emptyLane(of service: Address) { lane.close(into: &backlog, of: service, .pipeSend) }
    }

    /// What somebody wants who waits for a message.
    struct Demand {
        /// The size of the longest message that it takes.
        var limit: Int?
        /// What the process says of the lane.
        var laneMark: UInt64

        /// From the argument of a request.
        init(_ argument: UInt64) {
            let limit = argument >> 1 & (1 << Demand.limitWidth - 1)
            self.limit = limit == 0 ? nil : Int(limit - 1)
            laneMark = argument >> (1 + Demand.limitWidth)
        }

        static let limitWidth: UInt64 = 47
    }

    /// What somebody has brought who waits for room.
    struct Supply {
        let frame: Frame
        let canHaveLane: Bool
    }

    /// The argument of a request to receive a message of at most so many bytes; `lane` is 2 when the process has a lane, 1 when it can have
    /// one, else 0.
    ///
    /// Layout (from the lowest bit up): end 1 · 0, or one more than the size of the longest message 47 · lane 16.
    static func receiveArgument(end: Int, maximumCount: Int?, lane: UInt64) -> UInt64 {
        // No message is longer than what half of the argument can say.
        let limit = maximumCount.map { UInt64(min($0, Frame.maximumBodySize)) + 1 } ?? 0
        return UInt64(end) | limit << 1 | lane << (1 + Demand.limitWidth)
    }

    /// What may wait in one direction before a sender has to wait: a pipe is no store.
    static let fullness = 1 << 20
    /// The same for this pipe.
    private let maximumPendingBytes: Int
    private let isDuplex: Bool
    private let maker: Address
    var ends: [End]

    /// Without a desk and lanes everything passes the Host.
    init(
        maker: Address,
        isDuplex: Bool,
        maximumPendingBytes: Int = fullness,
        desk: LoanDesk? = nil,
        lanes: LaneSupply? = nil
    ) {
        self.maker = maker
        self.isDuplex = isDuplex
        self.maximumPendingBytes = maximumPendingBytes
        let lane = LaneKeeper(desk: desk, supply: lanes)
        ends = [End(lane), End(lane)]
        ends[0].holders[maker] = 1
        ends[1].holders[maker] = 1
    }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        let end = Int(request.argument & 1)
        let token = request.argument >> 1
        switch operation {
        case .pipeSend:
            noteUse(of: end, by: request.source)
            send(&request, from: end, &outbox)
        case .pipeReceive:
            noteUse(of: end, by: request.source)
            receive(request, at: end, Demand(request.argument), &outbox)
        case .pipeAwaitRoom: awaitRoom(request, towards: end, &outbox)
        case .wakeLane: serve(end, &outbox)
        case .pipeAcknowledge:
            for end in ends.indices
            where ends[end].deliveries.remove(request.argument, of: request.source) != nil {
                tellIfOver(end, &outbox)
            }
        case .pipePoll:
            noteUse(of: end, by: request.source)
            poll(request, at: end, &outbox)
        case .pipeReserve:
            if ends[end].settled.remove(token) == nil { ends[end].reservations.insert(token) }
            if request.source == maker, !ends[end].isUsedByMaker { ends[end].holders[maker] = nil }
        case .pipeAttach:
            settle(token, at: end, rank: outbox.service.rank)
            ends[end].holders[request.source, default: 0] += 1
        case .pipeReturn:
            ends[end].reservations.remove(token)
            // The maker stopped counting when it was to give the end away.
            if request.source == maker, ends[end].isGone { ends[end].holders[maker] = 1 }
            tellIfGone(end, &outbox)
        case .pipeRelease:
            release(end, token: token, by: request.source, &outbox)
        default:
            outbox.reply(to: request, .malformed)
        }
    }

    private mutating func noteUse(of end: Int, by source: Address) {
        guard source == maker, !ends[end].isUsedByMaker else { return }
        ends[end].isUsedByMaker = true
        if ends[end].holders[maker] == nil { ends[end].holders[maker] = 1 }
    }

    // MARK: In and out

    private mutating func send(_ request: inout Request, from end: Int, _ outbox: inout Outbox) {
        let far = 1 - end
        guard isDuplex || end == 0 else { return outbox.reply(to: request, .malformed) }
        let canHaveLane = request.argument >> 1 == 1
        // What comes this way comes after what is in the lane.
        closeLane(to: far, &outbox)
        ends[far].lane.noteSend(by: request.source, canHaveLane: canHaveLane)
        let supply = { Supply(frame: $0, canHaveLane: canHaveLane) }
        if ends[far].isGone {
            outbox.reply(to: request, .closed)
        } else if ends[far].backlog.byteCount < maximumPendingBytes {
            let waiter = request.wantsReply ? request.waiter : nil
            accept(supply(request.takeFrame()), from: waiter, at: far, &outbox)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            ends[far].senders.append(request.waiter, supply(request.takeFrame()))
        }
    }

    /// Takes a message in for which there is room.
    private mutating func accept(
        _ supply: Supply,
        from waiter: Waiter?,
        at end: Int,
        _ outbox: inout Outbox
    ) {
        ends[end].backlog.append(supply.frame)
        serve(end, &outbox)
        guard let waiter else { return }
        let isQuiet = ends[end].receivers.isEmpty && ends[end].pollers.isEmpty && ends[end].senders.isEmpty
        // A message may come after the word that its end was closed.
        let isWhole = !ends[0].isGone && !ends[1].isGone
        let ticket = supply.canHaveLane && isQuiet && isWhole ? ends[end].lane.open(for: waiter.address) : 0
        outbox.reply(to: waiter, argument: ticket)
    }

    private mutating func receive(
        _ request: Request,
        at end: Int,
        _ demand: Demand,
        _ outbox: inout Outbox
    ) {
        ends[end].lane.noteReceive(by: request.source, mark: demand.laneMark)
        if ends[end].lane.isInTheWay(of: request.source, mark: demand.laneMark) {
            closeLane(to: end, &outbox)
        }
        if !ends[end].backlog.isEmpty {
            handOutFirst(of: end, demand, to: request.waiter, &outbox)
            admitSenders(to: end, &outbox)
        } else if ends[end].lane.isOpen {
            receiveByLane(request, at: end, demand, &outbox)
        } else if isOver(end, for: request.source) {
            outbox.reply(to: request, .endOfStream)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            ends[end].receivers.append(request.waiter, demand)
        }
    }

    /// Brings messages to those who wait for them, and tells those who want to know that there is one, or room for one.
    mutating func serve(_ end: Int, _ outbox: inout Outbox) {
        while !ends[end].backlog.isEmpty, let (waiter, demand) = ends[end].receivers.popFirst() {
            handOutFirst(of: end, demand, to: waiter, &outbox)
        }
        serveLane(to: end, &outbox)
        guard ends[end].hasMessage else { return }
        for waiter in ends[end].pollers.popAll() { outbox.reply(to: waiter, argument: 1) }
    }

    /// Answers with the first message, or with the fact that it is too long.
    private mutating func handOutFirst(
        of end: Int,
        _ demand: Demand,
        to waiter: Waiter,
        _ outbox: inout Outbox
    ) {
        if let limit = demand.limit, let size = ends[end].backlog.firstBodySize, size > limit {
            return outbox.reply(to: waiter, .messageTooLong, argument: UInt64(size))
        }
        guard var item = ends[end].backlog.popFirst() else { return }
        let ticket = ends[end].backlog.isEmpty ? ends[end].lane.tell(waiter.address) : 0
        outbox.reply(to: waiter, argument: ticket, handing: &item)
        // What a main program is handed it has, for it shares its memory with a Host.
        if !waiter.address.isMainProgram { ends[end].deliveries.note([item], to: waiter) }
    }

    private mutating func admitSenders(to end: Int, _ outbox: inout Outbox) {
        while ends[end].backlog.byteCount < maximumPendingBytes, let sender = ends[end].senders.popFirst() {
            accept(sender.item, from: sender.waiter, at: end, &outbox)
        }
    }

    private mutating func poll(_ request: Request, at end: Int, _ outbox: inout Outbox) {
        // The end of the stream counts as something to receive, as in Python.
        if ends[end].hasMessage || isOver(end, for: request.source) {
            outbox.reply(to: request, argument: 1)
        } else if request.timeout == .zero {
            outbox.reply(to: request, argument: 0)
        } else {
            ends[end].pollers.append(request.waiter)
            serve(end, &outbox)
        }
    }

    // MARK: The end of the stream

    /// Whether nothing will come to an end where nothing is: the other end is gone, and no message can come back.
    ///
    /// A process does not wait for what may come back as long as it has not acknowledged something itself.
    private func isOver(_ end: Int, for address: Address) -> Bool {
        let deliveries = ends[end].deliveries
        return ends[1 - end].isGone && (deliveries.isEmpty || deliveries.contains(of: address))
    }

    private mutating func tellIfOver(_ end: Int, _ outbox: inout Outbox) {
        guard ends[1 - end].isGone, ends[end].backlog.isEmpty else { return }
        let pipe = self
        for waiter in ends[end].receivers.remove(where: { pipe.isOver(end, for: $0.address) }) {
            outbox.reply(to: waiter, .endOfStream)
        }
        for waiter in ends[end].pollers.remove(where: { pipe.isOver(end, for: $0.address) }) {
            outbox.reply(to: waiter, argument: 1)
        }
    }

    private mutating func release(_ end: Int, token: UInt64, by source: Address, _ outbox: inout Outbox) {
        if token != 0 {
            settle(token, at: end, rank: outbox.service.rank)
        } else if let count = ends[end].holders[source] {
            ends[end].holders[source] = count > 1 ? count - 1 : nil
        }
        tellIfGone(end, &outbox)
    }

    /// A connection is no longer on its way.
    ///
    /// The word of it and the word that it was sent come from two ranks, and so in any order, unless it was sent on this one.
    private mutating func settle(_ token: UInt64, at end: Int, rank: Int32) {
        guard ends[end].reservations.remove(token) == nil, token != 0,
            !ReservationToken.isFrom(rank: rank, token)
        else { return }
        ends[end].settled.insert(token)
    }

    /// When an end has no holder left, those who wait at the other one hear of it.
    private mutating func tellIfGone(_ end: Int, _ outbox: inout Outbox) {
        guard ends[end].isGone else { return }
        let far = 1 - end
        closeLane(to: far, &outbox)
        closeLane(to: end, &outbox)
        tellIfOver(far, &outbox)
        for waiter in ends[end].senders.popAll() { outbox.reply(to: waiter, .closed) }
        if ends[far].isGone { outbox.isFinished = true }
    }

    // MARK: The end of waits

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for end in ends.indices {
            for waiter in ends[end].receivers.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
            for waiter in ends[end].senders.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
            for waiter in ends[end].roomWaiters.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
            for waiter in ends[end].pollers.popExpired(at: now) { outbox.reply(to: waiter, argument: 0) }
        }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        for end in ends.indices {
            let waiter =
                ends[end].receivers.pop(correlation, of: source) ?? ends[end].senders.pop(
                    correlation,
                    of: source
                )
                ?? ends[end].pollers.pop(correlation, of: source)
                ?? ends[end].roomWaiters.pop(correlation, of: source)
            if let waiter { outbox.reply(to: waiter, .timedOut) }
        }
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        for index in ends.indices {
            ends[index].receivers.forget(end.address)
            ends[index].pollers.forget(end.address)
            ends[index].senders.forget(end.address)
            // Everything that it had to say has come before.
            ends[index].settled = ends[index].settled.filter { !ReservationToken.isFrom(end.address, $0) }
            let unread = ends[index].deliveries.removeAll(of: end.address)
            let wasHolder = ends[index].holders.removeValue(forKey: end.address) != nil
            ends[index].roomWaiters.forget(end.address)
            if ends[index].lane.isOf(end.address) { emptyLane(to: index, outbox) }
            giveBack(unread, to: index, &outbox)
            serve(index, &outbox)
            if wasHolder { tellIfGone(index, &outbox) }
        }
    }

    private mutating func giveBack(_ unread: [Backlog.Item], to end: Int, _ outbox: inout Outbox) {
        guard !unread.isEmpty else { return }
        if !ends[end].isGone {
            // What comes back is older than what is in the lane.
            emptyLane(to: end, outbox)
            ends[end].backlog.putBack(unread)
            serve(end, &outbox)
        }
        tellIfOver(end, &outbox)
    }

    /// What came back because its receiver has ended may have been given back before, by the news of that end.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {
        for end in ends.indices {
            guard let unread = ends[end].deliveries.remove(reply.correlation, of: reply.source) else {
                continue
            }
            giveBack(unread, to: end, &outbox)
        }
    }

    var nextDeadline: ContinuousClock.Instant? {
        ends.reduce(nil) { moment, end in
            earliest(
                moment,
                earliest(
                    end.receivers.nextDeadline,
                    earliest(
                        earliest(end.senders.nextDeadline, end.roomWaiters.nextDeadline),
                        end.pollers.nextDeadline
                    )
                )
            )
        }
    }
}

extension PipeService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "pipe"
        let inLanes = ends.map { $0.lane.unread }
        picture.itemCount = ends.reduce(0) { $0 + $1.backlog.count } + inLanes.reduce(0) { $0 + $1.count }
        picture.byteCount =
            ends.reduce(0) { $0 + $1.backlog.byteCount } + inLanes.reduce(0) { $0 + $1.byteCount }
        for end in ends {
            picture.add(end.receivers.addresses, waitingTo: "receive")
            picture.add(end.senders.addresses, waitingTo: "send")
            picture.add(end.roomWaiters.addresses, waitingTo: "send")
            picture.add(end.pollers.addresses, waitingTo: "poll")
        }
    }
}
