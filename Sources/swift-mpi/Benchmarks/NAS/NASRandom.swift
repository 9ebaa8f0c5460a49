/// The pseudo-random numbers of the NAS Parallel Benchmarks: x ← 5^13 · x modulo 2^46, as fractions of 2^46.
struct NASRandom {
    static let multiplier: UInt64 = 1_220_703_125
    private static let mask: UInt64 = (1 << 46) - 1
    private static let unit = 1 / Double(UInt64(1) << 46)

    private(set) var state: UInt64

    /// Begins with a seed.
    init(seed: UInt64) { state = seed & Self.mask }

    /// The next number, between 0 and 1.
    @inline(__always)
    mutating func next() -> Double {
        // What a product loses beyond 64 bits has no part in the lowest 46.
        state = (state &* Self.multiplier) & Self.mask
        // A signed number is one instruction to convert.
        return Double(Int64(bitPattern: state)) * Self.unit
    }

    /// Replaces all numbers by the next ones.
    mutating func fill(_ numbers: inout [Double]) {
        var random = self
        var drawn = numbers.mutableSpan
        for index in drawn.indices { drawn[index] = random.next() }
        self = random
    }

    /// Goes on as if so many numbers had been asked for.
    mutating func skip(_ count: Int) {
        var (power, rest) = (Self.multiplier, count)
        while rest > 0 {
            if rest & 1 == 1 { state = (state &* power) & Self.mask }
            power = (power &* power) & Self.mask
            rest >>= 1
        }
    }
}
