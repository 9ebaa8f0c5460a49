internal import MessageCoding

/// A store, as its Host sees it: its contents, who is in the middle of changing them, and those who wait for that to end.
///
/// No code of the user's runs in a Host. An update is done by the process that wants it, between `begin` and `commit`; if that
/// process ends in between nothing has changed, and the next one has its turn.
struct StoreService: Service {
    private var store: Store
    /// The process in the middle of an update, and the number by which it knows the update.
    private var holder: (process: Address, update: UInt64)?
    private var waiting = WaitingList<StoreRequest>()

    init(_ store: Store) { self.store = store }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        guard operation == .store,
            let wanted = try? request.frame.withBody({
                try MessageDecoder().decode(StoreRequest.self, from: $0)
            })
        else { return outbox.reply(to: request, .malformed) }
        switch wanted {
        case .commit(let command):
            guard let holder, holder.process == request.source, holder.update == request.argument else {
                return outbox.reply(to: request, .malformed)
            }
            answer(store.perform(command), to: request.waiter, &outbox)
            release(&outbox)
        case .abandon:
            guard let holder, holder.process == request.source, holder.update == request.argument else {
                return
            }
            release(&outbox)
        case .perform, .begin:
            if holder == nil {
                take(wanted, of: request.waiter, &outbox)
            } else if request.timeout == .zero {
                outbox.reply(to: request, .timedOut)
            } else if request.wantsReply {
                waiting.append(request.waiter, wanted)
            }
        }
    }

    private mutating func take(_ request: StoreRequest, of waiter: Waiter, _ outbox: inout Outbox) {
        switch request {
        case .perform(let command): answer(store.perform(command), to: waiter, &outbox)
        case .begin(let command):
            let read = store.perform(command)
            // Without something to start from there is no update: nobody would end it.
            if !read.isRefusal { holder = (waiter.address, waiter.correlation) }
            answer(read, to: waiter, &outbox)
        case .commit, .abandon: break
        }
    }

    private mutating func answer(_ answer: StoreAnswer, to waiter: Waiter, _ outbox: inout Outbox) {
        do {
            outbox.reply(to: waiter, argument: waiter.correlation, body: try MessageEncoder().encode(answer))
        } catch {
            outbox.reply(to: waiter, .failed, body: Array("\(error)".utf8))
        }
    }

    /// The update is over: those who have waited have their turn, until one of them begins an update.
    private mutating func release(_ outbox: inout Outbox) {
        holder = nil
        while holder == nil, let next = waiting.popFirst() { take(next.item, of: next.waiter, &outbox) }
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for waiter in waiting.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        if let waiter = waiting.pop(correlation, of: source) { outbox.reply(to: waiter, .timedOut) }
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        waiting.forget(end.address)
        if holder?.process == end.address { release(&outbox) }
    }

    var nextDeadline: ContinuousClock.Instant? { waiting.nextDeadline }
}

extension StoreService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "shared state"
        if let holder { picture.state = "changed by \(holder.process)" }
        picture.add(waiting.addresses, waitingTo: "use it")
    }
}
