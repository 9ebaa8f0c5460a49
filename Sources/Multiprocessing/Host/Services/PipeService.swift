internal import DequeModule

/// A pipe, as its Host sees it: two ends, what is on its way to each, and who holds each end.
///
/// An end is gone when nobody holds it any more: then the other end reads what is left, and after that the end of
/// the stream. A process holds an end from the moment it is given a connection until it lets go of it or ends. Whoever
/// made the pipe holds both ends only until it gives one away, unless it has used that end itself.
struct PipeService: Service {
    private struct End {
        var messages: Deque<Frame> = []
        var messageBytes = 0
        var receivers = WaitingList<Void>()
        var pollers = WaitingList<Void>()
        var senders = WaitingList<Frame>()
        /// How many connections each process has.
        var holders: [Address: Int] = [:]
        /// Connections that are on their way to a process.
        var reservations: Set<UInt64> = []
        /// Whether the maker of the pipe has sent or received through this end.
        var isUsedByMaker = false
        var isGone: Bool { holders.isEmpty && reservations.isEmpty }
    }

    /// What may wait in one direction before a sender has to wait: a pipe is no store.
    private let maximumPendingBytes: Int
    private let isDuplex: Bool
    private let maker: Address
    private var ends: [End]

    init(maker: Address, isDuplex: Bool, maximumPendingBytes: Int = 1 << 20) {
        self.maker = maker
        self.isDuplex = isDuplex
        self.maximumPendingBytes = maximumPendingBytes
        ends = [End(), End()]
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
            receive(&request, at: end, &outbox)
        case .pipePoll:
            poll(&request, at: end, &outbox)
        case .pipeReserve:
            ends[end].reservations.insert(token)
            if request.source == maker, !ends[end].isUsedByMaker { ends[end].holders[maker] = nil }
        case .pipeAttach:
            ends[end].reservations.remove(token)
            ends[end].holders[request.source, default: 0] += 1
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

    private mutating func send(_ request: inout Request, from end: Int, _ outbox: inout Outbox) {
        let far = 1 - end
        guard isDuplex || end == 0 else { return outbox.reply(to: request, .malformed) }
        if ends[far].isGone {
            outbox.reply(to: request, .closed)
        } else if let receiver = ends[far].receivers.popFirst() {
            outbox.reply(to: receiver.waiter, passingOn: request.takeFrame())
            outbox.reply(to: request)
        } else if ends[far].messageBytes < maximumPendingBytes {
            store(request.takeFrame(), at: far, &outbox)
            outbox.reply(to: request)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            ends[far].senders.append(request.waiter, request.takeFrame())
        }
    }

    private mutating func store(_ message: Frame, at end: Int, _ outbox: inout Outbox) {
        ends[end].messages.append(message)
        ends[end].messageBytes += message.bytes.count
        for waiter in ends[end].pollers.popAll() { outbox.reply(to: waiter, argument: 1) }
    }

    private mutating func receive(_ request: inout Request, at end: Int, _ outbox: inout Outbox) {
        if let message = ends[end].messages.popFirst() {
            ends[end].messageBytes -= message.bytes.count
            outbox.reply(to: request.waiter, passingOn: message)
            if ends[end].messageBytes < maximumPendingBytes, let sender = ends[end].senders.popFirst() {
                store(sender.item, at: end, &outbox)
                outbox.reply(to: sender.waiter)
            }
        } else if ends[1 - end].isGone {
            outbox.reply(to: request, .endOfStream)
        } else if request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            ends[end].receivers.append(request.waiter)
        }
    }

    private mutating func poll(_ request: inout Request, at end: Int, _ outbox: inout Outbox) {
        // The end of the stream counts as something to receive, as in Python.
        if !ends[end].messages.isEmpty || ends[1 - end].isGone {
            outbox.reply(to: request, argument: 1)
        } else if request.timeout == .zero {
            outbox.reply(to: request, argument: 0)
        } else {
            ends[end].pollers.append(request.waiter)
        }
    }

    private mutating func release(_ end: Int, token: UInt64, by source: Address, _ outbox: inout Outbox) {
        if token != 0 {
            ends[end].reservations.remove(token)
        } else if let count = ends[end].holders[source] {
            ends[end].holders[source] = count > 1 ? count - 1 : nil
        }
        tellIfGone(end, &outbox)
    }

    /// When an end has no holder left, those who wait at the other one hear of it.
    private mutating func tellIfGone(_ end: Int, _ outbox: inout Outbox) {
        guard ends[end].isGone else { return }
        let far = 1 - end
        for waiter in ends[far].receivers.popAll() { outbox.reply(to: waiter, .endOfStream) }
        for waiter in ends[far].pollers.popAll() { outbox.reply(to: waiter, argument: 1) }
        for waiter in ends[end].senders.popAll() { outbox.reply(to: waiter, .closed) }
        if ends[far].isGone { outbox.isFinished = true }
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for end in ends.indices {
            for waiter in ends[end].receivers.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
            for waiter in ends[end].senders.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
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
            if let waiter { outbox.reply(to: waiter, .timedOut) }
        }
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        for index in ends.indices {
            ends[index].receivers.forget(end.address)
            ends[index].pollers.forget(end.address)
            ends[index].senders.forget(end.address)
            if ends[index].holders.removeValue(forKey: end.address) != nil { tellIfGone(index, &outbox) }
        }
    }

    /// A message whose receiver ended before it came waits for the next one at that end.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {
        guard reply.code == Outcome.done.rawValue, reply.argument & 2 != 0 else { return }
        let end = Int(1 - reply.argument & 1)
        if let receiver = ends[end].receivers.popFirst() {
            outbox.reply(to: receiver.waiter, passingOn: reply)
        } else {
            ends[end].messages.prepend(reply)
            ends[end].messageBytes += reply.bytes.count
        }
    }

    var nextDeadline: ContinuousClock.Instant? {
        ends.reduce(nil) { moment, end in
            earliest(
                moment,
                earliest(
                    end.receivers.nextDeadline,
                    earliest(end.senders.nextDeadline, end.pollers.nextDeadline)
                )
            )
        }
    }
}
