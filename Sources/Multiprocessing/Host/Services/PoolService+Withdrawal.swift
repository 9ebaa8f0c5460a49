internal import DequeModule

/// Jobs that are no longer wanted.
extension PoolService {
    /// Ends a job: what of it has not begun never will.
    mutating func cancelJob(_ number: UInt64, _ outbox: inout Outbox) {
        guard let ledger = jobs.removeValue(forKey: number) else { return }
        outbox.reply(to: ledger.client, .timedOut)
        closePassages(of: number, ledger, &outbox)
        refuseWithdrawals(of: number, &outbox)
        takeBackEverything(ofJob: number, &outbox)
        assign(&outbox)
    }

    mutating func takeBackEverything(ofJob number: UInt64, _ outbox: inout Outbox) {
        for worker in roster.addresses {
            for assignment in roster[worker]?.assignments ?? []
            where assignment.job == number && assignment.perhapsUnbegun > 0 {
                takeBack(
                    .init(worker: worker, ticket: assignment.ticket, count: assignment.limit, takesAll: true),
                    &outbox
                )
            }
        }
    }

    /// Withdraws a job of one task unless it has begun, which its worker may have to be asked for.
    mutating func withdrawJob(_ request: Request, _ outbox: inout Outbox) {
        guard let number = job(of: request.source, request.argument), let ledger = jobs[number],
            ledger.taskCount == 1
        else { return outbox.reply(to: request, argument: 0) }
        withdrawals[number, default: []].append(request.waiter)
        guard !isQueued(number) else { return grantWithdrawals(of: number, &outbox) }
        var isAsked = false
        for worker in roster.addresses {
            for assignment in roster[worker]?.assignments ?? []
            where assignment.job == number && assignment.perhapsUnbegun > 0 {
                takeBack(
                    .init(worker: worker, ticket: assignment.ticket, count: assignment.limit, takesAll: true),
                    &outbox
                )
                isAsked = true
            }
        }
        if !isAsked { refuseWithdrawals(of: number, &outbox) }
    }

    private func isQueued(_ number: UInt64) -> Bool { queue.contains { $0.job == number } }

    /// The job's task has not begun: those who want to withdraw it can.
    mutating func grantWithdrawals(of number: UInt64, _ outbox: inout Outbox) {
        guard let waiters = withdrawals.removeValue(forKey: number) else { return }
        // The job's end comes first: whoever hears that it was withdrawn finds it ended.
        if let ledger = jobs.removeValue(forKey: number) {
            outbox.reply(to: ledger.client, .timedOut)
            closePassages(of: number, ledger, &outbox)
        }
        for waiter in waiters { outbox.reply(to: waiter, argument: 1) }
        queue.removeAll { $0.job == number }
        if isClosed { dismissIdleWorkers(&outbox) }
    }

    /// The job has begun, or is gone.
    mutating func refuseWithdrawals(of number: UInt64, _ outbox: inout Outbox) {
        for waiter in withdrawals.removeValue(forKey: number) ?? [] { outbox.reply(to: waiter, argument: 0) }
    }

    /// Withdraws every job of which nothing has been handed out.
    mutating func withdrawAll(_ request: Request, _ outbox: inout Outbox) {
        for number in jobs.keys.sorted() where jobs[number]?.isBegun == false { cancelJob(number, &outbox) }
        outbox.reply(to: request)
    }

    /// 0: it waits, 1: a worker has been given something of it, 2: it is gone.
    mutating func reportState(_ request: Request, _ outbox: inout Outbox) {
        guard let number = job(of: request.source, request.argument), let ledger = jobs[number] else {
            return outbox.reply(to: request, argument: 2)
        }
        outbox.reply(to: request, argument: ledger.isBegun ? 1 : 0)
    }
}
