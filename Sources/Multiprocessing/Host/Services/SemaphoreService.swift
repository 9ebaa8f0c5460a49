/// A semaphore, as its Host sees it: how many permits are there, who has taken some, who waits for one.
///
/// A permit has no owner: as in Python, whoever likes releases. So what a process that has died still had can
/// only be estimated. Where those who acquire also release, all that it has not released is given back. Where some acquire
/// and others release, as for signals, every release by a process that has acquired nothing speaks for a permit that will
/// not be released by its acquirer, and that much less is given back.
struct SemaphoreService: Service {
    /// The greatest value, as of a POSIX semaphore.
    static let maximumValue = Int(Int32.max)

    private let initialValue: Int
    private let isBounded: Bool
    private var value: Int
    /// How many permits each process has acquired and not released.
    private var holdings: [Address: Int] = [:]
    /// How many permits were released by processes that had none.
    private var surplus = 0
    /// How many permits were given back for the dead: if others release these after all, they count once.
    private var returnedCount = 0
    /// Empty whenever there are permits.
    private var waiters = WaitingList<Void>()

    init(value: Int, isBounded: Bool) {
        initialValue = min(max(0, value), SemaphoreService.maximumValue)
        self.value = initialValue
        self.isBounded = isBounded
    }

    private var limit: Int { isBounded ? initialValue : SemaphoreService.maximumValue }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .acquireSemaphore:
            if value == 0, request.timeout == .zero {
                outbox.reply(to: request, .timedOut)
            } else {
                waiters.append(request.waiter)
                grant(&outbox)
            }
        case .releaseSemaphore: release(request, &outbox)
        case .semaphoreState: outbox.reply(to: request, argument: UInt64(value))
        default: outbox.reply(to: request, .malformed)
        }
    }

    private mutating func release(_ request: Request, _ outbox: inout Outbox) {
        let isOwn = holdings[request.source] != nil
        if !isOwn, returnedCount > 0 {
            // On behalf of one that has died, whose permit is here already.
            returnedCount -= 1
            return outbox.reply(to: request)
        }
        guard value < limit else {
            let text = "it was released more often than acquired: its value is \(value) already"
            return outbox.reply(to: request, .misused, body: Array(text.utf8))
        }
        if isOwn {
            take(1, from: request.source)
        } else {
            surplus += 1
        }
        outbox.reply(to: request)
        value += 1
        grant(&outbox)
    }

    /// Gives permits to those who wait, first come, first served.
    private mutating func grant(_ outbox: inout Outbox) {
        while value > 0, let (waiter, _) = waiters.popFirst() {
            value -= 1
            holdings[waiter.address, default: 0] += 1
            outbox.reply(to: waiter, argument: SemaphoreService.permitMark)
        }
    }

    private mutating func take(_ count: Int, from holder: Address) {
        let rest = holdings[holder, default: 0] - count
        holdings[holder] = rest > 0 ? rest : nil
    }

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        for waiter in waiters.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        guard let waiter = waiters.pop(correlation, of: source) else { return }
        outbox.reply(to: waiter, .timedOut)
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        waiters.forget(end.address)
        // One that ended well has left its permits to others on purpose, as in Python.
        guard end.status != .exited(0), let count = holdings[end.address], count > surplus else { return }
        let returned = count - surplus
        take(returned, from: end.address)
        returnedCount += returned
        value += returned
        grant(&outbox)
    }

    /// A permit that did not come to its receiver, which had ended.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {
        // If the news of its end came first, the permit may be back already.
        guard reply.argument == SemaphoreService.permitMark, holdings[reply.source] != nil else { return }
        take(1, from: reply.source)
        value += 1
        grant(&outbox)
    }

    /// What the argument of a reply says that gives a permit.
    static let permitMark: UInt64 = 0x7065_726d_6974

    var nextDeadline: ContinuousClock.Instant? { waiters.nextDeadline }
}

extension SemaphoreService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "semaphore"
        picture.itemCount = value
        picture.add(waiters.addresses, waitingTo: "acquire")
    }
}
