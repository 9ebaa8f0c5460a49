/// One measured case: what a line of JSON says, and a row of the table.
///
/// The programs in C and Python that are compared print the same.
struct BenchmarkRecord {
    /// The benchmark, as on the command line.
    var benchmark: String
    /// What of it was measured, such as the number of bytes of a message.
    var name: String
    var unit: MeasuredUnit
    /// One value for each batch.
    var samples: [Double]
    /// Values below which so many of a hundred single operations lie.
    var percentiles: [(percent: Double, value: Double)] = []
    /// What else is to be known, such as the thread level.
    var notes: [(name: String, value: String)] = []

    /// The percentiles that are told of single operations.
    static let percents = [50, 90, 99, 99.9]

    /// The percentiles of single operations.
    ///
    /// - Parameter single: A value for each operation.
    /// - Returns: A value for each of `percents`; nothing if there was no operation.
    static func percentiles(of single: [Double]) -> [(percent: Double, value: Double)] {
        let statistics = SampleStatistics(single)
        return percents.compactMap { percent in
            statistics.quantile(percent / 100).map { (percent, $0) }
        }
    }

    /// One JSON object in one line.
    var json: String {
        var fields = [
            ("benchmark", Self.quoted(benchmark)),
            ("case", Self.quoted(name)),
            ("unit", Self.quoted(unit.rawValue)),
            ("samples", "[\(samples.map(Self.number).joined(separator: ","))]"),
        ]
        if !percentiles.isEmpty {
            let members = percentiles.map {
                "\(Self.quoted(Self.text(ofPercent: $0.percent))):\(Self.number($0.value))"
            }
            fields.append(("percentiles", "{\(members.joined(separator: ","))}"))
        }
        fields += notes.map { ($0.name, Self.quoted($0.value)) }
        return "{\(fields.map { "\(Self.quoted($0.0)):\($0.1)" }.joined(separator: ","))}"
    }

    /// How a percentile is called: `99`, `99.9`.
    static func text(ofPercent percent: Double) -> String {
        percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
    }

    /// JSON has no word for what is no number.
    private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

    private static func quoted(_ text: String) -> String {
        let hexadecimal = "0123456789abcdef".map { $0 }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 32:
                result += "\\u00\(hexadecimal[Int(scalar.value / 16)])\(hexadecimal[Int(scalar.value % 16)])"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
