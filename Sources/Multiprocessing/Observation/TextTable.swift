/// Rows of text in columns, for terminals.
package enum TextTable {
    /// A line for each row, with its end; two spaces are between columns, and columns are right-aligned unless named.
    ///
    /// A row may be shorter than the others.
    package static func text(_ rows: [[String]], leftAligned: Set<Int> = []) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                if column > 0 { line += "  " }
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                let isLast = column == row.count - 1
                line += leftAligned.contains(column) ? cell + (isLast ? "" : padding) : padding + cell
            }
            return line + "\n"
        }.joined()
    }
}

/// Numbers as people read them.
package enum Amount {
    /// `812 B`, `1.5 KiB`, `2.0 GiB`.
    package static func bytes(_ count: Int) -> String {
        guard count >= 1024 else { return "\(count) B" }
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var (value, unit) = (Double(count) / 1024, 0)
        while value >= 1023.95, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return "\(tenths(value)) \(units[unit])"
    }

    /// Nanoseconds as `1.500 s`.
    package static func seconds(_ nanoseconds: UInt64) -> String {
        let milliseconds = nanoseconds / 1_000_000
        let rest = "\(milliseconds % 1000)"
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest + " s"
    }

    /// A number with one decimal.
    package static func tenths(_ number: Double) -> String {
        let tenths = Int((min(max(number, 0), 1e12) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
