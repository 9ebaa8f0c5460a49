internal import HeapModule

/// What a Host looks at when its time comes.
extension Host {
    func expireTimers() {
        if let killDeadline, killDeadline <= now {
            self.killDeadline = nil
            killEverything()
        }
        if let deadline = supply.deadline, deadline <= now { adjustSpares() }
        watchRanks()
        while let timer = timers.min, timer.deadline <= now {
            timers.removeMin()
            guard armed[timer.serial] == timer.deadline else { continue }
            armed[timer.serial] = nil
            if let place = services[timer.serial] {
                var outbox = Outbox(service: address(ofService: timer.serial))
                place.service.expire(now: now, &outbox)
                finish(outbox)
                arm(timer.serial, at: place.service.nextDeadline)
            } else if let process = processes[timer.serial] {
                var outbox = Outbox(service: .host(ofRank: setup.rank))
                for waiter in process.joiners.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
                finish(outbox)
                arm(timer.serial, at: process.joiners.nextDeadline)
            } else if timer.serial == mainEndpoint.address.serial {
                var outbox = Outbox(service: .host(ofRank: setup.rank))
                for waiter in mainJoiners.popExpired(at: now) { outbox.reply(to: waiter, .timedOut) }
                finish(outbox)
                arm(timer.serial, at: mainJoiners.nextDeadline)
            }
        }
    }

    /// Makes sure that something is looked at when its time comes.
    func arm(_ serial: UInt32, at deadline: ContinuousClock.Instant?) {
        guard let deadline else { return }
        if let known = armed[serial], known <= deadline { return }
        armed[serial] = deadline
        timers.insert(Timer(deadline: deadline, serial: serial))
        // Those that have lost their meaning would otherwise stay until their time comes, which may be long.
        if timers.count > 2 * armed.count + Host.maximumIdleTimers {
            timers = Heap(armed.map { Timer(deadline: $1, serial: $0) })
        }
    }

    /// Something is no longer looked at.
    func disarm(_ serial: UInt32) { armed[serial] = nil }

    /// How many timers without a meaning are left alone.
    private static let maximumIdleTimers = 64
    /// How many there are.
    var timerCount: Int { timers.count }
}
