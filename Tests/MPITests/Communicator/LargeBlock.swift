/// 64 MiB that tell whose they are, and the place of each part.
func largeBlock(ofRank rank: Int) -> [UInt64] {
    let count = 8 << 20
    return [UInt64](unsafeUninitializedCapacity: count) { memory, initialized in
        for index in 0..<count { memory[index] = UInt64(truncatingIfNeeded: rank << 32 | index) }
        initialized = count
    }
}
