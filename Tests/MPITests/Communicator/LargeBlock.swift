import Foundation

/// 64 MiB that tell whose they are, and the place of every 8 KiB of them.
func largeBlock(ofRank rank: Int) -> [UInt64] {
    var block = [UInt64](repeating: UInt64(rank), count: 8 << 20)
    for index in stride(from: 0, to: block.count, by: 1024) { block[index] = UInt64(rank << 32 | index) }
    block[block.count - 1] = UInt64(rank << 32 | block.count)
    return block
}

/// Whether two blocks are the same, byte for byte, without a closure for each of eight million numbers.
func areSame(_ left: [UInt64], _ right: [UInt64]) -> Bool {
    left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in
            guard let first = left.baseAddress, let second = right.baseAddress else { return false }
            return left.count == right.count && memcmp(first, second, left.count) == 0
        }
    }
}
