import MPI
import RankChecks
import Testing

@Suite("Blocks of other programs in collective operations on values")
struct ForeignBlockTests {
    /// What a block may begin with, taken for the length of a message.
    private static let lengths: [UInt64] = [0, 3, 249, 10_000, 1 << 40, 1 << 62, 1 << 63, .max - 7, .max]

    private static func block(of byteCount: Int, _ length: UInt64) -> [UInt8] {
        let beginning = withUnsafeBytes(of: length.littleEndian) { Array($0) }
        return beginning + [UInt8](repeating: 0xA5, count: byteCount - 8)
    }

    @Test("a rank that gives bytes where others give values makes those throw who read them, and all go on")
    func bytes() async throws {
        try await onRanks(3) { () throws in
            let team = try Communicator.world.duplicate()
            let (rank, size) = (team.rank, team.size)
            let isForeign = rank == size - 1
            _ = try team.gather(rank, to: 0)
            for length in Self.lengths {
                let block = Self.block(of: 256, length)
                if isForeign {
                    team.agreeOnArguments(false)
                    var all = [UInt8](repeating: 0, count: 256 * size)
                    var one = [UInt8](repeating: 0, count: 256)
                    var broadcast = Self.block(of: 1024, length)
                    let blocks = [[UInt8]](repeating: block, count: size).flatMap(\.self)
                    _ = try team.gather(block.span, to: 0)
                    try team.broadcast(inPlace: &broadcast, from: rank)
                    try team.allGather(block.span, into: &all)
                    try team.scatter(blocks.span, into: &one, from: rank)
                    try team.allToAll(blocks.span, into: &all)
                    team.agreeOnArguments(true)
                } else {
                    let long = [Int](0..<1_000)
                    if rank == 0 {
                        #expect(throws: (any Error).self) { () throws in try team.gather(long, to: 0) }
                    } else {
                        _ = try team.gather(long, to: 0)
                    }
                    #expect(throws: (any Error).self) { () throws in try team.broadcast(long, from: size - 1)
                    }
                    #expect(throws: (any Error).self) { () throws in try team.allGather([1]) }
                    #expect(throws: (any Error).self) { () throws in
                        try team.scatter([[Int]]?.none, from: size - 1)
                    }
                    #expect(throws: (any Error).self) { () throws in try team.allToAll([[1], [2], [3]]) }
                }
                #expect(try team.allGather([rank]) == [[0], [1], [2]])
                #expect(try team.gather([Int](0..<1_000), to: 0)?.count == (rank == 0 ? 3 : nil))
            }
            try team.free()
        }
    }
}
