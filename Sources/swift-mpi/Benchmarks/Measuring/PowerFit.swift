#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The power law `factor × x^exponent` that fits measured points best, by least squares of the logarithms.
struct PowerFit {
    /// How fast y grows with x: 1 is in proportion, 0 not at all.
    let exponent: Double
    /// What y is at x = 1.
    let factor: Double
    /// How much of the variation of the logarithms the law explains, from 0 to 1.
    let determination: Double

    /// Fits the law; `nil` unless there are two different x, and everything is positive.
    init?(_ points: [(x: Double, y: Double)]) {
        guard points.allSatisfy({ $0.x > 0 && $0.y > 0 && $0.x.isFinite && $0.y.isFinite }) else {
            return nil
        }
        let logarithms = points.map { (x: log($0.x), y: log($0.y)) }
        let count = Double(points.count)
        let meanX = logarithms.reduce(0) { $0 + $1.x } / count
        let meanY = logarithms.reduce(0) { $0 + $1.y } / count
        let spreadX = logarithms.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        let spreadY = logarithms.reduce(0) { $0 + ($1.y - meanY) * ($1.y - meanY) }
        let together = logarithms.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
        guard points.count > 1, spreadX > 0 else { return nil }
        exponent = together / spreadX
        factor = exp(meanY - exponent * meanX)
        determination = spreadY > 0 ? together * together / (spreadX * spreadY) : 1
    }
}
