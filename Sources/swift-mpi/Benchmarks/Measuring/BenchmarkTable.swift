/// Records as a table for people.
struct BenchmarkTable {
    var records: [BenchmarkRecord]

    /// The lines of the table, columns aligned.
    var lines: [String] {
        let percents = BenchmarkRecord.percents.filter { percent in
            records.contains { record in record.percentiles.contains { $0.percent == percent } }
        }
        var rows = [
            ["case", "median", "quartiles"] + percents.map { "p\(BenchmarkRecord.text(ofPercent: $0))" }
        ]
        rows += records.map { row($0, percents) }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + padding : padding + row[column]
            }
            .joined(separator: "   ")
        }
    }

    private func row(_ record: BenchmarkRecord, _ percents: [Double]) -> [String] {
        let statistics = SampleStatistics(record.samples)
        let quartiles = statistics.quartiles.map {
            "\(record.unit.text($0.lower)) … \(record.unit.text($0.upper))"
        }
        return [record.name, statistics.median.map(record.unit.text) ?? "", quartiles ?? ""]
            + percents.map { percent in
                record.percentiles.first { $0.percent == percent }.map { record.unit.text($0.value) } ?? ""
            }
    }
}
