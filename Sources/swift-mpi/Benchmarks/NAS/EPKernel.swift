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
        var (sumX, sumY) = (0.0, 0.0)
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
        (result.sumX, result.sumY) = (
            try world.allReduce(result.sumX, .sum), try world.allReduce(result.sumY, .sum)
        )
        try world.allReduce(inPlace: &result.counts, .sum)
        return result
    }

    /// A pair of numbers between -1 and 1, and the square of its distance from 0.
    private struct Pair {
        var (x, y, square) = (0.0, 0.0, 0.0)
    }

    private static func addBlock(_ random: inout NASRandom, to result: inout Result) {
        var (sumX, sumY) = (result.sumX, result.sumY)
        var counts = result.counts.mutableSpan
        // Made beforehand, so that the compiler does not multiply two at a time with vectors, which takes longer.
        var numbers = [Double](repeating: 0, count: 1024)
        var pairs = [Pair](repeating: Pair(), count: numbers.count / 2)
        for _ in 0..<(1 << logarithmOfBlock) / pairs.count {
            random.fill(&numbers)
            let pairsWithin = keepPairsWithinCircle(of: numbers, in: &pairs)
            let kept = pairs.span
            for index in 0..<pairsWithin {
                let pair = kept[index]
                let factor = (-2 * log(pair.square) / pair.square).squareRoot()
                let (x, y) = (pair.x * factor, pair.y * factor)
                counts[Int(max(abs(x), abs(y)))] &+= 1
                sumX += x
                sumY += y
            }
        }
        (result.sumX, result.sumY) = (sumX, sumY)
    }

    /// Moves the pairs within the circle to the front, and returns their number.
    ///
    /// Without a branch: a processor that guesses which pairs are within errs for every fifth.
    private static func keepPairsWithinCircle(of numbers: [Double], in pairs: inout [Pair]) -> Int {
        var count = 0
        let drawn = numbers.span
        var kept = pairs.mutableSpan
        for index in 0..<drawn.count / 2 {
            let (x, y) = (2 * drawn[2 * index] - 1, 2 * drawn[2 * index + 1] - 1)
            let square = x * x + y * y
            kept[count] = Pair(x: x, y: y, square: square)
            // The sign bit of what is left to 1.
            count &+= 1 &- Int((1 - square).bitPattern >> 63)
        }
        return count
    }

    /// Whether the sums are the published ones, up to rounding.
    func verify(_ result: Result) -> Bool {
        zip([result.sumX, result.sumY], expected).allSatisfy { abs(($0 - $1) / $1) <= 1e-8 }
    }
}
