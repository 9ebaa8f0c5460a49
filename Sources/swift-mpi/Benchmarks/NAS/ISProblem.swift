/// A size of IS, and what is published about its result.
struct ISProblem {
    let logarithmOfKeys: Int
    let logarithmOfRange: Int
    let logarithmOfBuckets: Int
    /// The places of five keys, and the ranks that they have before anything is changed.
    private let places: [Int]
    private let ranks: [Int]
    /// How the expected rank of each of the five changes with the iteration.
    private let slopes: [(factor: Int, offset: Int)]

    static let iterations = 10

    init(_ size: NASClass) {
        switch size {
        case .s:
            (logarithmOfKeys, logarithmOfRange, logarithmOfBuckets) = (16, 11, 9)
            places = [48_427, 17_148, 23_627, 62_548, 4431]
            ranks = [0, 18, 346, 64_917, 65_463]
            slopes = [(1, 0), (1, 0), (1, 0), (-1, 0), (-1, 0)]
        case .w:
            (logarithmOfKeys, logarithmOfRange, logarithmOfBuckets) = (20, 16, 10)
            places = [357_773, 934_767, 875_723, 898_999, 404_505]
            ranks = [1249, 11_698, 1_039_987, 1_043_896, 1_048_018]
            slopes = [(1, -2), (1, -2), (-1, 0), (-1, 0), (-1, 0)]
        }
    }

    var keyCount: Int { 1 << logarithmOfKeys }
    var range: Int { 1 << logarithmOfRange }
    var bucketCount: Int { 1 << logarithmOfBuckets }
    /// How far a key is shifted to become the number of its bucket.
    var shift: Int { logarithmOfRange - logarithmOfBuckets }

    /// The places of the keys whose ranks are published.
    var watchedPlaces: [Int] { places }

    /// The rank that one of the five keys has to have in an iteration.
    func expectedRank(ofWatched index: Int, iteration: Int) -> Int {
        ranks[index] + slopes[index].factor * iteration + slopes[index].offset
    }

    /// The keys of one rank: a stretch of one sequence of numbers that are near the middle of the range more often than at its ends.
    func makeKeys(rank: Int, rankCount: Int) -> [Int32] {
        let count = keyCount / rankCount
        var random = NASRandom(seed: 314_159_265)
        random.skip(4 * count * rank)
        let scale = Double(range / 4)
        return (0..<count).map { _ in
            var sum = random.next()
            for _ in 0..<3 { sum += random.next() }
            return Int32(scale * sum)
        }
    }
}
