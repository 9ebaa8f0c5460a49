import Testing

@testable import MPI

@Suite("CollectiveFrame")
struct CollectiveFrameTests {
    @Test(
        "a message that fits is in the block, of a longer one the length and the beginning",
        arguments: [0, 1, 247, 248, 249, 10_000]
    )
    func fill(length: Int) {
        var message: [UInt8] = []
        ValueFormat.append(failure: CancellationError(), ofRank: 0, to: &message)
        message = (0..<length).map { $0 < message.count ? message[$0] : 7 }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: CollectiveFrame.blockLength,
            alignment: 16
        )
        defer { block.deallocate() }
        message.withUnsafeBytes { CollectiveFrame.fill(block, with: $0) }
        #expect(CollectiveFrame.length(in: UnsafeRawBufferPointer(block)) == length)
        let found = CollectiveFrame.message(in: UnsafeRawBufferPointer(block)).map { Array($0) }
        #expect(found == (length <= 248 ? message : nil))
    }

    @Test("a block that is no beginning of a message is the message, which cannot be read")
    func hostile() {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256, alignment: 16)
        defer { block.deallocate() }
        for mark in [0, ValueFormat.valueMark] {
            for length in [UInt64.max, UInt64(Int64.max), 1 << 63, 1 << 41, mark == 0 ? 1_000 : 1 << 62] {
                block.storeBytes(of: length, as: UInt64.self)
                block.storeBytes(of: mark, toByteOffset: 8, as: UInt64.self)
                let block = UnsafeRawBufferPointer(block)
                #expect(CollectiveFrame.message(in: block)?.count == 256)
                #expect(throws: MPIError.self) {
                    try ValueFormat.read(Int.self, from: block, "MPI_Gather", rank: 1)
                }
            }
        }
    }
}
