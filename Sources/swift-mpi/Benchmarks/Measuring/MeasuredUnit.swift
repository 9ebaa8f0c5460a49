/// What is measured in.
enum MeasuredUnit: String {
    case seconds = "s"
    case bytesPerSecond = "B/s"
    case perSecond = "1/s"
    case bytes = "B"
    /// A share, a ratio or an exponent.
    case number = "1"

    /// A value in this unit for people, with three digits that count.
    ///
    /// - Parameter value: The value.
    /// - Returns: The number with its unit; a question mark for what is no number.
    func text(_ value: Double) -> String {
        guard value.isFinite else { return "?" }
        switch self {
        case .seconds: return Self.scaled(value, "s", [("n", 1e-9), ("µ", 1e-6), ("m", 1e-3)])
        case .bytesPerSecond: return Self.scaled(value, "B/s", [("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9)])
        case .perSecond: return Self.scaled(value, "/s", [("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9)])
        case .bytes: return Self.scaled(value, "B", [("", 1), ("k", 1e3), ("M", 1e6), ("G", 1e9)])
        case .number: return Self.digits(value)
        }
    }

    /// A value with the prefix that leaves one to three digits before the point.
    private static func scaled(_ value: Double, _ unit: String, _ prefixes: [(name: String, factor: Double)])
        -> String
    {
        let all = prefixes.contains { $0.factor == 1 } ? prefixes : prefixes + [("", 1)]
        let fitting = all.last { abs(value) >= $0.factor } ?? all[0]
        return "\(digits(value / fitting.factor)) \(fitting.name)\(unit)"
    }

    /// A number with three digits that count.
    private static func digits(_ value: Double) -> String {
        let places = abs(value) >= 99.95 ? 0 : abs(value) >= 9.995 ? 1 : abs(value) >= 0.9995 ? 2 : 4
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        guard abs(value) < 1e15 else { return "\(value)" }
        let rounded = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && rounded > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(rounded)" }
        let fraction = String(rounded % scale)
        return
            "\(sign)\(rounded / scale).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }
}
