/// How a job ended, and what it printed.
public struct RankJobResult: Sendable {
    /// How the launcher, or the plain process, ended.
    public var status: JobStatus
    /// Whether the time limit passed and the job was ended because of it.
    public var timedOut: Bool
    /// From the start to the end of the launcher or the plain process.
    public var duration: Duration
    /// The command line, quoted so that a shell could run it.
    public var commandLine: String
    /// All lines of both streams in the order in which they came.
    public var lines: [OutputLine]
    /// Processes of the job that were still alive when it should long have been gone.
    ///
    /// `RankJob.settlingTime` says how long they have; then they are killed.
    public var leftBehind: [LiveProcess]

    /// Whether the job ended by itself, in time, with status 0.
    public var isSuccess: Bool {
        status.isSuccess && !timedOut
    }

    /// What was printed on both streams, in the order in which it came.
    public var output: String {
        Self.text(lines)
    }

    /// What was printed on standard output.
    public var standardOutput: String {
        Self.text(lines.filter { $0.stream == .output })
    }

    /// What was printed on standard error.
    public var standardError: String {
        Self.text(lines.filter { $0.stream == .error })
    }

    /// What one rank printed on both streams; empty unless the job tags its output.
    ///
    /// - Parameter rank: A rank.
    /// - Returns: Its lines, each with a line end.
    public func output(ofRank rank: Int) -> String {
        Self.text(lines.filter { $0.rank == rank })
    }

    private static func text(_ lines: [OutputLine]) -> String {
        lines.map { $0.text + "\n" }.joined()
    }
}

extension RankJobResult {
    /// Everything there is to know, for the message of a failed test: what was run, how it ended, what is left
    /// of it, and every line, rank by rank if the ranks are known.
    public var report: String {
        var parts = ["$ \(commandLine)", outcome]
        if !leftBehind.isEmpty {
            parts.append("left behind and killed:\n" + leftBehind.map { "    \($0)" }.joined(separator: "\n"))
        }
        let ranks = Set(lines.compactMap(\.rank)).sorted()
        if ranks.isEmpty {
            parts.append(Self.section(of: lines, titled: "output"))
        } else {
            let untagged = lines.filter { $0.rank == nil }
            if !untagged.isEmpty { parts.append(Self.section(of: untagged, titled: "launcher")) }
            for rank in ranks {
                parts.append(Self.section(of: lines.filter { $0.rank == rank }, titled: "rank \(rank)"))
            }
        }
        return parts.joined(separator: "\n")
    }

    private var outcome: String {
        let tenths = (duration / .milliseconds(100)).rounded() / 10
        return timedOut
            ? "out of time after \(tenths) s; it was ended: \(status)"
            : "ended after \(tenths) s: \(status)"
    }

    private static func section(of lines: [OutputLine], titled title: String) -> String {
        guard !lines.isEmpty else { return "\(title): nothing" }
        let text = lines.map { line in
            (line.stream == .error ? "  ! " : "  | ") + line.text
        }
        return "\(title):\n" + text.joined(separator: "\n")
    }
}
