/// What a Host does for the pools whose workers it has.
extension Host {
    /// Sends the pool what a worker's journal says, in the worker's name.
    func sendJournal(_ journal: JournalMemory, of process: HostedProcess) {
        var body: [UInt8] = []
        PoolWire.append(journal.ticket, to: &body)
        PoolWire.append(journal.job, to: &body)
        PoolWire.append(journal.runningIndex.map { $0 &+ 1 } ?? 0, to: &body)
        body.append(contentsOf: journal.entries)
        tellPool(of: process.order, .journal, from: process.address, body: body)
    }

    /// Takes back from a worker what it has not begun, and tells the pool what is still the worker's.
    func takeBack(_ frame: Frame) {
        guard let request = frame.withBody({ PoolTakeBack($0) }), let process = processes[request.worker],
            let journal = process.journal, frame.source == process.order.parent
        else { return }
        let claim = journal.changeClaim(of: request.ticket) {
            $0.reduced(for: request.ticket, count: request.count, toBegun: request.takesAll)
        }
        sendSnapshot(of: journal, request.ticket, of: process)
        var body: [UInt8] = []
        PoolWire.append(UInt64(claim.begun), to: &body)
        PoolWire.append(UInt64(claim.limit), to: &body)
        tellPool(
            of: process.order,
            .takenBack,
            from: process.address,
            argument: request.ticket.rawValue,
            body: body
        )
    }

    /// Sends the pool the results that a worker has not sent yet: it may be stopped, or be at something long.
    private func sendSnapshot(of journal: JournalMemory, _ ticket: PoolTicket, of process: HostedProcess) {
        guard let (job, entries) = journal.snapshot(of: ticket) else { return }
        var body: [UInt8] = []
        PoolWire.append(job, to: &body)
        PoolWire.append(AssignmentProgress.underWay.rawValue, to: &body)
        body.append(contentsOf: entries)
        tellPool(
            of: process.order,
            .chunkResults,
            from: process.address,
            argument: ticket.rawValue,
            body: body
        )
    }

    /// Sends a notice to the pool that a worker belongs to.
    func tellPool(
        of order: ProcessOrder,
        _ operation: Operation,
        from source: Address,
        correlation: UInt64 = 0,
        argument: UInt64 = 0,
        body: [UInt8] = [],
        text: String = ""
    ) {
        var frame = Frame(
            .notice,
            code: operation.rawValue,
            from: source,
            to: order.parent,
            correlation: correlation,
            argument: argument,
            reserving: body.count + text.utf8.count
        )
        frame.bytes.append(contentsOf: body)
        frame.bytes.append(contentsOf: text.utf8)
        frame.seal()
        send(frame)
    }
}
