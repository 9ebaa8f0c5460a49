/// What a number of measured values say together.
struct SampleStatistics {
    /// The values, smallest first.
    let sorted: [Double]

    /// Takes the values in any order; those that are no numbers are left out.
    init(_ samples: [Double]) {
        sorted = samples.filter { !$0.isNaN }.sorted()
    }

    /// The value below which a share of all values lies, between neighbours in proportion.
    ///
    /// - Parameter share: The share, from 0 to 1.
    /// - Returns: The value; `nil` if there is none.
    func quantile(_ share: Double) -> Double? {
        guard let last = sorted.last, let first = sorted.first else { return nil }
        guard share > 0 else { return first }
        let position = share * Double(sorted.count - 1)
        let index = Int(position)
        guard share < 1, index + 1 < sorted.count else { return last }
        return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
    }

    /// The value in the middle.
    var median: Double? { quantile(0.5) }

    /// The first and the third quartile, between which half of the values lie.
    var quartiles: (lower: Double, upper: Double)? {
        guard let lower = quantile(0.25), let upper = quantile(0.75) else { return nil }
        return (lower, upper)
    }
}
