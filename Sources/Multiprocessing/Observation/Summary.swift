/// What each rank did, as a table: printed at the end of a program that is asked for it.
struct Summary {
    /// What a rank's Host reports when it has nothing left to do.
    struct Report: Codable, Equatable, Sendable {
        var rank: Int
        var host: String
        var tally: HostTally
    }

    private(set) var reports: [Int: Report] = [:]

    mutating func note(_ report: Report) { reports[report.rank] = report }

    /// The table, each line with its end; `size` is the number of ranks, of which some may not have reported.
    func text(size: Int) -> String {
        var rows = [
            [
                "rank", "host", "processes", "killed", "tasks", "failed", "messages", "bytes", "frames out",
                "bytes out", "waited", "peak memory",
            ]
        ]
        // The pool of a rank knows what was done on others.
        var tasks: [Int: HostTally.Tasks] = [:]
        for report in reports.values { tasks.merge(report.tally.tasks) { $0 + $1 } }
        for rank in 0..<size {
            guard let report = reports[rank] else {
                rows.append(["\(rank)", "no report"])
                continue
            }
            let tally = report.tally
            let out = tally.sent.reduce(HostTally.Traffic(), +)
            let done = tasks[rank] ?? HostTally.Tasks()
            rows.append(
                [
                    "\(rank)", report.host, "\(tally.startedProcesses)", "\(tally.killedProcesses)",
                    "\(done.done)", "\(done.failed)", "\(tally.messages.count)",
                    Amount.bytes(tally.messages.byteCount),
                    "\(out.count)", Amount.bytes(out.byteCount), Amount.seconds(tally.waited),
                    Amount.bytes(tally.peakMemory << 10),
                ]
            )
        }
        return TextTable.text(rows, leftAligned: [1])
    }
}
