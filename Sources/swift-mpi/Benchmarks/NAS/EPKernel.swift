import MPI

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// EP, "embarrassingly parallel": pairs of normally distributed random numbers by the polar method, and how they spread.
struct EPKernel {
    /// The sums of both numbers of all pairs, and how many pairs have their larger absolute value between l and l + 1.
    struct Result {
        var sums = [0.0, 0.0]
        var counts = [Int](repeating: 0, count: 10)
    }

    /// The logarithm of the number of pairs.
    let logarithm: Int
    /// The published sums.
    let expected: [Double]
    private static let logarithmOfBlock = 16

    init(_ size: NASClass) {
        switch size {
        case .s: (logarithm, expected) = (24, [-3.247834652034740e3, -6.958407078382297e3])
        case .w: (logarithm, expected) = (25, [-2.863319731645753e3, -6.320053679109499e3])
        }
    }

    /// Every rank calls it, does its share of the blocks of 2^16 pairs, and gets the result of all.
    func run(on world: Communicator) throws -> Result {
        var result = Result()
        for block in stride(from: world.rank, to: 1 << (logarithm - Self.logarithmOfBlock), by: world.size) {
            var random = NASRandom(seed: 271_828_183)
            random.skip(block << (Self.logarithmOfBlock + 1))
            Self.addBlock(&random, to: &result)
        }
        try world.allReduce(inPlace: &result.sums, .sum)
        try world.allReduce(inPlace: &result.counts, .sum)
        return result
    }

    private static func addBlock(_ random: inout NASRandom, to result: inout Result) {
        var (sumX, sumY) = (0.0, 0.0)
        var counts = result.counts.mutableSpan
        // Made beforehand, so that the compiler does not multiply two at a time with vectors, which takes longer.
        var numbers = [Double](repeating: 0, count: 1024)
        for _ in 0..<(2 << logarithmOfBlock) / numbers.count {
            random.fill(&numbers)
            let drawn = numbers.span
            for index in stride(from: 0, to: drawn.count, by: 2) {
                let x = 2 * drawn[index] - 1
                let y = 2 * drawn[index + 1] - 1
                let square = x * x + y * y
                guard square <= 1 else { continue }
                let factor = (-2 * log(square) / square).squareRoot()
                counts[Int(max(abs(x * factor), abs(y * factor)))] &+= 1
                sumX += x * factor
                sumY += y * factor
            }
        }
        result.sums[0] += sumX
        result.sums[1] += sumY
    }

    /// Whether the sums are the published ones, up to rounding.
    func verify(_ result: Result) -> Bool {
        zip(result.sums, expected).allSatisfy { abs(($0 - $1) / $1) <= 1e-8 }
    }
}
