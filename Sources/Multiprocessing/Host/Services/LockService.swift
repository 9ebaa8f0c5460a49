internal import DequeModule
internal import MessageCoding

/// A lock, as its Host sees it: who holds it, who wants it in which order, and who waits for a condition under it.
///
/// Conditions are part of their lock, so that letting go of it and beginning to wait is one step.
struct LockService: Service {
    /// Who holds or wants the lock: a process, and of a reentrant lock the task or thread in it.
    private struct Owner: Hashable {
        let process: Address
        let number: UInt64
    }

    private struct Hold {
        let owner: Owner
        var depth: Int
        /// The request that was answered with the lock.
        let grant: UInt64
        /// Which loss its holder was told of.
        let told: LostHolder?
    }

    /// A wish for the lock, or a wait for a condition that will end in such a wish.
    private struct Claim {
        enum Purpose: Equatable {
            case acquisition(reportsLoss: Bool)
            /// Takes the lock again after a wait for a condition.
            case resumption(condition: UInt64, wasNotified: Bool)
        }
        var waiter: Waiter
        let owner: Owner
        var depth = 1
        var purpose: Purpose

        var isAcquisition: Bool {
            if case .acquisition = purpose { return true }
            return false
        }
    }

    let isReentrant: Bool
    private var hold: Hold?
    /// Empty whenever nobody holds the lock.
    private var claims: Deque<Claim> = []
    /// Those who wait, by condition, in order; no list is empty.
    private var waits: [UInt64: Deque<Claim>] = [:]
    private var lastCondition: UInt64 = 0
    /// The last holder that ended, until somebody has been told.
    private var loss: LostHolder?
    /// Whether nobody has held the lock since its holder ended.
    private var isFreedByLoss = false

    init(isReentrant: Bool) { self.isReentrant = isReentrant }

    mutating func handle(_ operation: Operation, _ request: inout Request, _ outbox: inout Outbox) {
        switch operation {
        case .acquireLock: acquire(request, &outbox)
        case .releaseLock: release(request, &outbox)
        case .makeCondition:
            lastCondition &+= 1
            outbox.reply(to: request, argument: lastCondition)
        case .waitForCondition, .notifyCondition:
            guard
                let call = try? request.frame.withBody({
                    try MessageDecoder().decode(ConditionCall.self, from: $0)
                })
            else { return outbox.reply(to: request, .malformed) }
            if operation == .waitForCondition {
                wait(request, call, &outbox)
            } else {
                notify(request, call, &outbox)
            }
        default: outbox.reply(to: request, .malformed)
        }
    }

    private func owner(_ number: UInt64, of process: Address) -> Owner {
        Owner(process: process, number: isReentrant ? number : 0)
    }

    // MARK: Holding

    private mutating func acquire(_ request: Request, _ outbox: inout Outbox) {
        let owner = owner(request.argument >> 1, of: request.source)
        if isReentrant, hold?.owner == owner {
            hold?.depth += 1
            outbox.reply(to: request)
        } else if hold != nil, request.timeout == .zero {
            outbox.reply(to: request, .timedOut)
        } else {
            let purpose = Claim.Purpose.acquisition(reportsLoss: request.argument & 1 == 1)
            claims.append(Claim(waiter: request.waiter, owner: owner, purpose: purpose))
            grant(&outbox)
        }
    }

    private mutating func release(_ request: Request, _ outbox: inout Outbox) {
        guard let holder = hold?.owner else {
            // Who releases on behalf of a holder that has ended is too late, but not wrong.
            guard !isReentrant, isFreedByLoss else {
                return outbox.reply(to: request, .misused, body: Array("nobody holds it".utf8))
            }
            isFreedByLoss = false
            return outbox.reply(to: request)
        }
        if isReentrant {
            guard holder == owner(request.argument >> 1, of: request.source) else {
                return outbox.reply(to: request, .misused, body: Array(LockService.heldByOthers.utf8))
            }
            hold?.depth -= 1
        }
        outbox.reply(to: request)
        guard !isReentrant || hold?.depth == 0 else { return }
        hold = nil
        grant(&outbox)
    }

    private static let heldByOthers = "it is held by another process, thread or task"

    /// Gives the lock, if it is free, to the one who has wanted it longest.
    private mutating func grant(_ outbox: inout Outbox) {
        guard hold == nil, let claim = claims.popFirst() else { return }
        isFreedByLoss = false
        var told: LostHolder?
        switch claim.purpose {
        case .acquisition(let reportsLoss):
            if reportsLoss { told = loss.take() }
            let body = told.flatMap { try? MessageEncoder().encode($0) } ?? []
            outbox.reply(to: claim.waiter, body: body)
        case .resumption(let condition, let wasNotified):
            outbox.reply(to: claim.waiter, wasNotified ? .done : .timedOut, argument: condition)
        }
        hold = Hold(owner: claim.owner, depth: claim.depth, grant: claim.waiter.correlation, told: told)
    }

    // MARK: Conditions

    private mutating func wait(_ request: Request, _ call: ConditionCall, _ outbox: inout Outbox) {
        let owner = owner(call.owner, of: request.source)
        guard let hold, hold.owner == owner else {
            return outbox.reply(to: request, .misused, body: Array("its lock has to be held".utf8))
        }
        let condition = request.argument
        let claim = Claim(
            waiter: request.waiter,
            owner: owner,
            depth: hold.depth,
            purpose: .resumption(condition: condition, wasNotified: false)
        )
        if request.timeout == .zero {
            resume(claim, wasNotified: false)
        } else {
            waits[condition, default: []].append(claim)
        }
        self.hold = nil
        grant(&outbox)
    }

    private mutating func notify(_ request: Request, _ call: ConditionCall, _ outbox: inout Outbox) {
        guard hold?.owner == owner(call.owner, of: request.source) else {
            return outbox.reply(to: request, .misused, body: Array("its lock has to be held".utf8))
        }
        notify(request.argument, atMost: call.count)
        outbox.reply(to: request)
    }

    /// Ends the waits of those who have waited longest; they take the lock again in their turn.
    private mutating func notify(_ condition: UInt64, atMost limit: UInt64) {
        var count: UInt64 = 0
        while count < limit, let claim = waits[condition]?.popFirst() {
            count += 1
            resume(claim, wasNotified: true)
        }
        if waits[condition]?.isEmpty == true { waits[condition] = nil }
    }

    /// A wait is over, but its call does not return without the lock, however long that takes.
    private mutating func resume(_ wait: Claim, wasNotified: Bool) {
        guard case .resumption(let condition, _) = wait.purpose else { return }
        var claim = wait
        claim.waiter = Waiter(
            address: wait.waiter.address,
            correlation: wait.waiter.correlation,
            deadline: nil
        )
        claim.purpose = .resumption(condition: condition, wasNotified: wasNotified)
        claims.append(claim)
    }

    // MARK: Waits that end

    mutating func expire(now: ContinuousClock.Instant, _ outbox: inout Outbox) {
        endWaits(&outbox) { waiter in
            guard let deadline = waiter.deadline else { return false }
            return deadline <= now
        }
    }

    mutating func cancel(_ correlation: UInt64, of source: Address, _ outbox: inout Outbox) {
        endWaits(&outbox) { $0.correlation == correlation && $0.address == source }
    }

    private mutating func endWaits(_ outbox: inout Outbox, where isOver: (Waiter) -> Bool) {
        for claim in claims.remove(where: { $0.isAcquisition && isOver($0.waiter) }) {
            outbox.reply(to: claim.waiter, .timedOut)
        }
        for claim in removeWaits(where: isOver) { resume(claim, wasNotified: false) }
        grant(&outbox)
    }

    private mutating func removeWaits(where isOver: (Waiter) -> Bool) -> [Claim] {
        var removed: [Claim] = []
        for condition in waits.keys.sorted() {
            removed += waits[condition]?.remove(where: { isOver($0.waiter) }) ?? []
            if waits[condition]?.isEmpty == true { waits[condition] = nil }
        }
        return removed
    }

    mutating func processEnded(_ end: ProcessEnd, _ outbox: inout Outbox) {
        _ = removeWaits { $0.address == end.address }
        let lost = claims.remove { $0.waiter.address == end.address }
        if hold?.owner.process == end.address {
            loss = LostHolder(end)
            isFreedByLoss = true
            hold = nil
        }
        for claim in lost { passOn(claim.purpose) }
        grant(&outbox)
    }

    /// A process ended before its lock came to it: it has done nothing with it, and slept through what it was notified of.
    mutating func takeBack(_ reply: Frame, _ outbox: inout Outbox) {
        // A reply says with its argument which condition was waited for; the numbers begin with 1.
        if reply.argument > 0 { notify(reply.argument, atMost: 1) }
        if let hold, hold.owner.process == reply.source, hold.grant == reply.correlation {
            loss = loss ?? hold.told
            self.hold = nil
        }
        grant(&outbox)
    }

    /// Has somebody else notified in place of one who cannot take note of it any more.
    private mutating func passOn(_ purpose: Claim.Purpose) {
        guard case .resumption(let condition, wasNotified: true) = purpose else { return }
        notify(condition, atMost: 1)
    }

    var nextDeadline: ContinuousClock.Instant? {
        let limited = claims.lazy.compactMap { $0.waiter.deadline }.min()
        return waits.values.reduce(limited) { moment, wait in
            earliest(moment, wait.lazy.compactMap { $0.waiter.deadline }.min())
        }
    }
}

extension Deque {
    /// Removes and returns the elements for which it holds.
    fileprivate mutating func remove(where isOver: (Element) -> Bool) -> [Element] {
        var removed: [Element] = []
        removeAll { element in
            let matches = isOver(element)
            if matches { removed.append(element) }
            return matches
        }
        return removed
    }
}

/// What a condition is asked with the lock's owner in the calling process, whose lock it has to be.
struct ConditionCall: Codable {
    var owner: UInt64
    /// How many to notify.
    var count: UInt64 = 0
}

extension LockService: Portrayable {
    func portray(_ picture: inout ServicePicture) {
        picture.kind = "lock"
        if let hold { picture.state = "held by \(hold.owner.process)" }
        picture.add(claims.map { $0.owner.process }, waitingTo: "acquire")
        for condition in waits.keys.sorted() {
            picture.add((waits[condition] ?? []).map { $0.owner.process }, waitingTo: "be notified")
        }
    }
}
