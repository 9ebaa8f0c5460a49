import Multiprocessing

/// A picture of a running program as text for a terminal.
struct PictureText {
    let picture: JobPicture
    /// The picture before it, to which rates refer.
    let previous: JobPicture?

    init(_ picture: JobPicture, since previous: JobPicture?) {
        (self.picture, self.previous) = (picture, previous)
    }

    var text: String {
        var parts = [ranks, processes]
        if let services { parts.append(services) }
        if let pools { parts.append(pools) }
        if let links { parts.append(links) }
        return parts.joined(separator: "\n")
    }

    // MARK: Ranks

    private var ranks: String {
        var rows = [["RANK", "HOST", "PROCESSES", "STARTED", "ENDED", "KILLED", "MESSAGES", "BYTES"]]
        for rank in picture.ranks {
            let tally = rank.tally
            rows.append([
                "\(rank.rank)", rank.host, "\(rank.processes.count - 1 + rank.omittedProcesses)",
                "\(tally.startedProcesses)", "\(tally.endedProcesses)", "\(tally.killedProcesses)",
                "\(tally.messages.count)", Amount.bytes(tally.messages.byteCount),
            ])
        }
        var text = TextTable.text(rows, leftAligned: [1])
        let known = Set(picture.ranks.map(\.rank))
        let missing = (0..<picture.rankCount).filter { !known.contains($0) }
        if !missing.isEmpty {
            text += "no answer: rank \(missing.map { "\($0)" }.joined(separator: ", "))\n"
        }
        return text
    }

    /// For how many seconds a rank was left alone between the pictures.
    private func seconds(of rank: RankPicture) -> Double? {
        guard let before = previous?.ranks.first(where: { $0.rank == rank.rank }), before.time < rank.time
        else { return nil }
        return Double(rank.time - before.time) / 1e9
    }

    // MARK: Processes

    private var processes: String {
        let waits = picture.waits
        var rows = [["PROCESS", "NAME", "PID", "S", "CPU", "MEMORY", "SENT", "RECEIVED", "WAITS TO"]]
        for rank in picture.ranks {
            let seconds = seconds(of: rank)
            let before = previous?.ranks.first { $0.rank == rank.rank }
            for process in rank.processes {
                let earlier = before?.processes.first {
                    $0.address == process.address && $0.pid == process.pid
                }
                rows.append([
                    process.address, process.name + (process.isDaemon ? " (daemon)" : ""), "\(process.pid)",
                    process.state, processorUse(process, earlier, seconds), Amount.bytes(process.memory),
                    Amount.bytes(process.sent.byteCount), Amount.bytes(process.received.byteCount),
                    waits[process.address] ?? "",
                ])
            }
        }
        let omitted = picture.ranks.reduce(0) { $0 + $1.omittedProcesses }
        return TextTable.text(rows, leftAligned: [1, 3, 8]) + (omitted > 0 ? "and \(omitted) more\n" : "")
    }

    private func processorUse(
        _ process: ProcessPicture,
        _ earlier: ProcessPicture?,
        _ seconds: Double?
    ) -> String {
        guard let earlier, let seconds, earlier.processorTime <= process.processorTime else {
            return Amount.seconds(process.processorTime)
        }
        return Amount.tenths(Double(process.processorTime - earlier.processorTime) / seconds / 1e7) + "%"
    }

    // MARK: Services

    private var services: String? {
        var rows = [["SERVICE", "KIND", "ITEMS", "OF", "BYTES", "WAITERS", "STATE"]]
        for rank in picture.ranks {
            for service in rank.services where service.pool == nil {
                rows.append([
                    "\(rank.rank).\(service.number)", service.kind, service.itemCount.map { "\($0)" } ?? "",
                    service.capacity.map { "\($0)" } ?? "", service.byteCount.map { Amount.bytes($0) } ?? "",
                    "\(service.waiterCount)", service.state,
                ])
            }
        }
        let omitted = picture.ranks.reduce(0) { $0 + $1.omittedServices }
        guard rows.count > 1 || omitted > 0 else { return nil }
        return TextTable.text(rows, leftAligned: [1, 6]) + (omitted > 0 ? "and \(omitted) more\n" : "")
    }

    private var pools: String? {
        var rows = [
            [
                "POOL", "NAME", "WORKERS", "BUSY", "JOBS", "DONE", "FAILED", "UNDER WAY", "WAITING",
                "TASKS/S", "STATE",
            ]
        ]
        for rank in picture.ranks {
            let seconds = seconds(of: rank)
            let before = previous?.ranks.first { $0.rank == rank.rank }
            for service in rank.services {
                guard let pool = service.pool else { continue }
                let earlier = before?.services.first { $0.number == service.number }?.pool
                rows.append([
                    "\(rank.rank).\(service.number)", service.name, "\(pool.workers)", "\(pool.busyWorkers)",
                    "\(pool.jobs)", "\(pool.tasks.done)", "\(pool.tasks.failed)", "\(pool.tasksUnderWay)",
                    "\(pool.tasksWaiting)", rate(pool, earlier, seconds), service.state,
                ])
            }
        }
        return rows.count > 1 ? TextTable.text(rows, leftAligned: [1, 10]) : nil
    }

    private func rate(_ pool: PoolPicture, _ earlier: PoolPicture?, _ seconds: Double?) -> String {
        guard let earlier, let seconds else { return "" }
        let count = pool.tasks.done + pool.tasks.failed - earlier.tasks.done - earlier.tasks.failed
        return Amount.tenths(Double(count) / seconds)
    }

    // MARK: Links

    private var links: String? {
        var rows = [["LINK", "FRAMES", "BYTES"]]
        for rank in picture.ranks {
            for (other, traffic) in rank.tally.sent.enumerated() where traffic.count > 0 {
                rows.append(["\(rank.rank) -> \(other)", "\(traffic.count)", Amount.bytes(traffic.byteCount)])
            }
        }
        return rows.count > 1 ? TextTable.text(rows, leftAligned: [0]) : nil
    }
}
