/// A small value: what a dictionary of three entries is in Python.
struct Reading: Codable, Sendable {
    var sensor: Int
    var place: String
    var value: Double

    static let example = Reading(sensor: 7, place: "north", value: 21.5)
}

/// A value with 1 MiB of numbers in it.
struct Series: Codable, Sendable {
    var name: String
    var numbers: [Double]

    static let example = Series(name: "temperature", numbers: (0..<131_072).map(Double.init))
}

/// What the benchmarks of values send; the programs in Python send the same.
enum BenchmarkValues {
    static let integers = Array(0..<1000)

    static let strings = (0..<1000).map { "string number \($0)" }

    /// Ten entries with ten entries each, which have three numbers each.
    static let nested: [String: [String: [Int]]] = Dictionary(
        uniqueKeysWithValues: (0..<10).map { outer in
            let inner = (0..<10).map { ("inner \($0)", [outer, $0, outer * $0]) }
            return ("outer \(outer)", Dictionary(uniqueKeysWithValues: inner))
        }
    )
}
