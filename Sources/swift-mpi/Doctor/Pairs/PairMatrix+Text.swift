extension PairMatrix {
    /// Beyond this many ranks lines would be too long to be read.
    private static let widest = 24

    /// Both matrices, with a star behind what is much slower than the median.
    var text: String {
        let count = latency.count
        guard count > 1 else { return "one rank: there are no pairs to measure" }
        let way = atOnce ? "several pairs at once" : "one pair after another"
        let parts = [
            table("latency in µs, 8 bytes one way (\(way))", latency, .latency),
            table(
                "bandwidth in GB/s, messages of 1 MiB, or 64 KiB where that takes long",
                bandwidth,
                .bandwidth
            ),
        ]
        return parts.joined(separator: "\n\n")
    }

    private func table(_ title: String, _ values: [[Double?]], _ quantity: Outlier.Quantity) -> String {
        let pairs = values.enumerated().flatMap { rank, row in row[(rank + 1)...].compactMap { $0 } }
        let range =
            "least \(Self.number(pairs.min())), median \(Self.number(Self.median(pairs))), "
            + "most \(Self.number(pairs.max()))"
        var lines = ["\(title): \(range)"]
        guard values.count <= Self.widest else {
            return lines[0] + "; --json has all \(pairs.count) pairs"
        }
        let marked = Set(outliers.filter { $0.quantity == quantity }.map(\.pair))
        lines.append(Self.cell("") + values.indices.map { Self.cell("\($0) ") }.joined())
        for (rank, row) in values.enumerated() {
            let cells = row.enumerated().map { other, value in
                let pair = PairSchedule.Pair(low: min(rank, other), high: max(rank, other))
                return Self.cell(Self.number(value) + (marked.contains(pair) ? "*" : " "))
            }
            lines.append(Self.cell("\(rank)") + cells.joined())
        }
        return lines.joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String {
        String(repeating: " ", count: max(1, 9 - text.count)) + text
    }

    static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        guard value < 100 else { return "\(Int(value.rounded()))" }
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    /// The pairs that are much slower, as findings.
    var findings: [Finding] {
        let all = outliers.map { outlier in
            let unit = outlier.quantity == .latency ? "µs" : "GB/s"
            let kind = outlier.isOnOneHost ? "on one host" : "on different hosts"
            return Finding.note(
                "ranks \(outlier.pair.low) and \(outlier.pair.high): \(outlier.quantity.rawValue) \(Self.number(outlier.value)) "
                    + "\(unit), where the median of pairs \(kind) is \(Self.number(outlier.median))",
                cure: outlier.isOnOneHost
                    ? "measure again; see what else runs on their cores, and whether they sit on different sockets "
                        + "(mpirun --report-bindings)"
                    : "measure again; see whether both hosts use the fast network (btl_tcp_if_include), and look at cable, "
                        + "port and load of the host that is in several such pairs"
            )
        }
        guard all.count > 10 else { return all }
        return all.prefix(10) + [.note("\(all.count - 10) more pairs are much slower; --json has them")]
    }
}
