/// Makes malformed messages out of good ones, always the same for the same seed.
struct MutationFuzzer {
    private let corpus: [FuzzCase]
    private var random: SplitMix

    init(corpus: [FuzzCase], seed: UInt64) {
        self.corpus = corpus
        random = SplitMix(state: seed)
    }

    /// The next input and the case whose type it is read as.
    mutating func next() -> (bytes: [UInt8], target: FuzzCase) {
        let source = pick(corpus)
        // One in four is read as another type than it was made from.
        let target = random.below(4) == 0 ? pick(corpus) : source
        var bytes = source.message
        // One mutation is the likeliest to get past the first checks.
        for _ in 0..<(random.below(2) == 0 ? 1 : 1 + random.below(4)) {
            mutate(&bytes)
        }
        return (bytes, target)
    }

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[random.below(choices.count)]
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let place = random.below(bytes.count + 1)
        let isInside = place < bytes.count
        switch random.below(12) {
        case 0, 1:
            for _ in 0...random.below(4) where !bytes.isEmpty {
                bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            }
        case 2:
            bytes.removeLast(bytes.count - place)
        case 3:
            let other = pick(corpus).message
            bytes.replaceSubrange(place..., with: other.dropFirst(random.below(other.count + 1)))
        case 4:
            bytes.insert(contentsOf: pick(corpus).message, at: place)
        case 5:
            write(pick(Self.bombs), at: place, into: &bytes)
        case 6 where isInside:
            bytes[place] = pick(Self.interestingBytes)
        case 7:
            bytes.insert(pick(Self.interestingBytes), at: place)
        case 8 where isInside:
            bytes.remove(at: place)
        case 9:
            bytes = (0..<random.below(80)).map { _ in UInt8(random.below(256)) }
        case 10 where isInside:
            // A piece once more, elsewhere.
            let end = place + 1 + random.below(min(64, bytes.count - place))
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: random.below(bytes.count + 1))
        case 11:
            // Many levels of container around what is there.
            wrap(&bytes, levels: 1 + random.below(300))
        default:
            bytes.append(UInt8(random.below(256)))
        }
        if bytes.count > 20_000 {
            bytes.removeLast(bytes.count - 20_000)
        }
    }

    private func write(_ piece: [UInt8], at place: Int, into bytes: inout [UInt8]) {
        let end = min(bytes.count, place + piece.count)
        bytes.replaceSubrange(place..<end, with: piece)
    }

    private mutating func wrap(_ bytes: inout [UInt8], levels: Int) {
        let isKeyed = random.below(2) == 0
        var headers: [UInt8] = []
        var length = bytes.count
        for _ in 0..<levels {
            var header: [UInt8] = isKeyed ? [0xDE] : [0xE0]
            let entry: [UInt8] = isKeyed ? [3] + Array("sum".utf8) : []
            header += Self.littleEndian(UInt64(length + entry.count))
            header += isKeyed ? entry : Self.littleEndian(1)
            headers.insert(contentsOf: header, at: 0)
            length += header.count
        }
        bytes.insert(contentsOf: headers, at: 0)
    }

    private static func littleEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    }

    private static let bombs: [[UInt8]] = [
        littleEndian(.max), littleEndian(1 << 62), littleEndian(0x7FFF_FFFF_FFFF_FFFF), littleEndian(1 << 31),
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [UInt8](repeating: 0xFF, count: 12), [UInt8](repeating: 0x80, count: 12),
        [0xDC, 1, 0xFF, 0xFF, 0x7F],
        [0xE0] + littleEndian(1 << 40) + littleEndian(1 << 40),
        [0xE0] + littleEndian(0) + littleEndian(1 << 60),
        [UInt8](repeating: 0xC1, count: 200),
    ]

    private static let interestingBytes: [UInt8] =
        [0, 1, 0x7F, 0x80, 0x9F, 0xA0, 0xBF] + Array(0xC0...0xE1) + [0xFF]
}

/// A small generator of good quality whose whole state is its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
